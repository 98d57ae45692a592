import { CodedError } from '../../../electron/contract/errors.ts';
import { abortError } from '../../smp/clock.ts';
import type { PacketChannel } from '../../smp/index.ts';
import type { Clock } from '../clock.ts';
import type { FinderSource, Sighting, SightingChange } from '../finder-types.ts';
import type { Identity } from '../identity.ts';
import { onRelease } from '../owned-channel.ts';

/** A device that lives in this process: practice mode and rehearsals. */
export interface MemoryDevice {
  /** The way it pretends to be reached by. */
  readonly transport: 'usb' | 'bluetooth';
  /** What it says of itself now. `rssi` in dBm, null over USB. */
  describe(): Omit<Identity, 'serial'> & { readonly serial?: string; readonly rssi: number | null };
  /** @throws CodedError where it cannot be reached now */
  connect(): PacketChannel | Promise<PacketChannel>;
}

/** All devices of this process that could be found now. */
export interface MemorySource {
  devices(): readonly MemoryDevice[];
}

export interface MemoryWatcherOptions {
  readonly clock: Clock;
  readonly source: MemorySource;
  readonly changed: (change: SightingChange) => void;
}

/** As often as the ports are listed. */
const LOOK_EVERY_MS = 1_000;

interface Row {
  readonly device: MemoryDevice;
  sighting: Sighting;
  owner: 'opening' | PacketChannel | null;
}

/** Shows the devices of this process as if they were on the cable and on the air. */
export class MemoryWatcher implements FinderSource {
  readonly #options: MemoryWatcherOptions;
  readonly #rows = new Map<string, Row>();
  #running = false;
  #cancelTimer = () => {};

  constructor(options: MemoryWatcherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#look();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
  }

  sightings(): Sighting[] {
    return [...this.#rows.values()].map(({ sighting, owner }) => ({
      ...sighting,
      connected: owner !== null,
    }));
  }

  async open(key: string, signal: AbortSignal | undefined): Promise<PacketChannel> {
    if (signal?.aborted) throw abortError(signal);
    const row = this.#rows.get(key);
    if (row === undefined) throw new CodedError('finder.not_found');
    if (row.owner !== null) throw new CodedError('finder.device_in_use');
    row.owner = 'opening';
    try {
      const channel = await row.device.connect();
      row.owner = channel;
      onRelease(channel, () => {
        row.owner = null;
        this.#refresh();
      });
      return channel;
    } catch (error) {
      row.owner = null;
      throw error;
    } finally {
      this.#options.changed('change');
    }
  }

  #look(): void {
    this.#refresh();
    this.#cancelTimer = this.#options.clock.setTimer(() => this.#look(), LOOK_EVERY_MS);
  }

  #refresh(): void {
    const before = JSON.stringify(this.#facts());
    const seen = new Set<string>();
    for (const device of this.#options.source.devices()) seen.add(this.#see(device));
    for (const [key, row] of this.#rows) if (!seen.has(key) && row.owner === null) this.#rows.delete(key);
    this.#options.changed(JSON.stringify(this.#facts()) === before ? 'signal' : 'change');
  }

  #see(device: MemoryDevice): string {
    const { kind, mac, model, state, serial, rssi } = device.describe();
    const now = this.#options.clock.now();
    const key = `memory:${device.transport}:${kind}:${mac}`;
    const known = this.#rows.get(key);
    const sighting: Sighting = {
      key,
      transport: device.transport,
      place: '',
      kind,
      mac,
      // An advertisement tells neither; what pretends to be on the air tells no more.
      model: device.transport === 'usb' ? model : null,
      serial: device.transport === 'usb' ? (serial ?? null) : null,
      state,
      rssi,
      firstSeenAt: known?.sighting.firstSeenAt ?? now,
      lastSeenAt: now,
      problem: null,
      connected: false,
    };
    if (known === undefined) this.#rows.set(key, { device, sighting, owner: null });
    else known.sighting = sighting;
    return key;
  }

  /** What a person sees at once: everything but strength and time. */
  #facts(): unknown[] {
    return this.sightings().map(({ rssi: _, lastSeenAt: __, ...facts }) => facts);
  }
}
