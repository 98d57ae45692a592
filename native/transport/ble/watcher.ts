import { CodedError } from '../../../electron/contract/errors.ts';
import type { PacketChannel } from '../../smp/index.ts';
import type { Clock } from '../clock.ts';
import type { FinderSource, Sighting, SightingChange } from '../finder-types.ts';
import { onRelease } from '../owned-channel.ts';
import { type DeviceAdvertisement, parseAdvertisement } from './advertisement.ts';
import { openBleChannel } from './channel.ts';
import type { BlePort, HeardAdvertisement } from './port.ts';

export interface BleWatcherOptions {
  readonly clock: Clock;
  readonly port: BlePort;
  readonly changed: (change: SightingChange) => void;
}

/** A find leaves the list after this much silence. */
const SILENCE_MS = 10_000;
const SWEEP_EVERY_MS = 1_000;
/** The strength shown is the median of the last few: one reflection does not move it. */
const RSSI_WINDOW = 5;
/** More devices than any plant room has; a flood of made-up ones does not grow without bound. */
const MAX_HEARD = 500;

interface Heard {
  readonly peripheralId: string;
  serviceUuids: readonly string[];
  manufacturerData: Uint8Array | null;
  advertisement: DeviceAdvertisement | null;
  rssi: number[];
  readonly firstSeenAt: number;
  lastSeenAt: number;
  lastTicks: number;
  owner: 'opening' | PacketChannel | null;
}

/** Keeps the devices that advertise. */
export class BleWatcher implements FinderSource {
  readonly #options: BleWatcherOptions;
  readonly #heard = new Map<string, Heard>();
  #stops: (() => void)[] = [];
  #cancelSweep = () => {};

  constructor(options: BleWatcherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stops.length > 0) return;
    const { port } = this.#options;
    this.#stops = [
      port.onAdvertisement((advertisement) => this.#take(advertisement)),
      port.onAdapterState(() => this.#adapterChanged()),
    ];
    port.startScan();
    this.#sweepLater();
  }

  async stop(): Promise<void> {
    this.#cancelSweep();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#options.port.close();
  }

  sightings(): Sighting[] {
    return [...this.#heard.values()].flatMap((heard) => sightingOf(heard) ?? []);
  }

  async open(key: string, signal: AbortSignal | undefined): Promise<PacketChannel> {
    const heard = [...this.#heard.values()].find((candidate) => keyOf(candidate) === key);
    const advertisement = heard?.advertisement;
    if (heard === undefined || !advertisement) throw new CodedError('finder.not_found');
    if (!advertisement.known) throw new CodedError('ble.unknown_version', { version: advertisement.version });
    if (heard.owner !== null) throw new CodedError('finder.device_in_use');
    heard.owner = 'opening';
    this.#options.changed('change');
    try {
      const { port, clock } = this.#options;
      const link = await port.connect(heard.peripheralId, advertisement.mac, signal);
      const channel = await openBleChannel(link, advertisement.mac, { signal, clock });
      heard.owner = channel;
      onRelease(channel, () => this.#released(heard));
      return channel;
    } catch (error) {
      this.#released(heard);
      throw error;
    }
  }

  /** A device does not advertise while it is connected: it has its silence from now on. */
  #released(heard: Heard): void {
    heard.owner = null;
    this.#seen(heard);
    this.#options.changed('change');
  }

  #take(advertisement: HeardAdvertisement): void {
    const known = this.#heard.get(advertisement.peripheralId);
    // Advertisement and scan response may come apart, in either order (A15).
    const serviceUuids =
      advertisement.serviceUuids.length > 0 ? advertisement.serviceUuids : (known?.serviceUuids ?? []);
    const manufacturerData = advertisement.manufacturerData ?? known?.manufacturerData ?? null;
    if (known === undefined && this.#heard.size >= MAX_HEARD) return;
    const heard = known ?? this.#newHeard(advertisement.peripheralId);
    const before = JSON.stringify(heard.advertisement);
    heard.serviceUuids = serviceUuids;
    heard.manufacturerData = manufacturerData;
    heard.advertisement = parseAdvertisement(serviceUuids, manufacturerData);
    if (advertisement.rssi !== null) heard.rssi = [...heard.rssi, advertisement.rssi].slice(-RSSI_WINDOW);
    this.#seen(heard);
    this.#options.changed(JSON.stringify(heard.advertisement) === before ? 'signal' : 'change');
  }

  #newHeard(peripheralId: string): Heard {
    const now = this.#options.clock.now();
    const heard: Heard = {
      peripheralId,
      serviceUuids: [],
      manufacturerData: null,
      advertisement: null,
      rssi: [],
      firstSeenAt: now,
      lastSeenAt: now,
      lastTicks: this.#options.clock.ticks(),
      owner: null,
    };
    this.#heard.set(peripheralId, heard);
    return heard;
  }

  #seen(heard: Heard): void {
    heard.lastSeenAt = this.#options.clock.now();
    heard.lastTicks = this.#options.clock.ticks();
  }

  #adapterChanged(): void {
    if (this.#options.port.adapterState !== 'on') this.#forget((heard) => heard.owner === null);
    this.#options.changed('change');
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#options.clock.setTimer(() => {
      const ticks = this.#options.clock.ticks();
      this.#forget((heard) => heard.owner === null && ticks - heard.lastTicks > SILENCE_MS);
      this.#sweepLater();
    }, SWEEP_EVERY_MS);
  }

  #forget(isOver: (heard: Heard) => boolean): void {
    for (const [id, heard] of this.#heard) {
      if (!isOver(heard)) continue;
      this.#heard.delete(id);
      this.#options.changed('change');
    }
  }
}

function keyOf(heard: Heard): string {
  return `bluetooth:${heard.peripheralId}`;
}

function sightingOf(heard: Heard): Sighting | null {
  const { advertisement } = heard;
  if (advertisement === null) return null;
  return {
    key: keyOf(heard),
    transport: 'bluetooth',
    place: '',
    kind: advertisement.known ? advertisement.kind : 'unknown',
    mac: advertisement.known ? advertisement.mac : null,
    model: null,
    serial: null,
    state: advertisement.known ? advertisement.state : null,
    rssi: median(heard.rssi),
    firstSeenAt: heard.firstSeenAt,
    lastSeenAt: heard.lastSeenAt,
    problem: advertisement.known
      ? null
      : { code: 'ble.unknown_version', params: { version: advertisement.version } },
    connected: heard.owner !== null,
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
