import type { Clock } from '../../../native/transport/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Lets the time pass, and everything that is due in it happen in order. */
  advance(ms: number): Promise<void>;
}

export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let ticks = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => startMs + ticks,
    ticks: () => ticks,
    setTimer: (run, afterMs) => {
      const timer = { at: ticks + Math.max(0, afterMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (ms) => {
      const end = ticks + ms;
      await settle();
      for (;;) {
        const next = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        ticks = next.at;
        next.run();
        await settle();
      }
      ticks = end;
    },
  };
}

/** Lets every promise that can settle without time do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
