import type { Store } from '../../../db/store.ts';
import type { Intent } from '../../../db/types.ts';
import { asCodedError, type CloudState, type ErrorCode } from '../../contract/index.ts';
import type { Account } from '../account/index.ts';
import { CloudFailure, type CloudPort } from '../cloud/index.ts';
import { createConnection } from './connection.ts';
import { createFollow } from './follow.ts';
import { createBreaker, pauseMs } from './pace.ts';
import { createRunner, type LogLine, type Tried } from './runner.ts';

/** Calls at a time. Sites do not wait for each other, and what does not depend on each other goes side by side. */
const mostCalls = 6;
/** Longer than one try may last; a process that dies leaves its leases to the next start. */
const leaseMs = 5 * 60_000;
const longestTryMs = 2 * 60_000;
/** Online and idle, the cloud is asked for a sign of life this often. */
const idleProbeMs = 60_000;
/** How long closing waits for calls under way before it leaves them to their keys. */
const patienceAtCloseMs = 2_000;
/** The wall clock against the monotonic one: a larger step means the clock was set, or the laptop slept. */
const clockStepMs = 5_000;

/** What says that the host is unwell, not that a request was wrong. */
const faults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'cloud.internal',
  'cloud.unavailable',
  'cloud.unreadable_answer',
  'cloud.certificate_refused',
  'cloud.no_answer',
]);

export interface SyncDeps {
  readonly store: Store;
  readonly cloud: CloudPort;
  readonly account: Account;
  /** The laptop's clock. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps; all waits run on it. */
  readonly monotonic: () => number;
  /** Calls back after so many milliseconds; the returned function cancels. */
  readonly setTimer: (callback: () => void, ms: number) => () => void;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: (line: LogLine) => void;
}

/** The worker that brings the outbox to the cloud. */
export interface Sync {
  /** Voids the leases of a process that died, and begins. */
  start(): void;
  /** Tries everything that rests now: the laptop woke, the network changed, or a person asked. */
  wake(reason: 'resume' | 'network' | 'sync_now'): void;
  state(): CloudState;
  /** Tells of every change of `state()`; ends with the returned function. */
  onChange(listener: () => void): () => void;
  /** Ends within a few seconds; calls under way are sent again, unchanged, at the next start. */
  close(): Promise<void>;
}

