import { CodedError } from '../../electron/contract/errors.ts';
import type { PacketChannel } from '../smp/index.ts';
import type { BlePort } from './ble/port.ts';
import { BleWatcher } from './ble/watcher.ts';
import { type Clock, systemClock } from './clock.ts';
import type {
  DeviceFinder,
  FinderSnapshot,
  FinderSource,
  FoundDevice,
  SightingChange,
} from './finder-types.ts';
import type { Identity } from './identity.ts';
import { Listeners } from './listeners.ts';
import { LostCables } from './lost-cables.ts';
import { type MemorySource, MemoryWatcher } from './memory/source.ts';
import { type FoundGroup, mergeSightings } from './merge.ts';
import { openSerialChannel } from './serial/channel.ts';
import { type ListedPort, listSerialPorts } from './serial/line.ts';
import { portPath } from './serial/port-path.ts';
import { portProblem } from './serial/port-problem.ts';
import { portStamp } from './serial/port-stamp.ts';
import { type KnownUsbDevices, SerialWatcher } from './serial/watcher.ts';

export interface DeviceFinderOptions {
  /** USB ids that are spoken to unasked: `resources/usb-devices.json`. */
  readonly knownUsb: KnownUsbDevices;
  /** The laptop's Bluetooth, as `createNoblePort()`; null where it is not wanted. The finder closes it. */
  readonly ble: BlePort | null;
  /** Asks in the open who is there. May fail with `device.timeout`. Closes nothing. */
  readonly identify: (channel: PacketChannel) => Promise<Identity>;
  /** Devices of this process. */
  readonly memory?: MemorySource;
  readonly clock?: Clock;
  readonly listPorts?: () => Promise<readonly ListedPort[]>;
  readonly openSerial?: (
    path: string,
    options: { signal?: AbortSignal | undefined },
  ) => Promise<PacketChannel>;
  readonly portStamp?: (path: string) => Promise<string | null>;
}

/** At most ten snapshots a second. */
const CHANGE_EVERY_MS = 100;
/** Strength and time alone are worth one a second. */
const SIGNAL_EVERY_MS = 1_000;
/** Longer than any system's longest path to a device. */
const MAX_PATH_LENGTH = 255;

/** Makes a finder; it looks for nothing before `start`. */
export function createDeviceFinder(options: DeviceFinderOptions): DeviceFinder {
  return new Finder(options);
}

class Finder implements DeviceFinder {
  readonly #clock: Clock;
  readonly #ble: BlePort | null;
  readonly #serial: SerialWatcher;
  readonly #sources: readonly FinderSource[];
  readonly #lostCables = new LostCables();
  readonly #changes = new Listeners<FinderSnapshot>();
  #timer: { dueAt: number; cancel: () => void } | null = null;
  #lastToldAt = Number.NEGATIVE_INFINITY;
  #running = false;

  constructor(options: DeviceFinderOptions) {
    const clock = options.clock ?? systemClock;
    const changed = (change: SightingChange) => this.#changed(change);
    this.#clock = clock;
    this.#ble = options.ble;
    this.#serial = new SerialWatcher({
      clock,
      changed,
      known: options.knownUsb,
      identify: options.identify,
      listPorts: options.listPorts ?? listSerialPorts,
      openSerial: options.openSerial ?? ((path, open) => openSerialChannel(path, { ...open, clock })),
      portStamp: options.portStamp ?? portStamp,
    });
    this.#sources = [
      this.#serial,
      ...(options.ble ? [new BleWatcher({ clock, changed, port: options.ble })] : []),
      ...(options.memory ? [new MemoryWatcher({ clock, changed, source: options.memory })] : []),
    ];
  }

  start(): void {
    this.#running = true;
    for (const source of this.#sources) source.start();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = null;
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  snapshot(): FinderSnapshot {
    return {
      devices: this.#groups().map((group) => group.device),
      bluetooth: this.#ble?.adapterState ?? 'absent',
      bluetoothProblem: this.#ble?.adapterProblem ?? null,
      usb: { ports: this.#serial.ports() },
    };
  }

  onChange(listener: (snapshot: FinderSnapshot) => void): () => void {
    return this.#changes.add(listener);
  }

  async addPort(path: string): Promise<FoundDevice> {
    if (path === '' || path.length > MAX_PATH_LENGTH || path.includes('\0'))
      throw portProblem('serial.no_such_port', path.slice(0, MAX_PATH_LENGTH));
    const key = await this.#serial.add(portPath(path, process.platform));
    const group = this.#groups().find(({ ways }) => ways.some((way) => way.key === key));
    if (group === undefined) throw new CodedError('finder.not_found');
    return group.device;
  }

  removePort(path: string): void {
    this.#serial.remove(portPath(path, process.platform));
  }

  async open(foundId: string, options: { signal?: AbortSignal | undefined } = {}): Promise<PacketChannel> {
    // A port's id changes when its device is recognised: the key of the way stays good.
    const group = this.#groups().find(
      ({ device, ways }) => device.id === foundId || ways.some((way) => way.key === foundId),
    );
    if (group === undefined) throw new CodedError('finder.not_found');
    if (group.device.connected) throw new CodedError('finder.device_in_use');
    let firstProblem: unknown;
    for (const { key } of group.ways) {
      try {
        return await this.#openWay(key, options.signal);
      } catch (error) {
        if (options.signal?.aborted || !isOfTheWay(error)) throw error;
        firstProblem ??= error;
      }
    }
    throw firstProblem;
  }

  #openWay(key: string, signal: AbortSignal | undefined): Promise<PacketChannel> {
    for (const source of this.#sources)
      if (source.sightings().some((sighting) => sighting.key === key)) return source.open(key, signal);
    throw new CodedError('finder.not_found');
  }

  #groups(): FoundGroup[] {
    const groups = mergeSightings(this.#sources.flatMap((source) => source.sightings()));
    return this.#lostCables.addTo(groups, this.#clock.ticks());
  }

  /** Tells soon, and not too often; an earlier need brings a later telling forward. */
  #changed(change: SightingChange): void {
    if (!this.#running) return;
    const now = this.#clock.ticks();
    const every = change === 'change' ? CHANGE_EVERY_MS : SIGNAL_EVERY_MS;
    const dueAt = Math.max(now, this.#lastToldAt + every);
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#timer?.cancel();
    const cancel = this.#clock.setTimer(() => this.#tell(), dueAt - now);
    this.#timer = { dueAt, cancel };
  }

  #tell(): void {
    this.#timer = null;
    this.#lastToldAt = this.#clock.ticks();
    this.#changes.emit(this.snapshot());
  }
}

/** Whether another way may succeed where this one failed: the port or the radio, not the device. */
function isOfTheWay(error: unknown): boolean {
  return error instanceof CodedError && /^(?:serial|ble)\./.test(error.code);
}
