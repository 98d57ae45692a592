import { abortError, type Clock } from '../smp/clock.ts';

export type { Clock };

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
 * abort of `signal` rejects with `abortError`. The work itself goes on: the caller makes its late end harmless.
 */
export function withLimit<T>(
  work: Promise<T>,
  options: { clock: Clock; limitMs: number; signal?: AbortSignal | undefined; onTimeout: () => Error },
): Promise<T> {
  const { clock, limitMs, signal, onTimeout } = options;
  return new Promise<T>((resolve, reject) => {
    const cancelTimer = clock.setTimer(() => settle(() => reject(onTimeout())), limitMs);
    const abort = () => settle(() => reject(signal && abortError(signal)));
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
