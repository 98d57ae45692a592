/** Time handed in, so that whoever waits can be tested without waiting. */
export interface Clock {
  /** Wall time, in milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds on a clock that only rises, for durations. */
  ticks(): number;
  /** Runs `run` once after `afterMs` milliseconds; the returned function cancels it. */
  setTimer(run: () => void, afterMs: number): () => void;
}

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
  setTimer: (run, afterMs) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};

/**
 * What `work` gives, or a rejection with what `onTimeout` makes when it is not there after `limitMs`; an
 * abort of `signal` rejects with its reason. The work itself goes on: the caller makes its late end harmless.
 */
export function withLimit<T>(
  work: Promise<T>,
  options: { clock: Clock; limitMs: number; signal?: AbortSignal | undefined; onTimeout: () => Error },
): Promise<T> {
  const { clock, limitMs, signal, onTimeout } = options;
  return new Promise<T>((resolve, reject) => {
    const cancelTimer = clock.setTimer(() => settle(() => reject(onTimeout())), limitMs);
    const abort = () => settle(() => reject(signal?.reason));
    const settle = (finish: () => void) => {
      cancelTimer();
      signal?.removeEventListener('abort', abort);
      finish();
    };
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
