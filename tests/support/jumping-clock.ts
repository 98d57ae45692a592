import { createHook } from 'node:async_hooks';
import type { Clock } from '../../native/smp/index.ts';

/** Stretching a password runs on a thread, outside of any clock: no time may pass while it does. */
const stretching = new Set<number>();
createHook({
  init: (id, type) => {
    if (type === 'PBKDF2REQUEST') stretching.add(id);
  },
  after: (id) => stretching.delete(id),
  destroy: (id) => stretching.delete(id),
}).enable();

/** A clock that jumps to the next timer as soon as nothing else can happen. */
export class JumpingClock implements Clock {
  #ms: number;
  readonly #timers = new Set<{ readonly run: () => void; readonly dueMs: number }>();

  /** Begins at some day of 2025, or at that many milliseconds since 1970. */
  constructor(startMs = 1_760_000_000_000) {
    this.#ms = startMs;
  }

  /** Whole milliseconds, as the system's. */
  now = (): number => Math.floor(this.#ms);
  ticks = (): number => this.#ms;
  setTimer = (run: () => void, afterMs: number): (() => void) => {
    const timer = { run, dueMs: this.#ms + Math.max(0, afterMs) };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Resolves after so much time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimer(resolve, ms);
    });
  }

  /** Lets time pass until `work` has ended, at most six hours. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    const latestMs = this.#ms + 6 * 3_600_000;
    while (await this.#stillGoing(() => ended)) {
      if (!this.#step(latestMs)) throw new Error('nothing is going to happen any more');
    }
    return work;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#ms + ms;
    while (await this.#stillGoing(() => false)) if (!this.#step(endMs)) break;
    this.#ms = endMs;
  }

  async #stillGoing(ended: () => boolean): Promise<boolean> {
    do {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (stretching.size > 0);
    return !ended();
  }

  #step(latestMs: number): boolean {
    const [next] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
    if (next === undefined || next.dueMs > latestMs) return false;
    this.#timers.delete(next);
    this.#ms = next.dueMs;
    next.run();
    return true;
  }
}
