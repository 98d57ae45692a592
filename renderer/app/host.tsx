import { QueryClient, QueryClientProvider, useMutation } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Problem } from '../../electron/contract/errors.ts';
import type {
  AppState,
  Discovery,
  Firmware,
  Outbox,
  Practice,
  Site,
  SiteRow,
  Work,
} from '../../electron/contract/model.ts';
import { ClockQuestion } from './clock-question.tsx';
import type { Connection, ConnectionState, HostClient } from './connection.ts';
import { problemOf } from './problems.ts';
import { createWatch, type Watch, type Watched } from './watch.ts';

interface Host {
  readonly connection: Connection;
  readonly app: Watch<AppState>;
  readonly sites: Watch<readonly SiteRow[]>;
  readonly discovery: Watch<Discovery>;
  readonly firmware: Watch<Firmware>;
  readonly work: Watch<Work | null>;
  readonly outbox: Watch<Outbox>;
  readonly practice: Watch<Practice | null>;
  site(siteId: string): Watch<Site>;
}

const HostContext = createContext<Host | null>(null);

/** Asks the person whether the laptop's clock is right. */
type AskClock = (problem: Problem) => Promise<boolean>;
const ClockContext = createContext<AskClock>(() => Promise.resolve(false));

const latest = <Value,>(_: unknown, event: Value): Value => event;

/** Opens the watches over a connection; each begins when a screen looks at it. */
function createHost(connection: Connection): Host {
  const { client } = connection;
  const sites = new Map<string, Watch<Site>>();
  return {
    connection,
    app: createWatch(connection, (signal) => client.app.watch(undefined, { signal }), latest),
    sites: createWatch(
      connection,
      (signal) => client.sites.watch(undefined, { signal }),
      (rows: readonly SiteRow[] | undefined, event) => mergeRows(rows, event),
    ),
    discovery: createWatch(connection, (signal) => client.discovery.watch(undefined, { signal }), latest),
    firmware: createWatch(connection, (signal) => client.firmware.watch(undefined, { signal }), latest),
    work: createWatch(connection, (signal) => client.work.watch(undefined, { signal }), latest),
    outbox: createWatch(connection, (signal) => client.outbox.watch(undefined, { signal }), latest),
    practice: createWatch(connection, (signal) => client.practice.watch(undefined, { signal }), latest),
    site(siteId) {
      const known = sites.get(siteId);
      if (known) return known;
      const made: Watch<Site> = createWatch(
        connection,
        (signal) => client.sites.watchOne({ siteId }, { signal }),
        latest,
      );
      sites.set(siteId, made);
      return made;
    },
  };
}

/** Puts a change into the rows that are known; a snapshot replaces them. */
export function mergeRows(
  rows: readonly SiteRow[] | undefined,
  event: { kind: 'snapshot' | 'change'; rows: readonly SiteRow[]; removed: readonly string[] },
): readonly SiteRow[] {
  if (event.kind === 'snapshot' || rows === undefined) return event.rows;
  const changed = new Map(event.rows.map((row) => [row.id, row]));
  const removed = new Set(event.removed);
  const kept = rows
    .filter((row) => !removed.has(row.id))
    .map((row) => {
      const next = changed.get(row.id);
      changed.delete(row.id);
      return next ?? row;
    });
  return changed.size === 0 ? kept : [...kept, ...changed.values()];
}

const queries = new QueryClient({
  // The host is on this laptop: whether the laptop has internet does not matter, and the host retries itself.
  defaultOptions: { mutations: { networkMode: 'always', retry: false } },
});

/** Gives the screens the host. */
export function HostProvider({ connection, children }: { connection: Connection; children: ReactNode }) {
  const host = useMemo(() => createHost(connection), [connection]);
  const [question, setQuestion] = useState<{ problem: Problem; answer: (isRight: boolean) => void } | null>(
    null,
  );
  const askClock = useCallback<AskClock>(
    (problem) => new Promise((answer) => setQuestion({ problem, answer })),
    [],
  );
  return (
    <QueryClientProvider client={queries}>
      <HostContext value={host}>
        <ClockContext value={askClock}>{children}</ClockContext>
        {question !== null && (
          <ClockQuestion
            problem={question.problem}
            onAnswer={(isRight) => {
              setQuestion(null);
              question.answer(isRight);
            }}
          />
        )}
      </HostContext>
    </QueryClientProvider>
  );
}

function useHost(): Host {
  const host = use(HostContext);
  if (host === null) throw new Error('No host around this screen');
  return host;
}

function useWatched<Value>(watch: Watch<Value>): Watched<Value> {
  return useSyncExternalStore(watch.subscribe, watch.now);
}

/** Whether the host answers. */
export function useConnectionState(): ConnectionState {
  const { connection } = useHost();
  return useSyncExternalStore(connection.subscribe, connection.state);
}

/** The calls to the host, for what is asked and not acted. */
export const useClient = (): HostClient => useHost().connection.client;

export const useAppState = () => useWatched(useHost().app);
export const useSites = () => useWatched(useHost().sites);
export const useSite = (siteId: string) => useWatched(useHost().site(siteId));
export const useDiscovery = () => useWatched(useHost().discovery);
export const useFirmware = () => useWatched(useHost().firmware);
export const useWork = () => useWatched(useHost().work);
export const useOutbox = () => useWatched(useHost().outbox);
export const usePractice = () => useWatched(useHost().practice);

/** An act on the host with what became of it. A problem is a value that the screen shows where the act was. */
export interface Act<Input, Output> {
  readonly run: (input: Input) => Promise<Output | undefined>;
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly forget: () => void;
}

/** Makes an {@link Act} of a call to the host. */
export function useAct<Input = void, Output = void>(
  call: (client: HostClient, input: Input) => Promise<Output>,
): Act<Input, Output> {
  const { connection } = useHost();
  const askClock = use(ClockContext);
  const mutation = useMutation({
    mutationFn: async (input: Input) => {
      try {
        return await call(connection.client, input);
      } catch (caught) {
        // Before devices are given the time, the person is asked; then the same act goes on.
        const problem = problemOf(caught);
        if (problem.code !== 'CLOCK_UNTRUSTED' || !(await askClock(problem))) throw caught;
        await connection.client.work.confirmClock();
        return call(connection.client, input);
      }
    },
  });
  return {
    run: (input) => mutation.mutateAsync(input).catch(() => undefined),
    busy: mutation.isPending,
    problem: mutation.error === null ? null : problemOf(mutation.error),
    forget: mutation.reset,
  };
}
