import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { CodedError, isErrorCode, type Problem } from '../../electron/contract/errors.ts';
import {
  connectMessage,
  portMessage,
  refusedCloseCode,
  refusedMessage,
  rpcPath,
  sessionPath,
  tokenName,
} from '../../electron/contract/frame.ts';
import type { contract } from '../../electron/contract/index.ts';
import { problemSchema } from '../../electron/contract/model.ts';

export type HostClient = ContractRouterClient<typeof contract>;

/** Whether the host answers. `lost` heals by itself; `refused` says why it does not, and is tried again, too. */
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly since: Date }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly since: Date }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** The one way to the host, kept up as long as the page lives. */
export interface Connection {
  readonly client: HostClient;
  state(): ConnectionState;
  subscribe(listener: () => void): () => void;
}

type Link = Pick<SocketLink<Record<never, never>>, 'call'>;

/** Loopback answers a session within this. */
const SESSION_TIMEOUT_MS = 10_000;
/** A socket on loopback opens, and a frame hands over a port, within this; else it is tried anew. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Pauses between tries to reach a host that restarts. */
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000];

/** What became of one try to connect. */
type Ending = { readonly opened: boolean; readonly refused: Problem | null };

/** Opens the connection that this page has: a message port in the desktop frame, else a socket on loopback. */
export function openConnection(): Connection {
  const connection = makeConnection();
  if (location.protocol === 'http:' || location.protocol === 'https:') void keepSocket(connection);
  else void keepUp(connection, () => runPort(connection));
  return connection;
}

interface Switchable extends Connection {
  use(link: Link): void;
  drop(): void;
  refuse(problem: Problem): void;
}

function makeConnection(): Switchable {
  let state: ConnectionState = { kind: 'connecting', since: new Date() };
  let link: Link | null = null;
  const listeners = new Set<() => void>();
  const become = (next: ConnectionState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const client: HostClient = createORPCClient({
    call: async (path, input, options) => {
      if (link === null) throw new CodedError('app.host_restarting');
      return link.call(path, input, options);
    },
  });
  return {
    client,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    use(next) {
      link = next;
      become({ kind: 'open' });
    },
    drop() {
      link = null;
      if (state.kind === 'open') become({ kind: 'lost', since: new Date() });
    },
    refuse(problem) {
      link = null;
      become({ kind: 'refused', problem });
    },
  };
}

async function keepUp(connection: Switchable, run: () => Promise<Ending>): Promise<never> {
  for (let attempt = 0; ; attempt += 1) {
    const { opened, refused } = await run();
    if (refused !== null) connection.refuse(refused);
    if (opened) attempt = 0;
    await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 4_000);
  }
}

/** Asks the frame for a port and stays until that port closes. */
function runPort(connection: Switchable): Promise<Ending> {
  return new Promise((resolve) => {
    const end = (ending: Ending) => {
      clearTimeout(limit);
      removeEventListener('message', listen);
      connection.drop();
      resolve(ending);
    };
    const listen = (event: MessageEvent) => {
      if (event.source !== window) return;
      if (typeOf(event.data) === refusedMessage) {
        end({ opened: false, refused: parseProblem((event.data as { problem?: unknown }).problem) });
        return;
      }
      const [port] = event.ports;
      if (typeOf(event.data) !== portMessage || port === undefined) return;
      clearTimeout(limit);
      port.addEventListener('close', () => end({ opened: true, refused: null }));
      const link = new PortLink({ port });
      port.start();
      connection.use(link);
    };
    const limit = setTimeout(() => end({ opened: false, refused: null }), CONNECT_TIMEOUT_MS);
    addEventListener('message', listen);
    postMessage(connectMessage, location.origin === 'null' ? '*' : location.origin);
  });
}

async function keepSocket(connection: Switchable): Promise<void> {
  const token = takeToken();
  if (token !== null) await redeem(token);
  await keepUp(connection, async () => {
    if ((await hasSession()) === false) {
      return { opened: false, refused: { code: 'app.session_refused', params: {} } };
    }
    return runSocket(connection);
  });
}

/** The one-time token of the address, which is taken out of the address bar. */
function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get(tokenName);
  if (token !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

async function redeem(token: string): Promise<void> {
  await fetch(sessionPath, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [tokenName]: token }),
    signal: AbortSignal.timeout(SESSION_TIMEOUT_MS),
  }).catch(() => undefined);
}

/** Whether this page has a session; null while the frame does not answer. */
async function hasSession(): Promise<boolean | null> {
  try {
    return (await fetch(sessionPath, { signal: AbortSignal.timeout(SESSION_TIMEOUT_MS) })).ok;
  } catch {
    return null;
  }
}

/** Opens a socket and stays until it closes. */
function runSocket(connection: Switchable): Promise<Ending> {
  return new Promise((resolve) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}${rpcPath}`);
    let opened = false;
    const limit = setTimeout(() => socket.close(), CONNECT_TIMEOUT_MS);
    socket.addEventListener('open', () => {
      opened = true;
      clearTimeout(limit);
      connection.use(new SocketLink({ websocket: socket }));
    });
    socket.addEventListener('close', (event) => {
      clearTimeout(limit);
      connection.drop();
      resolve({ opened, refused: event.code === refusedCloseCode ? refusalOf(event.reason) : null });
    });
  });
}

function refusalOf(reason: string): Problem {
  return { code: isErrorCode(reason) ? reason : 'app.internal', params: {} };
}

function parseProblem(value: unknown): Problem {
  const parsed = problemSchema.safeParse(value);
  return parsed.success ? parsed.data : { code: 'app.internal', params: {} };
}

function typeOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'type' in data ? data.type : data;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
