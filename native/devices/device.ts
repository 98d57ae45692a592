import { CodedError } from '../../electron/contract/errors.ts';
import { SealedSession } from '../pairing/sealed.ts';
import { type Clock, type PacketChannel, SmpClient } from '../smp/index.ts';
import type { Command } from './command.ts';
import * as commands from './commands/index.ts';
import { proveActivationCode } from './pairing.ts';

/** What a device is made of. */
export interface DeviceOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** What every call on a device takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Something sealed goes out at least this often, in milliseconds, well within the 120 s of A11. */
export const KEEP_ALIVE_MS = 90_000;

/** How often a usual read is asked before the device counts as silent; reads may be repeated (A9). */
const READ_TRIES = 3;
/** A read that may take longer than this is not asked again by itself, in milliseconds. */
const QUICK_MS = 2_000;

/**
 * A device on an open channel, and all it can be asked. Owns the channel. Before {@link pair} only identity,
 * parameters, echo and application information are answered (A17).
 */
export class Device {
  readonly channel: PacketChannel;
  readonly #client: SmpClient;
  readonly #clock: Clock;
  #identity: commands.Identity;
  #parameters: commands.Parameters;
  #session: SealedSession | undefined;
  #cancelKeepAlive: () => void = () => {};
  #stopListening: () => void;

  private constructor(
    client: SmpClient,
    clock: Clock,
    open: { identity: commands.Identity; parameters: commands.Parameters },
  ) {
    this.channel = client.channel;
    this.#client = client;
    this.#clock = clock;
    this.#identity = open.identity;
    this.#parameters = open.parameters;
    this.#stopListening = client.channel.onClose(() => this.#cancelKeepAlive());
  }

  /**
   * Asks a device in the open what it is and how much it can take at once. Closes the channel if that fails.
   * @throws CodedError `device.timeout`, `device.bad_response`, `device.unknown_protocol`, or the channel's own.
   */
  static async open(channel: PacketChannel, options: DeviceOptions): Promise<Device> {
    const client = new SmpClient(channel, { clock: options.clock });
    try {
      const identity = await ask(client, commands.readIdentity, {}, false, options.signal);
      assertProtocol(identity);
      const parameters = await ask(client, commands.readParameters, {}, false, options.signal);
      client.setParameters(parameters);
      return new Device(client, options.clock, { identity, parameters });
    } catch (caught) {
      await client.close();
      throw caught;
    }
  }

  /** What the device says it is: from inside the seal once paired, before that only a claim (A34). */
  get identity(): commands.Identity {
    return this.#identity;
  }

  get parameters(): commands.Parameters {
    return this.#parameters;
  }

  /** Whether this connection has a session. */
  get paired(): boolean {
    return this.#session !== undefined;
  }

