import { CodedError } from '../../electron/contract/errors.ts';

/** Time handed in: two clocks and one-shot timers. */
export interface Clock {
  /** Milliseconds since 1970, for what a person is told. */
  now(): number;
  /** Milliseconds on a clock that only rises, for differences. */
  ticks(): number;
  /** Runs `run` once after `afterMs` milliseconds; the returned function cancels it. */
  setTimer(run: () => void, afterMs: number): () => void;
}

/** The error an aborted signal stands for: its reason where that is coded, else `commission.cancelled`. */
export function abortError(signal: AbortSignal): CodedError {
  return signal.reason instanceof CodedError ? signal.reason : new CodedError('commission.cancelled');
}

/** Resolves after `afterMs` milliseconds; rejects with {@link abortError} as soon as the signal aborts. */
export function sleep(clock: Clock, afterMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal));
      return;
    }
    const onAbort = () => {
      cancelTimer();
      reject(abortError(signal));
    };
    const cancelTimer = clock.setTimer(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, afterMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
