import { randomBytes } from 'node:crypto';
import type { RandomScalar } from '../pairing/index.ts';
import type { Clock } from '../transport/clock.ts';

export type { Clock };

/** Everything that a virtual device has from outside: time and chance. */
export interface Environment {
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  /** The secret scalar of a pairing; chance where it is absent. */
  readonly randomScalar?: RandomScalar;
}

/** The system's time and chance. Its timers keep no process alive. */
export const systemEnvironment: Environment = {
  clock: {
    now: () => Date.now(),
    ticks: () => performance.now(),
    setTimer: (run, afterMs) => {
      const timer = setTimeout(run, afterMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  },
  randomBytes: (count) => new Uint8Array(randomBytes(count)),
};

/** Timers that die together when their device restarts. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `run` once after `afterMs` milliseconds, unless it is cancelled or the device restarts first. */
  after(afterMs: number, run: () => void): () => void {
    const cancel = () => {
      cancelTimer();
      this.#cancels.delete(cancel);
    };
    const cancelTimer = this.#clock.setTimer(() => {
      this.#cancels.delete(cancel);
      run();
    }, afterMs);
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Resolves after `afterMs` milliseconds; never, if the device restarts first. */
  wait(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(afterMs, resolve);
    });
  }

  cancelAll(): void {
    for (const cancel of [...this.#cancels]) cancel();
  }
}
