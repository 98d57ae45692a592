import type { Store } from '../../../db/store.ts';
import type { WorkRecord } from '../../../db/types.ts';
import type { Journal, StepName } from '../../../native/devices/index.ts';
import {
  asCodedError,
  CodedError,
  type DoorCheck,
  type Problem,
  type Work,
  workSchema,
} from '../../contract/index.ts';
import { createSignal } from '../watch.ts';

/** What a person may answer to a check at the door. */
export type DoorAnswer = 'passed' | 'failed' | 'repeat';

/** What running work tells its panel; absent members stay. */
export type WorkProgress = Partial<
  Pick<Work, 'steps' | 'fraction' | 'needs' | 'failsafeEndsAt' | 'deviceIds' | 'results'> & {
    readonly stepBegan: boolean;
  }
>;

/** What the body of a piece of work is given. */
export interface WorkHandle {
  readonly id: string;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly tell: (progress: WorkProgress) => void;
  /** Asks the person at the door to judge a check. */
  readonly ask: (check: DoorCheck) => Promise<DoorAnswer>;
}

export interface WorkDeps {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  /** Resolves once no device is asked anything beside the work (A8). */
  readonly ready: () => Promise<void>;
}

/** Runs one piece of work at a time, journals it, and shows it. */
export interface WorkLog {
  current(): Work | null;
  subscribe(listener: () => void): () => void;
  /** Runs `body` as one piece of work. Throws `work.busy`, or what the body throws. */
  run(
    what: Pick<Work, 'kind' | 'siteId' | 'deviceIds'>,
    body: (handle: WorkHandle) => Promise<void>,
    resumed?: WorkRecord,
  ): Promise<void>;
  /** Answers the check in question. Throws `work.not_running` for one that is asked no more: a key pressed twice. */
  answer(workId: string, check: DoorCheck, answer: DoorAnswer): void;
  cancel(workId: string): void;
  /** Ends, and tells as `work.interrupted`, what its process did not live to end and nobody goes on with. */
  interrupted(left: WorkRecord): void;
  /** Cancels what runs, waits until its device was left as it was, and begins nothing more (`work.interrupted`). */
  close(): Promise<void>;
}

/** Makes the work log. */
export function createWorkLog({ store, now, newId, ready }: WorkDeps): WorkLog {
  const changed = createSignal();
  let current: Work | null = null;
  let running: { controller: AbortController; ended: Promise<void> } | undefined;
  let question: ((answer: DoorAnswer) => void) | undefined;
  let closed = false;

  const show = (change: Partial<Work>): void => {
    if (current === null) return;
    current = { ...current, ...change };
    changed.notify();
  };

  const askPerson = (check: DoorCheck, signal: AbortSignal): Promise<DoorAnswer> =>
    new Promise((resolve, reject) => {
      const cancelled = () => reject(asCancelled(signal));
      if (signal.aborted) return cancelled();
      signal.addEventListener('abort', cancelled, { once: true });
      question = (answer) => {
        signal.removeEventListener('abort', cancelled);
        question = undefined;
        show({ question: null });
        resolve(answer);
      };
      show({ question: check, since: new Date(now()).toISOString() });
    });

  const begin = (what: Pick<Work, 'kind' | 'siteId' | 'deviceIds'>, id: string): void => {
    current = {
      ...what,
      id,
      state: 'running',
      steps: [],
      fraction: null,
      needs: null,
      startedAt: new Date(now()).toISOString(),
      since: new Date(now()).toISOString(),
      failsafeEndsAt: null,
      question: null,
      results: [],
      problem: null,
    };
    changed.notify();
  };

  const end = (id: string, state: 'done' | 'failed' | 'cancelled', problem: Problem | null): void => {
    store.work.end(id, state, problem, now());
    question = undefined;
    show({
      state,
      problem: problem === null ? null : { ...problem, params: { ...problem.params } },
      needs: null,
      question: null,
      failsafeEndsAt: null,
      since: new Date(now()).toISOString(),
    });
  };

  return {
    current: () => current,
    subscribe: changed.subscribe,

    async run(what, body, resumed) {
      if (closed) throw new CodedError('work.interrupted');
      if (running !== undefined) throw new CodedError('work.busy');
      const id = resumed?.id ?? newId();
      const controller = new AbortController();
      const { signal } = controller;
      if (resumed === undefined) {
        const { kind, siteId, deviceIds } = what;
        store.work.start({
          id,
          kind,
          siteId,
          deviceIds,
          state: 'running',
          startedAt: now(),
          endedAt: null,
          problem: null,
        });
      }
      begin(what, id);
      const tell = ({ stepBegan, ...change }: WorkProgress) =>
        show({ ...change, ...(stepBegan ? { since: new Date(now()).toISOString() } : {}) });
      const ended = ready().then(() =>
        body({
          id,
          journal: journalOf(id, store, now),
          signal,
          tell,
          ask: (check) => askPerson(check, signal),
        }),
      );
      running = { controller, ended: ended.then(noop, noop) };
      try {
        await ended;
        end(id, 'done', null);
      } catch (caught) {
        const error = signal.aborted ? asCancelled(signal) : asCodedError(caught);
        end(id, error.code === 'commission.cancelled' ? 'cancelled' : 'failed', error.problem);
        throw error.code === 'app.internal' ? caught : error;
      } finally {
        running = undefined;
      }
    },

    answer(workId, check, answer) {
      if (current?.id !== workId || current.question !== check || question === undefined)
        throw new CodedError('work.not_running');
      question(answer);
    },

    cancel(workId) {
      if (current?.id !== workId || running === undefined) throw new CodedError('work.not_running');
      running.controller.abort(new CodedError('commission.cancelled'));
    },

    interrupted(left) {
      const problem: Problem = { code: 'work.interrupted', params: {} };
      const kind = workSchema.shape.kind.safeParse(left.kind);
      if (running !== undefined || !kind.success) return store.work.end(left.id, 'failed', problem, now());
      begin({ ...left, kind: kind.data, deviceIds: [...left.deviceIds] }, left.id);
      show({ startedAt: new Date(left.startedAt).toISOString() });
      end(left.id, 'failed', problem);
    },

    async close() {
      closed = true;
      const last = running;
      last?.controller.abort(new CodedError('work.interrupted'));
      await last?.ended;
    },
  };
}

function noop(): void {}

function asCancelled(signal: AbortSignal): CodedError {
  return signal.reason instanceof CodedError ? signal.reason : new CodedError('commission.cancelled');
}

/** The journal of one piece of work, on disk before the next thing is done. */
function journalOf(workId: string, store: Store, now: () => number): Journal {
  const write = ({ step, device }: StepName, event: 'started' | 'done' | 'skipped' | 'failed', detail = '') =>
    store.work.step(workId, device === undefined ? step : `${step} ${device}`, event, now(), detail);
  return {
    stepStarted: (name) => write(name, 'started'),
    stepDone: (name) => write(name, 'done'),
    stepSkipped: (name) => write(name, 'skipped'),
    stepFailed: (name, problem) => write(name, 'failed', problem.code),
    remember: (fact, value) => store.work.remember(workId, fact, value),
    recall: (fact) => store.work.recall(workId, fact),
  };
}
