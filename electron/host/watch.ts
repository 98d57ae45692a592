/** A screen hears of changes at most this often: ten times a second. */
const pauseMs = 100;

/** What a watch gives and how it learns that it has to look again. */
export interface WatchOptions<T> {
  /** The whole as it is now. */
  readonly snapshot: () => T;
  /** Calls back after a change; answers how to stop. */
  readonly subscribe: (changed: () => void) => () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Gives the whole first, and again after changes, at most ten times a second; ends with the signal. */
export async function* watch<T>({
  snapshot,
  subscribe,
  signal,
}: WatchOptions<T>): AsyncGenerator<T, void, void> {
  let changed = false;
  let wake: (() => void) | undefined;
  const notice = () => {
    changed = true;
    wake?.();
  };
  const unsubscribe = subscribe(notice);
  signal.addEventListener('abort', notice, { once: true });
  try {
    while (!signal.aborted) {
      changed = false;
      yield snapshot();
      await pause(signal);
      if (!changed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', notice);
  }
}

/** Rests between two snapshots, or until the watch ends. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, pauseMs);
    signal.addEventListener('abort', end);
  });
}

/** A list of listeners that hear that something changed. */
export interface Signal {
  readonly subscribe: (listener: () => void) => () => void;
  readonly notify: () => void;
}

/** Makes a {@link Signal}. */
export function createSignal(): Signal {
  const listeners = new Set<() => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify() {
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Hears of changes from several sources. */
export function anyOf(...sources: readonly ((listener: () => void) => () => void)[]): Signal['subscribe'] {
  return (listener) => {
    const ends = sources.map((subscribe) => subscribe(listener));
    return () => {
      for (const end of ends) end();
    };
  };
}
