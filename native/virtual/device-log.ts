import type { Flash } from './flash.ts';

/** Entries kept; older ones are lost, which shows as a gap (A53). */
const CAPACITY = 200;

/** The device's own log. No entry holds a secret (A53). */
export class DeviceLog {
  readonly #flash: Flash;
  readonly #utcSeconds: () => number;

  constructor(flash: Flash, utcSeconds: () => number) {
    this.#flash = flash;
    this.#utcSeconds = utcSeconds;
  }

  add(code: string): void {
    const t = this.#utcSeconds();
    this.#flash.changeUnkept(({ log }) => {
      log.entries.push({ i: log.next, t, code });
      log.next += 1;
      if (log.entries.length > CAPACITY) log.entries.shift();
    });
  }

  /** Entries above `after`, oldest first. */
  after(after: number): readonly { i: number; t: number; code: string }[] {
    return this.#flash.unkept.log.entries.filter((entry) => entry.i > after);
  }
}
