import type { Clock } from '../clock.ts';

/** How often the driver is looked after. */
const LOOK_EVERY_MS = 10_000;
/** Looks that a question may stay without an answer. */
const MUTE_AFTER = 2;
/** Quiet looks after which a driver that heard something before counts as deaf: a minute. */
const DEAF_AFTER = 6;

/** What becomes of a driver that is looked after. */
export interface DriverWatchOptions {
  readonly clock: Clock;
  /** Nothing was heard since the last look: another program may have ended the scan. */
  readonly scanAgain: () => void;
  /** It answers nothing, or hears nothing any more though it did before. */
  readonly wedged: (how: 'mute' | 'deaf') => void;
}

/**
 * Tells an adapter that is wedged from a room without devices: a wedged one leaves commands without an answer, or
 * stops to hear after it heard. One that never heard anything is not suspected of deafness again.
 */
export class DriverWatch {
  readonly #options: DriverWatchOptions;
  #cancel: (() => void) | null = null;
  #waiting = false;
  #unansweredLooks = 0;
  #quietLooks = 0;
  #hasHeard = false;

  constructor(options: DriverWatchOptions) {
    this.#options = options;
  }

  /** The driver was asked for something that it answers when it works. */
  asked(): void {
    if (!this.#waiting) this.#unansweredLooks = 0;
    this.#waiting = true;
    if (this.#cancel === null) this.#lookLater();
  }

  answered(): void {
    this.#waiting = false;
  }

  /** Something was received over the air. */
  heard(): void {
    this.#hasHeard = true;
    this.#quietLooks = 0;
    this.#waiting = false;
    if (this.#cancel !== null) this.#lookLater();
  }

  /** Nothing is expected of the driver from now on. */
  rest(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#waiting = false;
    this.#quietLooks = 0;
  }

  /** Another driver is there, of which nothing is known. */
  renew(): void {
    this.rest();
    this.#hasHeard = false;
  }

  #lookLater(): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.setTimer(() => this.#look(), LOOK_EVERY_MS);
  }

  #look(): void {
    this.#lookLater();
    this.#unansweredLooks = this.#waiting ? this.#unansweredLooks + 1 : 0;
    this.#quietLooks += 1;
    if (this.#unansweredLooks >= MUTE_AFTER) this.#options.wedged('mute');
    else if (this.#hasHeard && this.#quietLooks >= DEAF_AFTER) this.#options.wedged('deaf');
    else this.#options.scanAgain();
  }
}
