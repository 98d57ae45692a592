import type { Problem } from '../contract/errors.ts';
import { CodedError } from '../contract/errors.ts';
import type { FrameToHost, HostSettings, HostToFrame } from './host-messages.ts';

/** Opening, checking and migrating a large database on a slow disk takes this long at most; a hung host longer. */
const startTimeoutMs = 120_000;
/** A host that is asked to stop ends its write and closes its ports; then it is killed. */
const stopTimeoutMs = 10_000;
/** After this many deaths within the window the host is left dead: something kills it each time. */
const deathsMax = 5;
const deathsWindowMs = 60_000;
const firstRestMs = 250;
const longestRestMs = 8_000;
/** After giving up, a page that asks again starts it again, but not before this has passed: pages ask by themselves. */
const failureRestMs = 30_000;
/** Pages that wait for a host at one time. */
const waitersMax = 16;

/** One running host, as its frame sees it: an Electron utility process or a Node child process. */
export interface HostProcess<Port> {
  readonly pid: number | undefined;
  send(message: FrameToHost): void;
  /** Opens one more connection to the host. */
  connect(): Port;
  /** Ends it at once, without asking. */
  kill(): void;
  listen(listener: { onMessage(message: HostToFrame): void; onExit(): void }): void;
}

/** Keeps one host running and hands out connections to it. */
export interface HostSupervisor<Port> {
  /**
   * A connection to the host, once it is ready. Errors: what the host could not start for, `app.host_stopped`,
   * `app.host_restarting` where too many wait.
   */
  connect(): Promise<Port>;
  /** Ends when the host answers. Errors as of `connect`. */
  start(): Promise<void>;
  /** Stops the host for good and ends when it has gone. */
  stop(): Promise<void>;
  /** The process number of the running host. */
  readonly pid: number | undefined;
}

export interface SupervisorPorts<Port> {
  spawn(): HostProcess<Port>;
  readonly settings: HostSettings;
  openExternal(url: string): void;
  /** Keeps the computer from sleeping while the host works on a device, or no longer. */
  keepAwake?(wanted: boolean): void;
  /** The system's keychain, where the settings say that the host is to use it. */
  readonly keychain?: Keychain;
  now(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** Wraps a key so that only this person on this computer can unwrap it. */
export interface Keychain {
  wrap(key: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

type KeychainRequest = Extract<HostToFrame, { kind: 'keychain' }>;

interface Waiter<Port> {
  resolve(process: HostProcess<Port>): void;
  reject(error: CodedError): void;
}

type State<Port> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly process: HostProcess<Port> }
  | { readonly kind: 'ready'; readonly process: HostProcess<Port> }
  | { readonly kind: 'resting'; cancel(): void }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly at: number }
  | { readonly kind: 'stopped' };

/** Starts the host when it is first wanted, and again, later each time, when it dies. */
export function superviseHost<Port>(ports: SupervisorPorts<Port>): HostSupervisor<Port> {
  let state: State<Port> = { kind: 'idle' };
  let deaths: number[] = [];
  const waiters: Waiter<Port>[] = [];

  function begin(): void {
    const process = ports.spawn();
    let problem: Problem | undefined;
    const cancel = ports.setTimer(() => process.kill(), startTimeoutMs);
    state = { kind: 'starting', process };
    process.listen({
      onMessage(message) {
        if (message.kind === 'ready' && state.kind === 'starting') {
          cancel();
          state = { kind: 'ready', process };
          for (const waiter of waiters.splice(0)) waiter.resolve(process);
        } else if (message.kind === 'failed') problem = message.problem;
        else if (message.kind === 'open_external') ports.openExternal(message.url);
        else if (message.kind === 'keep_awake') ports.keepAwake?.(message.wanted);
        else if (message.kind === 'keychain') void answerKeychain(process, message);
      },
      onExit() {
        cancel();
        // What it worked on it takes up again when it is back, and asks anew.
        ports.keepAwake?.(false);
        if (state.kind !== 'stopped') onDeath(problem);
      },
    });
    process.send({ kind: 'start', settings: ports.settings });
  }

  async function answerKeychain(
    process: HostProcess<Port>,
    { id, act, bytes }: KeychainRequest,
  ): Promise<void> {
    try {
      if (ports.keychain === undefined) throw new Error('This frame has no keychain.');
      process.send({ kind: 'keychain_answer', id, bytes: await ports.keychain[act](bytes) });
    } catch (caught) {
      console.error(caught);
      process.send({ kind: 'keychain_answer', id, bytes: null });
    }
  }

  function onDeath(problem: Problem | undefined): void {
    const now = ports.now();
    deaths = [...deaths.filter((at) => now - at < deathsWindowMs), now];
    if (problem !== undefined || deaths.length >= deathsMax) {
      fail(problem ?? { code: 'app.host_stopped', params: {} });
      return;
    }
    const restMs = Math.min(firstRestMs * 2 ** (deaths.length - 1), longestRestMs);
    state = { kind: 'resting', cancel: ports.setTimer(begin, restMs) };
  }

  function fail(problem: Problem): void {
    deaths = [];
    state = { kind: 'failed', problem, at: ports.now() };
    for (const waiter of waiters.splice(0)) waiter.reject(new CodedError(problem.code, problem.params));
  }

  function whenReady(): Promise<HostProcess<Port>> {
    if (state.kind === 'ready') return Promise.resolve(state.process);
    if (state.kind === 'stopped') return Promise.reject(new CodedError('app.host_stopped'));
    if (state.kind === 'failed' && ports.now() - state.at < failureRestMs)
      return Promise.reject(new CodedError(state.problem.code, state.problem.params));
    if (waiters.length >= waitersMax) return Promise.reject(new CodedError('app.host_restarting'));
    const ready = new Promise<HostProcess<Port>>((resolve, reject) => waiters.push({ resolve, reject }));
    if (state.kind === 'idle' || state.kind === 'failed') begin();
    return ready;
  }

  async function stop(): Promise<void> {
    const before = state;
    state = { kind: 'stopped' };
    for (const waiter of waiters.splice(0)) waiter.reject(new CodedError('app.host_stopped'));
    if (before.kind === 'resting') before.cancel();
    if (before.kind !== 'starting' && before.kind !== 'ready') return;
    await new Promise<void>((resolve) => {
      const cancel = ports.setTimer(() => before.process.kill(), stopTimeoutMs);
      before.process.listen({
        onMessage: () => {},
        onExit() {
          cancel();
          resolve();
        },
      });
      before.process.send({ kind: 'stop' });
    });
  }

  return {
    connect: async () => (await whenReady()).connect(),
    start: async () => {
      await whenReady();
    },
    stop,
    get pid() {
      return state.kind === 'starting' || state.kind === 'ready' ? state.process.pid : undefined;
    },
  };
}
