import { existsSync, readdirSync } from 'node:fs';
import type { Noble, Peripheral } from '@abandonware/noble/with-custom-binding.js';
import { CodedError } from '../../../electron/contract/errors.ts';
import { type Clock, systemClock, withLimit } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { connectPeripheral, type NobleLink } from './noble-link.ts';
import type { AdapterState, BlePort, HeardAdvertisement } from './port.ts';

/** How long a connection may take: a device advertises once a second, and may be missed a few times. */
const CONNECT_LIMIT_MS = 15_000;
/** Another program may have ended the scan; where nothing at all is heard this long it is begun again. */
const SCAN_WATCH_MS = 10_000;
/** Peripherals that can be connected to: the last ones heard. Phones change their addresses all day. */
const MAX_PERIPHERALS = 1_000;
/** What an adapter reports when it does not know the strength. */
const RSSI_UNKNOWN = 127;

/** What is handed in, in tests. */
export interface NoblePortOptions {
  readonly clock?: Clock;
  /** Loads the driver; may throw where the system has none. */
  readonly load?: () => Promise<Noble>;
  /** Whether there is an adapter at all, switched on or not. */
  readonly adapterExists?: () => boolean;
}

/**
 * The laptop's Bluetooth through noble, which is loaded when the scan is first wanted: a laptop without
 * Bluetooth starts, and shows `absent`.
 */
export function createNoblePort(options: NoblePortOptions = {}): BlePort {
  return new NoblePort(options);
}

class NoblePort implements BlePort {
  readonly #clock: Clock;
  readonly #load: () => Promise<Noble>;
  readonly #adapterExists: () => boolean;
  readonly #states = new Listeners<AdapterState>();
  readonly #heard = new Listeners<HeardAdvertisement>();
  readonly #peripherals = new Map<string, Peripheral>();
  readonly #links = new Set<NobleLink>();
  #driver: { noble: Noble; stop: () => void } | null = null;
  #starting: Promise<void> | null = null;
  #state: AdapterState = 'unknown';
  #scanWanted = false;
  #scanning = false;
  #connecting = 0;
  #closed = false;
  #cancelWatch = () => {};

  constructor(options: NoblePortOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#load = options.load ?? loadNoble;
    this.#adapterExists = options.adapterExists ?? systemHasAdapter;
  }

  get adapterState(): AdapterState {
    return this.#state;
  }

  onAdapterState(listener: (state: AdapterState) => void): () => void {
    return this.#states.add(listener);
  }

  onAdvertisement(listener: (heard: HeardAdvertisement) => void): () => void {
    return this.#heard.add(listener);
  }

  startScan(): void {
    this.#closed = false;
    this.#scanWanted = true;
    this.#starting ??= this.#start();
    this.#applyScan();
  }

  stopScan(): void {
    this.#scanWanted = false;
    this.#applyScan();
  }

