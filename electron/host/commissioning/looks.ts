import { CodedError } from '../../contract/index.ts';

/** So many questions may wait for each other: a screen asks one or two, and more would only be forgotten ones. */
const waitingMax = 8;

/** Questions to devices beside the work: never while work runs, and one at a time (A8). */
export interface Looks {
  /**
   * Asks, once nobody else does. `signal` ends the waiting for the answer; the device itself is left to finish, so
   * that what is asked next is not asked of a busy one. Errors: `work.busy`, and what is thrown by `ask`.
   */
  look<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Resolves once no device is being asked anything. */
  settled(): Promise<void>;
}

/** Makes the looks; `busy` says whether work runs. */
export function createLooks(busy: () => boolean): Looks {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    async look(ask, signal) {
      if (busy() || waiting >= waitingMax) throw new CodedError('work.busy');
      waiting += 1;
      const next = () => {
        signal?.throwIfAborted();
        // Work that began meanwhile goes first; it waits for one question at most.
        if (busy()) throw new CodedError('work.busy');
        return ask();
      };
      const answer = waiting === 1 ? ask() : last.then(next);
      last = answer.then(noop, noop).then(() => {
        waiting -= 1;
      });
      return unlessAborted(answer, signal);
    },
    settled: async () => {
      await last;
    },
  };
}

function noop(): void {}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const cancelled = () => reject(new CodedError('commission.cancelled'));
    if (signal.aborted) cancelled();
    signal.addEventListener('abort', cancelled, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancelled));
  });
}
