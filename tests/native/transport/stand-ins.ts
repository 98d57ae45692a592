import { CodedError, type Problem } from '../../../electron/contract/errors.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { adapterProblem } from '../../../native/transport/ble/adapter-problem.ts';
import type {
  AdapterState,
  BleLink,
  BlePort,
  HeardAdvertisement,
  Identity,
  ListedPort,
} from '../../../native/transport/index.ts';
import { SMP_SERVICE_UUID } from '../../../native/transport/index.ts';
import { Listeners } from '../../../native/transport/listeners.ts';

export interface StandInChannel extends PacketChannel {
  /** The way breaks. */
  breakWith(problem: CodedError): void;
  counts: Record<string, number>;
}

export function standInChannel(label: string, transport: 'usb' | 'bluetooth' = 'usb'): StandInChannel {
  const closes = new Listeners<CodedError>();
  let closed = false;
  const channel: StandInChannel = {
    transport,
    label,
    counts: {},
    send: async () => {},
    onPacket: () => () => {},
    onClose: (listener) => closes.add(listener),
    setMaxPacketBytes: () => {},
    close: async () => {
      closed = true;
    },
    get closed() {
      return closed;
    },
    discarded: () => channel.counts,
    breakWith: (problem) => {
      closed = true;
      closes.emit(problem);
    },
  };
  return channel;
}

export const iq: Identity = {
  kind: 'iq',
  mac: '04.A2.FF',
  model: 'IQ3',
  serial: 'IQ3-000001',
  state: 'factory',
};

/** The serial ports of a computer that exists only in a test. */
export class StandInPorts {
  listed: ListedPort[] = [];
  /** What stands behind a path: a device, silence, noise, or what opening it gives. Absent: no such port. */
  readonly behind = new Map<string, Identity | 'silent' | 'noisy' | CodedError>();
  readonly stamps = new Map<string, string>();
  readonly opened: string[] = [];
  readonly open = new Set<StandInChannel>();
  listFails: Promise<never> | null = null;

  plug(path: string, what: Identity | 'silent' | 'noisy' | CodedError, ids?: [string, string]): void {
    this.behind.set(path, what);
    this.stamps.set(path, `${this.opened.length} ${Math.random()}`);
    if (ids === undefined) return;
    this.listed.push({ path, vendorId: ids[0], productId: ids[1], serialNumber: null, name: null });
  }

  unplug(path: string): void {
    this.behind.delete(path);
    this.stamps.delete(path);
    this.listed = this.listed.filter((port) => port.path !== path);
  }

  readonly listPorts = async () => {
    if (this.listFails !== null) await this.listFails;
    return this.listed;
  };

  readonly portStamp = async (path: string) => this.stamps.get(path) ?? null;

  readonly openSerial = async (path: string) => {
    this.opened.push(path);
    const what = this.behind.get(path);
    if (what === undefined) throw new CodedError('serial.no_such_port', { path });
    if (what instanceof CodedError) throw what;
    if ([...this.open].some((channel) => channel.label === path && !channel.closed))
      throw new CodedError('serial.port_busy', { path });
    const channel = standInChannel(path);
    this.open.add(channel);
    if (what === 'noisy') channel.counts = { wrong_crc: 3 };
    return channel;
  };

  readonly identify = async (channel: PacketChannel): Promise<Identity> => {
    const what = this.behind.get(channel.label);
    if (what === undefined || typeof what === 'string' || what instanceof CodedError)
      throw new CodedError('device.timeout');
    return what;
  };
}

/** The Bluetooth of a laptop that exists only in a test. */
export class StandInBle implements BlePort {
  adapterState: AdapterState = 'unknown';
  adapterProblem: Problem | null = null;
  scanning = false;
  closed = false;
  readonly links: StandInLink[] = [];
  connectFails: CodedError | null = null;
  readonly #states = new Listeners<AdapterState>();
  readonly #heard = new Listeners<HeardAdvertisement>();

  become(state: AdapterState): void {
    this.adapterState = state;
    this.adapterProblem = adapterProblem(state)?.problem ?? null;
    this.#states.emit(state);
  }

  /** What is heard on the air; absent parts come in another report. */
  hear(peripheralId: string, parts: { service?: boolean; data?: Uint8Array; rssi?: number | null }): void {
    this.#heard.emit({
      peripheralId,
      serviceUuids: parts.service === false ? [] : [SMP_SERVICE_UUID],
      manufacturerData: parts.data ?? null,
      rssi: parts.rssi ?? null,
    });
  }

  onAdapterState(listener: (state: AdapterState) => void): () => void {
    return this.#states.add(listener);
  }

  onAdvertisement(listener: (heard: HeardAdvertisement) => void): () => void {
    return this.#heard.add(listener);
  }

  startScan(): void {
    this.scanning = true;
  }

  stopScan(): void {
    this.scanning = false;
  }

  async connect(): Promise<BleLink> {
    if (this.connectFails !== null) throw this.connectFails;
    const link = new StandInLink();
    this.links.push(link);
    return link;
  }

  async close(): Promise<void> {
    this.scanning = false;
    this.closed = true;
  }
}

export class StandInLink implements BleLink {
  mtu = 23;
  closed = false;
  readonly events: string[] = [];
  readonly written: Uint8Array[] = [];
  readonly #losses = new Listeners<void>();
  #notify: (fragment: Uint8Array) => void = () => {};
  subscribeFails: Promise<never> | null = null;
  writeWaits: Promise<void> | null = null;

  notify(fragment: Uint8Array): void {
    this.#notify(fragment);
  }

  lose(): void {
    this.#losses.emit();
  }

  async subscribe(listener: (fragment: Uint8Array) => void): Promise<void> {
    this.events.push('subscribe');
    this.#notify = listener;
    if (this.subscribeFails !== null) await this.subscribeFails;
  }

  async write(fragment: Uint8Array): Promise<void> {
    this.events.push('write');
    this.written.push(fragment);
    await this.writeWaits;
  }

  onLost(listener: () => void): () => void {
    return this.#losses.add(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Manufacturer data as on air (A15). */
export function manufacturerData(
  parts: { version?: number; kind?: number; state?: number; id?: number[] } = {},
): Uint8Array {
  const { version = 1, kind = 1, state = 1, id = [0, 0, 0, 0, 0x04, 0xa2, 0xff] } = parts;
  return new Uint8Array([0xff, 0xff, version, kind, state, ...id]);
}
