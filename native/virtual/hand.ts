import type { Timers } from './environment.ts';

/** What a person does at a lock. */
export type Touch = 'handle' | 'tag';

/** A hand that waits to be told, or one that does the right thing by itself after a moment. */
export type HandHabit = { readonly kind: 'waits' } | { readonly kind: 'helps'; readonly delayMs: number };

/** How long a check waits for a person, in milliseconds (A51). */
const PATIENCE_MS = 30_000;

/** The person in front of a virtual lock. */
export class Hand {
  readonly #timers: Timers;
  #waiting: { readonly touch: Touch; readonly settle: (done: boolean) => void } | undefined;
  habit: HandHabit;

  constructor(timers: Timers, habit: HandHabit) {
    this.#timers = timers;
    this.habit = habit;
  }

  /** Moves the handle or presents a tag; says whether a check was waiting for just that. */
  touch(touch: Touch): boolean {
    if (this.#waiting?.touch !== touch) return false;
    this.#waiting.settle(true);
    return true;
  }

  /** Whether the person did it within 30 s. */
  waitFor(touch: Touch): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (done: boolean) => {
        cancelPatience();
        cancelHelp?.();
        this.#waiting = undefined;
        resolve(done);
      };
      const cancelPatience = this.#timers.after(PATIENCE_MS, () => settle(false));
      const habit = this.habit;
      const cancelHelp =
        habit.kind === 'helps' ? this.#timers.after(habit.delayMs, () => settle(true)) : undefined;
      this.#waiting = { touch, settle };
    });
  }

  /** The device restarted: nothing waits any more. */
  forget(): void {
    this.#waiting = undefined;
  }
}
