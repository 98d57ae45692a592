import type { Problem } from '../../electron/contract/errors.ts';
import type { Connection } from './connection.ts';
import { problemOf } from './problems.ts';

/** What a watch knows now. `value` stays while the host restarts; `problem` tells why there is none. */
export interface Watched<Value> {
  readonly value: Value | undefined;
  readonly problem: Problem | null;
}

/** One open event iterator for all who look at it; closed when nobody has looked for a while. */
export interface Watch<Value> {
  now(): Watched<Value>;
  subscribe(listener: () => void): () => void;
}

/** A watch that nobody looks at is closed after this: long enough for a change of screens. */
const LINGER_MS = 2_000;
/** A watch that failed for a reason of its own is opened again after this. */
const RETRY_MS = 2_000;

type Open<Event> = (signal: AbortSignal) => Promise<AsyncIterable<Event>>;

/** Makes a {@link Watch}: `reduce` folds each event into the value, which begins anew with every opening. */
export function createWatch<Event, Value>(
  connection: Connection,
  open: Open<Event>,
  reduce: (value: Value | undefined, event: Event) => Value,
): Watch<Value> {
  let watched: Watched<Value> = { value: undefined, problem: null };
  let running: AbortController | null = null;
  let linger: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  const become = (next: Watched<Value>) => {
    watched = next;
    for (const listener of listeners) listener();
  };

  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await opened(connection, signal);
      if (signal.aborted) return;
      let fresh: Value | undefined;
      try {
        for await (const event of await open(signal)) {
          if (signal.aborted) return;
          fresh = reduce(fresh, event);
          become({ value: fresh, problem: null });
        }
      } catch (thrown) {
        if (signal.aborted) return;
        if (connection.state().kind === 'open') become({ value: watched.value, problem: problemOf(thrown) });
      }
      if (connection.state().kind === 'open') await pause(RETRY_MS, signal);
    }
  };

  return {
    now: () => watched,
    subscribe(listener) {
      listeners.add(listener);
      clearTimeout(linger);
      if (running === null) {
        running = new AbortController();
        void run(running.signal);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        linger = setTimeout(() => {
          running?.abort();
          running = null;
        }, LINGER_MS);
      };
    },
  };
}

function opened(connection: Connection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (connection.state().kind === 'open') {
      resolve();
      return;
    }
    const done = () => {
      if (connection.state().kind !== 'open' && !signal.aborted) return;
      stop();
      resolve();
    };
    const stop = connection.subscribe(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