  /** Packets thrown away on this connection, by reason; for diagnostics. */
  get discarded(): Record<string, number> {
    return { ...this.channel.discarded(), ...this.#client.strangers };
  }

  /** Told once when the connection breaks. Returns the removal. */
  onClose(listener: (problem: CodedError) => void): () => void {
    return this.channel.onClose(listener);
  }

  /**
   * Proves the activation code and seals everything after (A23–A28, A33), then reads identity and parameters
   * again inside the seal (A34). One guess per call; nothing is retried.
   * @throws CodedError `pairing.wrong_code` with `left`, `pairing.closed`, another `pairing.*`, or the way's own.
   */
  async pair(activationCode: string, options: CallOptions = {}): Promise<{ identity: commands.Identity }> {
    const kShared = await proveActivationCode(
      { activationCode, serial: this.#identity.serial },
      (command, request) => ask(this.#client, command, request, false, options.signal),
    );
    const claimed = this.#identity.serial;
    this.#setSession(SealedSession.fromSharedKey(kShared, 'app'));
    try {
      const identity = await this.run(commands.readIdentity, {}, options);
      if (identity.serial !== claimed) throw new CodedError('pairing.serial_differs');
      assertProtocol(identity);
      this.#parameters = await this.run(commands.readParameters, {}, options);
      this.#client.setParameters(this.#parameters);
      this.#identity = identity;
      return { identity };
    } catch (caught) {
      this.#setSession(undefined);
      throw caught;
    }
  }

  /** Runs any command; inside the seal once paired. */
  run<Request, Response>(
    command: Command<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    return ask(this.#client, command, request, this.paired, options.signal);
  }

  echo(text: string, options?: CallOptions): Promise<{ r: string }> {
    return this.run(commands.echo, { d: text }, options);
  }

  applicationInfo(options?: CallOptions): Promise<{ output: string }> {
    return this.run(commands.readApplicationInfo, {}, options);
  }

  /** Restarts the device: the session ends, an armed failsafe rolls back (A13). */
  async reset(options?: CallOptions): Promise<void> {
    await this.run(commands.reset, {}, options);
  }

  /** Firmware per slot (A14). */
  async images(options?: CallOptions): Promise<commands.ImageSlot[]> {
    return (await this.run(commands.readImages, {}, options)).images;
  }

  failsafe(options?: CallOptions): Promise<commands.FailsafeState> {
    return this.run(commands.readFailsafe, {}, options);
  }

  /** Starts or restarts the timer, 10 to 180 seconds (A35). */
  arm(seconds: number, options?: CallOptions): Promise<{ left: number }> {
    return this.run(commands.writeFailsafe, { arm: seconds }, options);
  }

  /** Keeps everything written since the arming; refused with `device.failsafe_idle` when idle (A35). */
  async commit(options?: CallOptions): Promise<void> {
    await this.run(commands.writeFailsafe, { commit: true }, options);
  }

  /** Goes back to what was before the arming; nothing happens when idle (A35). */
  async disarm(options?: CallOptions): Promise<void> {
    await this.run(commands.writeFailsafe, { disarm: true }, options);
  }

  network(options?: CallOptions): Promise<commands.Network> {
    return this.run(commands.readNetwork, {}, options);
  }

  async writeNetwork(network: commands.NetworkToWrite, options?: CallOptions): Promise<void> {
    await this.run(commands.writeNetwork, network, options);
  }

  /** Wi-Fi networks that the device hears, strongest first (A42). Takes up to 15 s. */
  async scan(options?: CallOptions): Promise<commands.HeardNetwork[]> {
    return (await this.run(commands.scan, {}, options)).nets;
  }

  /** The device's own way to the cloud (A43). Takes up to 30 s. */
  reach(options?: CallOptions): Promise<commands.Reach> {
    return this.run(commands.reach, {}, options);
  }

  /** Blinks and buzzes for 0 to 60 seconds; 0 stops (A44). */
  async identify(seconds: number, options?: CallOptions): Promise<void> {
    await this.run(commands.identify, { s: seconds }, options);
  }

  clock(options?: CallOptions): Promise<commands.DeviceClock> {
    return this.run(commands.readClock, {}, options);
  }

  async writeClock(clock: commands.DeviceClock, options?: CallOptions): Promise<void> {
    await this.run(commands.writeClock, clock, options);
  }

  tree(options?: CallOptions): Promise<commands.Tree> {
    return this.run(commands.readTree, {}, options);
  }

  /** Replaces the tree that has `rev`; refused with `commission.tree_changed` if another came first (A45). */
  async writeTree(tree: commands.Tree, options?: CallOptions): Promise<number> {
    return (await this.run(commands.writeTree, tree, options)).rev;
  }

  /** What an IQ knows of one child (A47). */
  attachment(id: string, options?: CallOptions): Promise<commands.Attachment> {
    return this.run(commands.readAttach, { id }, options);
  }

  /** Begins to attach a child; gives its ticket where a key was handed in (A47). */
  async attach(
    child: { id: string; type: 2 | 3; key?: Uint8Array },
    options?: CallOptions,
  ): Promise<Uint8Array | undefined> {
    return (await this.run(commands.writeAttach, child, options)).ticket;
  }

  /** A lock's or repeater's own key and state (A48). */
  joinState(options?: CallOptions): Promise<{ key: Uint8Array; state: commands.AttachState }> {
    return this.run(commands.readJoin, {}, options);
  }

  /** Hands a lock or repeater its ticket (A48). */
  async join(ticket: Uint8Array, options?: CallOptions): Promise<commands.AttachState> {
    return (await this.run(commands.writeJoin, { ticket }, options)).state;
  }

  /** Detaches a child of an IQ by its id, or a lock or repeater itself; `force` does not wait (A49). */
  async detach(what: { id?: string; force?: boolean }, options?: CallOptions): Promise<commands.AttachState> {
    return (await this.run(commands.detach, what, options)).state;
  }

  settings(options?: CallOptions): Promise<commands.LockSettings> {
    return this.run(commands.readSettings, {}, options);
  }

  async writeSettings(settings: commands.SettingsToWrite, options?: CallOptions): Promise<void> {
    await this.run(commands.writeSettings, settings, options);
  }

  /** Runs one check of a lock; takes up to 40 s where a person is waited for (A51). */
  test(what: commands.LockCheck, options?: CallOptions): Promise<commands.LockCheckResult> {
    return this.run(commands.test, { what }, options);
  }

  health(options?: CallOptions): Promise<commands.Health> {
    return this.run(commands.readHealth, {}, options);
  }

  /** Log entries after number `after`, 0 for all that the device still has (A53). */
  log(after: number, options?: CallOptions): Promise<{ entries: commands.LogEntry[]; rest: boolean }> {
    return this.run(commands.readLog, { after }, options);
  }

  /** Factory state: staged while armed, done at once after a physical reset (A54). */
  async factory(options?: CallOptions): Promise<void> {
    await this.run(commands.factory, { sure: true }, options);
  }

  /** Closes the channel; the session dies with it. An armed failsafe is left to its own timer. */
  async close(): Promise<void> {
    this.#setSession(undefined);
    this.#stopListening();
    await this.#client.close();
  }

  #setSession(session: SealedSession | undefined): void {
    this.#session = session;
    this.#client.sealWith(session);
    this.#cancelKeepAlive();
    if (session !== undefined) this.#keepAlive(KEEP_ALIVE_MS);
  }

  /** A failing sign of life says nothing by itself: whoever asks next learns it, or the channel closes. */
  #keepAlive(afterMs: number): void {
    this.#cancelKeepAlive = this.#clock.setTimer(() => {
      const idleMs = this.#clock.ticks() - this.#client.lastSealedTicks;
      if (idleMs < KEEP_ALIVE_MS) {
        this.#keepAlive(KEEP_ALIVE_MS - idleMs);
        return;
      }
      this.echo('').catch(() => {});
      this.#keepAlive(KEEP_ALIVE_MS);
    }, afterMs);
  }
}

async function ask<Request, Response>(
  client: SmpClient,
  command: Command<Request, Response>,
  request: Request,
  sealed: boolean,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const { name, op, group, answerWithinMs } = command;
  const data = command.encode(request);
  const tries = op === 'read' && answerWithinMs <= QUICK_MS ? READ_TRIES : 1;
  for (let tried = 1; ; tried++) {
    try {
      const smpRequest = { name, op, group, command: command.command, data, answerWithinMs, sealed };
      return command.parse(await client.request(smpRequest, signal));
    } catch (caught) {
      const silent = caught instanceof CodedError && caught.code === 'device.timeout';
      if (!silent || tried >= tries) throw caught;
    }
  }
}

function assertProtocol(identity: commands.Identity): void {
  if (identity.proto !== commands.PROTOCOL) {
    throw new CodedError('device.unknown_protocol', { proto: identity.proto });
  }
}