  async connect(peripheralId: string, label: string, signal?: AbortSignal): Promise<NobleLink> {
    this.#requireOn();
    const unreachable = (cause?: unknown) => new CodedError('ble.unreachable', { device: label }, { cause });
    const peripheral = this.#peripherals.get(peripheralId);
    if (peripheral === undefined) throw unreachable();
    // Many adapters cannot begin a connection while they scan.
    this.#connecting += 1;
    this.#applyScan();
    const attempt = connectPeripheral(peripheral, label, this.#clock);
    try {
      const limit = { clock: this.#clock, limitMs: CONNECT_LIMIT_MS, signal, onTimeout: unreachable };
      const link = await withLimit(attempt.link, limit);
      this.#links.add(link);
      link.onLost(() => this.#links.delete(link));
      return link;
    } catch (error) {
      attempt.abandon();
      throw error instanceof CodedError ? error : unreachable(error);
    } finally {
      this.#connecting -= 1;
      this.#applyScan();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.stopScan();
    await this.#starting;
    await Promise.all([...this.#links].map((link) => link.close()));
    this.#driver?.stop();
    this.#driver = null;
    this.#starting = null;
    this.#peripherals.clear();
    this.#state = 'unknown';
  }

  async #start(): Promise<void> {
    try {
      const noble = await this.#load();
      this.#driver = startDriver(noble);
      noble.on('discover', (peripheral: Peripheral) => this.#discovered(peripheral));
      noble.on('stateChange', (state: string) => this.#changed(state));
      this.#changed(noble.state);
    } catch (error) {
      // No driver for this system, no Bluetooth in its kernel, or no right to it: a state, not a failure.
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      this.#setState(code === 'EPERM' || code === 'EACCES' ? 'forbidden' : 'absent');
    }
  }

  #changed(state: string): void {
    this.#setState(adapterStateOf(state, this.#adapterExists));
  }

  #setState(state: AdapterState): void {
    if (this.#closed || state === this.#state) return;
    this.#state = state;
    if (state !== 'on') {
      this.#scanning = false;
      // The driver reports no disconnection when the adapter itself goes.
      for (const link of [...this.#links]) link.lose();
    }
    this.#applyScan();
    this.#states.emit(state);
  }

  #discovered(peripheral: Peripheral): void {
    this.#peripherals.delete(peripheral.id);
    this.#peripherals.set(peripheral.id, peripheral);
    if (this.#peripherals.size > MAX_PERIPHERALS) {
      for (const oldest of this.#peripherals.keys()) {
        this.#peripherals.delete(oldest);
        break;
      }
    }
    this.#watchScan();
    const { serviceUuids, manufacturerData } = peripheral.advertisement;
    this.#heard.emit({
      peripheralId: peripheral.id,
      serviceUuids: [...(serviceUuids ?? [])],
      manufacturerData: manufacturerData === undefined ? null : new Uint8Array(manufacturerData),
      rssi: peripheral.rssi === RSSI_UNKNOWN ? null : peripheral.rssi,
    });
  }

  /** Makes the driver scan exactly when it should. */
  #applyScan(): void {
    const should = this.#scanWanted && !this.#closed && this.#state === 'on' && this.#connecting === 0;
    if (should === this.#scanning) return;
    this.#scanning = should;
    if (should) this.#driver?.noble.startScanning([], true, () => {});
    else if (this.#state === 'on') this.#driver?.noble.stopScanning();
    this.#watchScan();
  }

  #watchScan(): void {
    this.#cancelWatch();
    if (!this.#scanning) return;
    this.#cancelWatch = this.#clock.setTimer(() => {
      this.#driver?.noble.startScanning([], true, () => {});
      this.#watchScan();
    }, SCAN_WATCH_MS);
  }

  #requireOn(): void {
    switch (this.#state) {
      case 'on':
        return;
      case 'off':
        throw new CodedError('ble.adapter_off');
      case 'forbidden':
        throw new CodedError('ble.forbidden');
      case 'absent':
      case 'unknown':
        throw new CodedError('ble.adapter_absent');
    }
  }
}

/** What noble calls its states; see `lib/noble.js` there. */
function adapterStateOf(state: string, adapterExists: () => boolean): AdapterState {
  switch (state) {
    case 'poweredOn':
      return 'on';
    case 'poweredOff':
      return adapterExists() ? 'off' : 'absent';
    case 'unauthorized':
      return 'forbidden';
    case 'unsupported':
      return 'absent';
    default:
      return 'unknown';
  }
}

/** Over HCI a missing adapter looks like one that is switched off; Linux knows better. */
function systemHasAdapter(): boolean {
  if (process.platform !== 'linux') return true;
  const folder = '/sys/class/bluetooth';
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('hci'));
}

async function loadNoble(): Promise<Noble> {
  const { default: createNoble } = await import('@abandonware/noble/with-custom-binding.js');
  return createNoble({});
}

/**
 * Starts the driver, and takes from it what belongs to the app: noble prints advice to standard output,
 * ends the process at SIGINT, polls its adapter for ever and has no way to stop.
 */
function startDriver(noble: Noble): { noble: Noble; stop: () => void } {
  const bindings = noble._bindings;
  const hci = bindings._hci;
  let stopped = false;
  noble.on('warning', () => {});
  if (hci !== undefined) {
    const poll = hci.pollIsDevUp;
    hci.pollIsDevUp = () => {
      if (!stopped) poll.call(hci);
    };
    let last: string | null = null;
    bindings.onStateChange = (state) => {
      if (state !== last) bindings.emit('stateChange', state);
      last = state;
    };
  }
  const exitListeners = new Set(process.listeners('exit'));
  void noble.state; // starts it
  const added = process.listeners('exit').filter((listener) => !exitListeners.has(listener));
  if (bindings.onSigIntBinded !== undefined) process.off('SIGINT', bindings.onSigIntBinded);
  return {
    noble,
    stop: () => {
      if (stopped) return;
      stopped = true;
      noble.removeAllListeners('discover');
      noble.removeAllListeners('stateChange');
      for (const listener of added) process.off('exit', listener);
      hci?._socket.stop();
      bindings.stop?.();
    },
  };
}
