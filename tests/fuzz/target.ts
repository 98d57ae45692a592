import type { Chance } from './chance.ts';

/** One way into the program, with inputs for it and what must hold whatever comes in. */
export interface Target {
  readonly name: string;
  /** How many of a thousand inputs it gets. */
  readonly share: number;
  make(chance: Chance): Runner | Promise<Runner>;
}

/** A target at work; keeps its state from input to input, as a device on a bad line does. */
export interface Runner {
  /** A valid input with changes. */
  next(): Uint8Array;
  /** Takes one input. Throws where a property does not hold. */
  run(input: Uint8Array): void | Promise<void>;
}

/** A clock that stands still, for what must not wait. */
export class StandingClock {
  ms = 1_750_000_000_000;
  readonly timers = new Set<{ readonly run: () => void; readonly dueMs: number }>();

  now = (): number => this.ms;
  ticks = (): number => this.ms;
  setTimer = (run: () => void, afterMs: number): (() => void) => {
    const timer = { run, dueMs: this.ms + afterMs };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  /** Lets time pass; what is due runs. */
  pass(ms: number): void {
    this.ms += ms;
    for (const timer of [...this.timers]) {
      if (timer.dueMs > this.ms || !this.timers.delete(timer)) continue;
      timer.run();
    }
  }
}

/** Lets what is promised happen. */
export async function settle(turns = 2): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
