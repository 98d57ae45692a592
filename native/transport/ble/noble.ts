import type { Noble, Peripheral } from '@abandonware/noble/with-custom-binding.js';
import { CodedError, type Problem } from '../../../electron/contract/errors.ts';
import { type Clock, systemClock, withLimit } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { systemOf } from '../system.ts';
import { adapterProblem } from './adapter-problem.ts';
import { DriverWatch } from './driver-watch.ts';
import {
  adapterStateOf,
  loadNoble,
  type NobleDriver,
  startDriver,
  stateOfFailure,
  systemHasAdapter,
} from './noble-driver.ts';
import { connectPeripheral, type NobleLink } from './noble-link.ts';
import type { AdapterState, BlePort, HeardAdvertisement } from './port.ts';

/** How long a connection may take: a device advertises once a second, and may be missed a few times. */
const CONNECT_LIMIT_MS = 15_000;
/** Times that a wedged driver is made anew at once; after them, and where there is none, it is slower. */
const QUICK_RENEWALS = 3;
const SLOW_RENEWAL_MS = 60_000;
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
  readonly #attempts = new Set<(problem: CodedError) => void>();
  readonly #watch: DriverWatch;
  #driver: NobleDriver | null = null;
  #starting: Promise<void> | null = null;
  #state: AdapterState = 'unknown';
  #problem: CodedError | null = null;
  #scanWanted = false;
  #scanning = false;
  #connecting = 0;
  #closed = false;
  #renewals = 0;
  #cancelRenewal = () => {};

  constructor(options: NoblePortOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#load = options.load ?? loadNoble;
    this.#adapterExists = options.adapterExists ?? systemHasAdapter;
    this.#watch = new DriverWatch({
      clock: this.#clock,
      scanAgain: () => this.#scanAgain(),
      wedged: (how) => this.#wedged(how),
    });
  }

  get adapterState(): AdapterState {
    return this.#state;
  }

  get adapterProblem(): Problem | null {
    return this.#problem?.problem ?? null;
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
    const adapterGone = Promise.withResolvers<never>();
    this.#attempts.add(adapterGone.reject);
    try {
      const limit = { clock: this.#clock, limitMs: CONNECT_LIMIT_MS, signal, onTimeout: unreachable };
      const link = await withLimit(Promise.race([attempt.link, adapterGone.promise]), limit);
      this.#links.add(link);
      link.onOver(() => this.#links.delete(link));
      return link;
    } catch (error) {
      attempt.abandon();
      throw error instanceof CodedError ? error : unreachable(error);
    } finally {
      this.#attempts.delete(adapterGone.reject);
      this.#connecting -= 1;
      this.#applyScan();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.stopScan();
    await this.#starting;
    await Promise.all([...this.#links].map((link) => link.close()));
    this.#cancelRenewal();
    this.#dropDriver();
    this.#starting = null;
    this.#renewals = 0;
    this.#state = 'unknown';
    this.#problem = null;
  }

  async #start(): Promise<void> {
    this.#watch.asked();
    try {
      const noble = await this.#load();
      this.#driver = startDriver(noble);
      noble.on('discover', (peripheral: Peripheral) => this.#discovered(peripheral));
      noble.on('stateChange', (state: string) => this.#changed(state));
      noble.on('scanStart', () => {
        this.#renewals = 0;
        this.#watch.answered();
      });
      this.#changed(noble.state);
    } catch (error) {
      // No driver for this system, no Bluetooth in its kernel, or no right to it; it may be plugged in later.
      this.#watch.rest();
      this.#setState(stateOfFailure(error));
      if (!this.#closed) this.#renewLater(SLOW_RENEWAL_MS);
    }
  }

  #changed(state: string): void {
    const now = adapterStateOf(state, this.#adapterExists);
    if (now !== 'unknown') this.#watch.answered();
    // A driver that was made anew has to answer first.
    if (now !== 'unknown' || this.#state !== 'stuck') this.#setState(now);
    if (now !== 'unknown' && now !== 'on') this.#watch.rest();
  }

  #setState(state: AdapterState): void {
    if (this.#closed || state === this.#state) return;
    this.#state = state;
    this.#problem = adapterProblem(state);
    if (state !== 'on') {
      this.#scanning = false;
      // The driver reports no disconnection when the adapter itself goes.
      for (const link of [...this.#links]) link.lose();
      for (const fail of [...this.#attempts]) fail(this.#whyNot());
    }
    this.#applyScan();
    this.#states.emit(state);
  }

  /** Makes the driver anew: nothing that the old one had is good any longer. */
  #wedged(how: 'mute' | 'deaf'): void {
    // An adapter that carries a connection works, whatever its scan does.
    if (this.#links.size > 0 || this.#connecting > 0) return;
    this.#setState(how === 'mute' ? 'stuck' : 'unknown');
    this.#dropDriver();
    this.#renewals += 1;
    this.#renewLater(this.#renewals > QUICK_RENEWALS ? SLOW_RENEWAL_MS : 0);
  }

  #renewLater(afterMs: number): void {
    this.#cancelRenewal();
    this.#cancelRenewal = this.#clock.setTimer(() => {
      this.#starting = this.#start();
    }, afterMs);
  }

  #dropDriver(): void {
    this.#watch.renew();
    this.#driver?.stop();
    this.#driver = null;
    this.#peripherals.clear();
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
    this.#watch.heard();
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
    if (should) {
      this.#watch.asked();
      this.#driver?.noble.startScanning([], true, () => {});
      return;
    }
    this.#watch.rest();
    if (this.#state === 'on') this.#driver?.noble.stopScanning();
  }

  #scanAgain(): void {
    if (!this.#scanning) return;
    this.#watch.asked();
    this.#driver?.noble.startScanning([], true, () => {});
  }

  #requireOn(): void {
    if (this.#state !== 'on') throw this.#whyNot();
  }

  #whyNot(): CodedError {
    return this.#problem ?? new CodedError('ble.adapter_absent', { system: systemOf(process.platform) });
  }
}
