import { asCodedError, CodedError, type Problem } from '../../../electron/contract/errors.ts';
import type { PacketChannel } from '../../smp/index.ts';
import { type Clock, withLimit } from '../clock.ts';
import type { FinderSource, FoundPort, Sighting, SightingChange } from '../finder-types.ts';
import type { Identity } from '../identity.ts';
import { onRelease } from '../owned-channel.ts';
import type { ListedPort } from './line.ts';
import { portProblem } from './port-problem.ts';

/** USB ids of devices that are spoken to unasked; see `resources/usb-devices.json`. */
export interface KnownUsbDevices {
  readonly devices: readonly { readonly vendorId: string; readonly productId: string }[];
}

export interface SerialWatcherOptions {
  readonly clock: Clock;
  readonly known: KnownUsbDevices;
  readonly listPorts: () => Promise<readonly ListedPort[]>;
  readonly openSerial: (
    path: string,
    options: { signal?: AbortSignal | undefined },
  ) => Promise<PacketChannel>;
  readonly identify: (channel: PacketChannel) => Promise<Identity>;
  /** Changes when the path is made anew, null when nothing is there. */
  readonly portStamp: (path: string) => Promise<string | null>;
  readonly changed: (change: SightingChange) => void;
}

/** How often the ports are listed. */
const LIST_EVERY_MS = 1_000;
/** The system's list reads a database that may hang with a broken hub. */
const LIST_LIMIT_MS = 5_000;
/** A device answers within 2 s and the app waits 1 s longer (A9): enough to ask twice. */
const IDENTIFY_LIMIT_MS = 7_000;
/** A port that does not open is tried again this often, without harm to anybody. */
const REOPEN_AFTER_MS = 2_000;
/** A device that did not answer is asked again after this, then after twice as long, … */
const ASK_AGAIN_AFTER_MS = 2_000;
const ASK_AGAIN_AT_MOST_MS = 30_000;

/** Problems of the port itself: nothing was said to anybody behind it. */
const PORT_PROBLEMS = new Set<string>([
  'serial.permission_denied',
  'serial.port_busy',
  'serial.no_such_port',
  'serial.port_gone',
  'serial.port_stuck',
]);

interface Port {
  readonly path: string;
  known: boolean;
  addedByPath: boolean;
  listed: ListedPort | null;
  /** What `portStamp` said last, with the USB serial number. */
  stamp: string | null;
  identity: Identity | null;
  problem: Problem | null;
  readonly firstSeenAt: number;
  lastSeenAt: number;
  /** When it is asked again, in ticks; null once it has said who it is. */
  askAt: number | null;
  unanswered: number;
  asking: { done: Promise<void>; abort: AbortController } | null;
  /** Somebody opens it or has it open. */
  owner: 'opening' | PacketChannel | null;
}

/** Watches serial ports: those with known USB ids, and those added by path. */
export class SerialWatcher implements FinderSource {
  readonly #options: SerialWatcherOptions;
  readonly #ports = new Map<string, Port>();
  #listed: readonly ListedPort[] = [];
  #running = false;
  #cancelTimer = () => {};
  #looking: Promise<void> | null = null;

