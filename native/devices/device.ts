import { CodedError } from '../../electron/contract/errors.ts';
import { SealedSession } from '../pairing/sealed.ts';
import type { Clock, PacketChannel } from '../smp/index.ts';
import type { Command } from './command.ts';
import * as commands from './commands/index.ts';
import { proveActivationCode } from './pairing.ts';
import { type CallOptions, SmpServer } from './smp-server.ts';

/** What a device is made of. */
export interface DeviceOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A commissioning device behind an SMP server, and all it can be asked. Owns the server and its channel. Before
 * {@link pair} only identity, parameters, echo and application information are answered (A17).
 */
export class Device {
  readonly server: SmpServer;
  #identity: commands.Identity;

  private constructor(server: SmpServer, identity: commands.Identity) {
    this.server = server;
    this.#identity = identity;
  }

  /**
   * Asks a device in the open what it is; how much it can take at once is asked inside the seal alone (A34). Closes the channel if that fails.
   * @throws CodedError `device.timeout`, `device.bad_response`, `device.unknown_protocol`, or the channel's own.
   */
  static async open(channel: PacketChannel, options: DeviceOptions): Promise<Device> {
    const server = new SmpServer(channel, options);
    try {
      return await Device.over(server, options);
    } catch (caught) {
      await server.close();
      throw caught;
    }
  }

  /**
   * The device behind a server that is open already; leaves it open where that fails.
   * @throws CodedError as {@link open}; `device.not_supported` of a server that is no commissioning device.
   */
  static async over(server: SmpServer, options: CallOptions = {}): Promise<Device> {
    const identity = await server.identity(options);
    assertProtocol(identity);
    return new Device(server, identity);
  }

  get channel(): PacketChannel {
    return this.server.channel;
  }

  /** What the device says it is: from inside the seal once paired, before that only a claim (A34). */
  get identity(): commands.Identity {
    return this.#identity;
  }

  get parameters(): commands.Parameters {
    return this.server.parameters;
  }

  /** Whether this connection has a session. */
  get paired(): boolean {
    return this.server.sealed;
  }

  /** Packets thrown away on this connection, by reason; for diagnostics. */
  get discarded(): Record<string, number> {
    return this.server.discarded;
  }

  /** Told once when the connection breaks, or when the device has gone silent. Returns the removal. */
  onClose(listener: (problem: CodedError) => void): () => void {
    return this.server.onClose(listener);
  }

  /**
   * Proves the activation code and seals everything after (A23–A28, A33), then reads identity and parameters
   * again inside the seal (A34). One guess per call; nothing is retried.
   * @throws CodedError `pairing.wrong_code` with `left`, `pairing.closed`, another `pairing.*`, or the way's own.
   */
  async pair(activationCode: string, options: CallOptions = {}): Promise<{ identity: commands.Identity }> {
    const claimed = this.#identity.serial;
    const kShared = await proveActivationCode({ activationCode, serial: claimed }, (command, request) =>
      this.server.runOpen(command, request, options),
    );
    this.server.sealWith(SealedSession.fromSharedKey(kShared, 'app'));
    try {
      const identity = await this.server.identity(options);
      if (identity.serial !== claimed) throw new CodedError('pairing.serial_differs');
      assertProtocol(identity);
      this.server.setParameters(await this.run(commands.readParameters, {}, options));
      this.#identity = identity;
      return { identity };
    } catch (caught) {
      this.server.sealWith(undefined);
      throw caught;
    }
  }

  /** Runs any command; inside the seal once paired. */
  run<Request, Response>(
    command: Command<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    return this.server.run(command, request, options);
  }

  echo(text: string, options?: CallOptions): Promise<{ r: string }> {
    return this.server.echo(text, options);
  }

  applicationInfo(options?: CallOptions): Promise<{ output: string }> {
    return this.server.applicationInfo(options);
  }

  /** Restarts the device: the session ends, an armed failsafe rolls back (A13). */
  reset(options?: CallOptions): Promise<void> {
    return this.server.reset(options);
  }

  /** Firmware per slot (A14). */
  images(options?: CallOptions): Promise<commands.ImageSlot[]> {
    return this.server.images(options);
  }

  /** Has the image with that hash tried at the next restart; the one after goes back unless it is kept (A14). */
  tryImage(hash: Uint8Array, options?: CallOptions): Promise<void> {
    return this.server.tryImage(hash, options);
  }

  /** Keeps the firmware that runs; another that was to be tried is called off (A14). */
  keepImage(options?: CallOptions): Promise<void> {
    return this.server.keepImage(options);
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
  close(): Promise<void> {
    return this.server.close();
  }
}

function assertProtocol(identity: commands.Identity): void {
  if (identity.proto !== commands.PROTOCOL) {
    throw new CodedError('device.unknown_protocol', { proto: identity.proto });
  }
}
