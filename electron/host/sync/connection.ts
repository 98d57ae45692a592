import type { Store } from '../../../db/store.ts';
import { asCodedError, type CloudState } from '../../contract/index.ts';
import type { Account } from '../account/index.ts';
import { CloudFailure, type CloudPort } from '../cloud/index.ts';

const firstProbeMs = 1_000;
const longestProbeMs = 30_000;
/** Differences below this are the `Date` header's own coarseness. */
const smallestOffsetChangeMs = 1_500;

/** Whether the cloud is there, learned from what calls say and, where none are made, from a light probe. */
export interface Connection {
  isOnline(): boolean;
  state(): CloudState;
  /** Asks for a sign of life; whether there was one. Several askers share one question. */
  probe(): Promise<boolean>;
  /** While offline: asks for a sign of life if it is time to; answers how long until the next time, in milliseconds. */
  keepAsking(): number;
  /** Monotonic time of the last answer. */
  heardAt(): number;
  /** Asks again soon, as after the network has changed. */
  hurry(): void;
  close(): void;
}

export interface ConnectionDeps {
  readonly store: Store;
  readonly cloud: CloudPort;
  readonly account: Account;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
  /** The state has changed or an answer was heard. */
  readonly changed: () => void;
  /** A probe was told to slow down (C15). */
  readonly slowDown: (afterMs: number | null) => void;
}

/** Makes the watch over the connection to the cloud; it begins offline. */
export function createConnection(deps: ConnectionDeps): Connection {
  const { store, account, now, monotonic } = deps;
  let online = false;
  let failures = 0;
  let lastAnswerAt: number | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;
  let probing: Promise<boolean> | null = null;
  let nextProbeAt = Number.NEGATIVE_INFINITY;
  let shown: { state: CloudState['state']; since: number } = { state: word(), since: now() };

  function word(): CloudState['state'] {
    const { session } = account.state();
    if (session === 'signing_in') return 'signing_in';
    if (session !== 'signed_in') return 'signed_out';
    return online ? 'online' : 'offline';
  }

  function settle(): void {
    const state = word();
    if (state !== shown.state) shown = { state, since: now() };
    deps.changed();
  }

  function lost(): void {
    nextProbeAt = monotonic() + Math.min(longestProbeMs, firstProbeMs * 2 ** Math.min(failures, 10));
    failures += 1;
    online = false;
    settle();
  }

  const stopHearing = deps.cloud.onAnswer(({ offsetMs }) => {
    if (deps.signal.aborted) return;
    online = true;
    failures = 0;
    lastAnswerAt = now();
    heardAt = monotonic();
    const before = store.account.get()?.clockOffsetMs ?? null;
    if (offsetMs !== null && (before === null || Math.abs(before - offsetMs) > smallestOffsetChangeMs)) {
      store.account.save({ clockOffsetMs: offsetMs }, now());
    }
    settle();
  });
  const stopAccount = account.onChange(() => {
    nextProbeAt = Number.NEGATIVE_INFINITY;
    settle();
  });

  async function ask(): Promise<boolean> {
    try {
      await account.loadMe(deps.signal);
      return true;
    } catch (caught) {
      const failure = asCodedError(caught);
      if (failure.code === 'cloud.rate_limited' && failure instanceof CloudFailure)
        deps.slowDown(failure.retryAfterMs);
      // An answer, whatever it says, was heard above; a refused session says nothing of the line.
      const answered = failure instanceof CloudFailure && failure.status !== null;
      if (!answered && !failure.code.startsWith('account.') && !deps.signal.aborted) lost();
      return answered;
    }
  }

  function probe(): Promise<boolean> {
    probing ??= ask().finally(() => {
      probing = null;
    });
    return probing;
  }

  return {
    isOnline: () => online,
    state() {
      const { state, since } = shown;
      const { signInUrl } = account.state();
      return {
        state,
        since: new Date(since).toISOString(),
        lastAnswerAt: lastAnswerAt === null ? null : new Date(lastAnswerAt).toISOString(),
        clockOffsetMs: store.account.get()?.clockOffsetMs ?? null,
        signInUrl,
      };
    },
    probe,
    keepAsking() {
      const waitMs = nextProbeAt - monotonic();
      if (waitMs > 0) return waitMs;
      void probe();
      return longestProbeMs;
    },
    heardAt: () => heardAt,
    hurry() {
      failures = 0;
      nextProbeAt = Number.NEGATIVE_INFINITY;
    },
    close() {
      stopHearing();
      stopAccount();
    },
  };
}