  constructor(options: SerialWatcherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#lookNow();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    await this.#looking;
    const asking = [...this.#ports.values()].map((port) => port.asking);
    for (const question of asking) question?.abort.abort();
    await Promise.all(asking.map((question) => question?.done));
  }

  /** Every port of the computer, whether it is watched or not. */
  ports(): FoundPort[] {
    const paths = new Set([...this.#listed.map((port) => port.path), ...this.#ports.keys()]);
    return [...paths].sort().map((path) => {
      const port = this.#ports.get(path);
      const name = this.#listed.find((entry) => entry.path === path)?.name ?? null;
      return { path, known: port?.known ?? false, addedByPath: port?.addedByPath ?? false, name };
    });
  }

  sightings(): Sighting[] {
    return [...this.#ports.values()].filter(isShown).map(sightingOf);
  }

  /** Watches a path from now on; resolves with its key when it was asked who is there. */
  async add(path: string): Promise<string> {
    const port = this.#ports.get(path) ?? this.#newPort(path);
    port.addedByPath = true;
    this.#ports.set(path, port);
    await this.#observe(port);
    await port.asking?.done;
    return keyOf(port);
  }

  remove(path: string): void {
    const port = this.#ports.get(path);
    if (port === undefined) return;
    port.addedByPath = false;
    this.#forgetIfUnwatched(port);
    this.#options.changed('change');
  }

  async open(key: string, signal: AbortSignal | undefined): Promise<PacketChannel> {
    const port = [...this.#ports.values()].find((candidate) => keyOf(candidate) === key);
    if (port === undefined) throw new CodedError('finder.not_found');
    if (port.owner !== null) throw new CodedError('finder.device_in_use');
    port.owner = 'opening';
    this.#options.changed('change');
    try {
      // Whoever has work to do goes before our own curiosity.
      port.asking?.abort.abort();
      await port.asking?.done;
      const channel = await this.#options.openSerial(port.path, { signal });
      port.owner = channel;
      port.problem = null;
      onRelease(channel, (problem) => this.#released(port, problem));
      this.#options.changed('change');
      return channel;
    } catch (error) {
      this.#released(port, asCodedError(error));
      throw error;
    }
  }

  /** After work a device may be in another state, or another device: it is asked again. */
  #released(port: Port, problem: CodedError | null): void {
    port.owner = null;
    if (problem !== null && PORT_PROBLEMS.has(problem.code)) port.problem = problem.problem;
    port.askAt = this.#options.clock.ticks();
    port.unanswered = 0;
    this.#forgetIfUnwatched(port);
    this.#options.changed('change');
    if (this.#running) this.#lookNow();
  }

  #lookNow(): void {
    this.#cancelTimer();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#running)
        this.#cancelTimer = this.#options.clock.setTimer(() => this.#lookNow(), LIST_EVERY_MS);
    });
  }

  async #look(): Promise<void> {
    const before = JSON.stringify(this.ports());
    await this.#list();
    await Promise.all([...this.#ports.values()].map((port) => this.#observe(port)));
    this.#options.changed(JSON.stringify(this.ports()) === before ? 'signal' : 'change');
  }

  /** Where the list cannot be had, the last one stands: what is gone shows when it is opened. */
  async #list(): Promise<void> {
    const onTimeout = () => new CodedError('device.timeout');
    const limit = { clock: this.#options.clock, limitMs: LIST_LIMIT_MS, onTimeout };
    const listed = await withLimit(this.#options.listPorts(), limit).catch(() => null);
    if (listed === null) return;
    this.#listed = listed;
    const byPath = new Map(listed.map((port) => [port.path, port]));
    for (const port of this.#ports.values()) {
      port.listed = byPath.get(port.path) ?? null;
      port.known = port.listed !== null && this.#isKnown(port.listed);
      this.#forgetIfUnwatched(port);
    }
    for (const entry of listed) {
      if (this.#ports.has(entry.path) || !this.#isKnown(entry)) continue;
      this.#ports.set(entry.path, { ...this.#newPort(entry.path), listed: entry, known: true });
    }
  }

  #isKnown({ vendorId, productId }: ListedPort): boolean {
    return this.#options.known.devices.some(
      (device) => device.vendorId === vendorId && device.productId === productId,
    );
  }

  #newPort(path: string): Port {
    const now = this.#options.clock.now();
    return {
      path,
      known: false,
      addedByPath: false,
      listed: this.#listed.find((entry) => entry.path === path) ?? null,
      stamp: null,
      identity: null,
      problem: null,
      firstSeenAt: now,
      lastSeenAt: now,
      askAt: this.#options.clock.ticks(),
      unanswered: 0,
      asking: null,
      owner: null,
    };
  }

  /** A channel that is open keeps its row, even where the list has lost the port already. */
  #forgetIfUnwatched(port: Port): void {
    if (port.known || port.addedByPath || port.owner !== null) return;
    port.asking?.abort.abort();
    this.#ports.delete(port.path);
  }

  /** Looks whether a port is there and the same, and asks who it is where that is due. */
  async #observe(port: Port): Promise<void> {
    const { clock, portStamp } = this.#options;
    const file = await portStamp(port.path);
    const present = file !== null || port.listed !== null;
    if (present) port.lastSeenAt = clock.now();
    if (this.#ports.get(port.path) !== port || port.owner !== null || port.asking !== null) return;
    const stamp = present ? `${file ?? ''} ${port.listed?.serialNumber ?? ''}` : null;
    if (stamp !== port.stamp) {
      const isNew = port.stamp === null && port.identity === null;
      port.stamp = stamp;
      port.askAt = clock.ticks();
      port.unanswered = 0;
      if (!present && !isNew) this.#show(port, 'serial.port_gone');
    }
    if (!present && port.problem === null) this.#show(port, 'serial.no_such_port');
    if (present && port.askAt !== null && port.askAt <= clock.ticks()) this.#ask(port);
  }

  #show(port: Port, code: 'serial.port_gone' | 'serial.no_such_port'): void {
    const { path } = port;
    port.problem =
      code === 'serial.no_such_port' ? portProblem(code, path).problem : { code, params: { path } };
    this.#options.changed('change');
  }

  #ask(port: Port): void {
    const abort = new AbortController();
    const done = this.#askOnce(port, abort.signal).finally(() => {
      port.asking = null;
      this.#options.changed('change');
    });
    port.asking = { done, abort };
  }

  async #askOnce(port: Port, signal: AbortSignal): Promise<void> {
    try {
      port.identity = await this.#readIdentity(port.path, signal);
      port.problem = null;
      port.askAt = null;
      port.unanswered = 0;
    } catch (error) {
      if (signal.aborted) return;
      const { problem } = asCodedError(error);
      port.problem = problem;
      const now = this.#options.clock.ticks();
      if (PORT_PROBLEMS.has(problem.code)) {
        port.askAt = now + REOPEN_AFTER_MS;
        return;
      }
      port.identity = null;
      port.askAt = now + Math.min(ASK_AGAIN_AFTER_MS * 2 ** port.unanswered, ASK_AGAIN_AT_MOST_MS);
      port.unanswered += 1;
    }
  }

  /** Opens the port, reads who is there, and leaves it free for work again. */
  async #readIdentity(path: string, signal: AbortSignal): Promise<Identity> {
    const channel = await this.#options.openSerial(path, { signal });
    try {
      const gone = new Promise<never>((_, reject) => channel.onClose(reject));
      const onTimeout = () => new CodedError('device.timeout');
      const limit = { clock: this.#options.clock, limitMs: IDENTIFY_LIMIT_MS, signal, onTimeout };
      return await withLimit(Promise.race([gone, this.#options.identify(channel)]), limit);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'device.timeout') throw error;
      const heard = Object.values(channel.discarded()).some((count) => count > 0);
      throw new CodedError(heard ? 'serial.noise' : 'serial.not_a_device', { path }, { cause: error });
    } finally {
      await channel.close();
    }
  }
}

function keyOf(port: Port): string {
  return `usb:${port.path}`;
}

/** A port with known ids is a row once it has been asked; one that a person added is one at once. */
function isShown(port: Port): boolean {
  return port.addedByPath || port.identity !== null || port.problem !== null || port.owner !== null;
}

function sightingOf(port: Port): Sighting {
  const { identity } = port;
  return {
    key: keyOf(port),
    transport: 'usb',
    place: port.path,
    kind: identity?.kind ?? 'unknown',
    mac: identity?.mac ?? null,
    model: identity?.model ?? null,
    serial: identity?.serial ?? null,
    state: identity?.state ?? null,
    rssi: null,
    firstSeenAt: port.firstSeenAt,
    lastSeenAt: port.lastSeenAt,
    problem: port.problem,
    connected: port.owner !== null,
  };
}