/** Makes the worker; it does nothing before `start`. */
export function createSync(deps: SyncDeps): Sync {
  const { store, cloud, account, now, monotonic } = deps;
  const listeners = new Set<() => void>();
  const ending = new AbortController();
  const owner = deps.newId();
  const inFlight = new Map<string, Promise<void>>();
  const breaker = createBreaker();
  const closed = () => phase === 'closed';
  const follow = createFollow({ store, cloud, now, monotonic, closed });
  let phase: 'new' | 'running' | 'closing' | 'closed' = 'new';
  let slowUntil = 0;
  let cancelTimer = () => {};
  let claiming = false;
  let reading: Promise<void> | null = null;
  let clockDrift = now() - monotonic();
  let wasOnline = false;
  let stopListening = () => {};

  function slowDown(afterMs: number | null): void {
    slowUntil = Math.max(slowUntil, monotonic() + pauseMs(afterMs));
  }

  const connection = createConnection({
    store,
    cloud,
    account,
    now,
    monotonic,
    signal: ending.signal,
    slowDown,
    changed: () => {
      const online = connection.state().state === 'online';
      // What rested for want of a connection or a sign-in goes on at once.
      if (online && !wasOnline && phase === 'running') store.outbox.wake(now());
      if (online !== wasOnline || account.state().session === 'signed_in') arm(0);
      wasOnline = online;
      for (const listener of listeners) listener();
    },
  });

  const run = createRunner({
    ...deps,
    me: () => account.state().me,
    owner,
    witness: () => connection.probe(),
    closed,
  });

  /** One timer: the next look at everything. */
  function arm(ms: number): void {
    cancelTimer();
    if (phase === 'running') cancelTimer = deps.setTimer(look, ms);
  }

  function look(): void {
    if (phase !== 'running') return;
    try {
      arm(lookMs());
    } catch (cause) {
      deps.log({ level: 'error', what: 'sync', problem: asCodedError(cause).problem, cause });
      arm(clockStepMs);
    }
  }

  /** Starts what may start now; answers how long until it is worth looking again. */
  function lookMs(): number {
    noticeClock();
    if (account.state().session !== 'signed_in') return idleProbeMs;
    if (!connection.isOnline()) return connection.keepAsking();
    const restMs = Math.max(slowUntil - monotonic(), breaker.restMs(monotonic()));
    if (restMs > 0) return restMs;
    claim();
    readNext();
    return Math.min(idleMs(), dueMs(), reading === null ? follow.nextMs() : idleProbeMs);
  }

  function noticeClock(): void {
    const drift = now() - monotonic();
    if (Math.abs(drift - clockDrift) < clockStepMs) return;
    clockDrift = drift;
    store.outbox.wake(now());
  }

  function claim(): void {
    const limit = breaker.allowed(mostCalls) - inFlight.size;
    if (limit <= 0) return;
    claiming = true;
    try {
      for (const intent of store.outbox.claim({ now: now(), leaseMs, limit, owner })) begin(intent);
    } finally {
      claiming = false;
    }
  }

  function begin(intent: Intent): void {
    // A lease that ended early by a clock that was set: the first try is still under way and settles it.
    if (inFlight.has(intent.id)) return;
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(longestTryMs)]);
    const done = run(intent, signal).then((tried) => {
      inFlight.delete(intent.id);
      learn(intent, tried);
      arm(0);
    });
    inFlight.set(intent.id, done);
  }

  /** What a try says of the host as a whole. */
  function learn(intent: Intent, { outcome, problem }: Tried): void {
    if (problem?.code === 'cloud.invitation_bounced') follow.soon(intent.siteId);
    if (outcome.kind === 'paused') {
      if (outcome.reason === 'rate_limited') slowDown(outcome.afterMs);
    } else if (problem !== null && faults.has(problem.code)) breaker.failed(monotonic());
    else breaker.succeeded();
  }

  function readNext(): void {
    const siteId = reading === null ? follow.due() : undefined;
    if (siteId === undefined) return;
    reading = follow
      .read(siteId, ending.signal)
      .catch((caught: unknown) => {
        if (!(caught instanceof CloudFailure)) return;
        if (caught.code === 'cloud.rate_limited') slowDown(caught.retryAfterMs);
        if (caught.status === null) void connection.probe();
      })
      .finally(() => {
        reading = null;
        arm(0);
      });
  }

  /** Until the cloud is asked for a sign of life, where nothing else has asked it. */
  function idleMs(): number {
    const silentMs = monotonic() - connection.heardAt();
    if (silentMs < idleProbeMs) return idleProbeMs - silentMs;
    if (inFlight.size === 0) void connection.probe();
    return idleProbeMs;
  }

  /** Until something that waits becomes due; what is due now and was not claimed waits for something else. */
  function dueMs(): number {
    const next = store.outbox.nextDue();
    return next === null || next <= now() ? idleProbeMs : next - now();
  }

  function wakeUp(): void {
    connection.hurry();
    breaker.succeeded();
    store.outbox.wake(now());
    follow.soon();
    if (account.state().session === 'signed_in') void connection.probe().then(() => arm(0));
  }

  async function close(): Promise<void> {
    if (phase === 'closed') return;
    const started = phase === 'running';
    phase = 'closing';
    cancelTimer();
    stopListening();
    let stopWaiting = () => {};
    if (started) {
      const limit = new Promise<void>((resolve) => {
        stopWaiting = deps.setTimer(resolve, patienceAtCloseMs);
      });
      await Promise.race([Promise.allSettled([...inFlight.values(), reading]), limit]);
    }
    stopWaiting();
    phase = 'closed';
    ending.abort();
    connection.close();
    await Promise.allSettled([...inFlight.values(), reading]);
  }

  return {
    start() {
      if (phase !== 'new') return;
      phase = 'running';
      store.outbox.voidLeases(now());
      follow.start();
      store.outbox.wake(now());
      stopListening = store.onChange((change) => {
        follow.consider(change.siteIds);
        if (change.outbox && !claiming) arm(0);
      });
      arm(0);
    },
    wake(reason) {
      if (phase !== 'running') return;
      deps.log({ level: 'info', what: `sync wake ${reason}` });
      wakeUp();
    },
    state: () => connection.state(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close,
  };
}
