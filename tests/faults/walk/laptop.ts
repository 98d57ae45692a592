import { join } from 'node:path';
import { openStore } from '../../../db/open.ts';
import type { Store } from '../../../db/store.ts';
import type { DeviceRecord } from '../../../db/types.ts';
import { CodedError, type Work } from '../../../electron/contract/index.ts';
import { type Commissioning, createCommissioning } from '../../../electron/host/commissioning/index.ts';
import { createDiscovery, type Discovery } from '../../../electron/host/discovery/index.ts';
import { createFirmwareLibrary, type FirmwareLibrary } from '../../../electron/host/firmware/index.ts';
import { defaultLimits } from '../../../electron/host/rules/index.ts';
import { createSites, type Sites } from '../../../electron/host/sites/index.ts';
import { Device } from '../../../native/devices/index.ts';
import type { Clock } from '../../../native/smp/index.ts';
import {
  createDeviceFinder,
  type DeviceFinder,
  identityOf,
  type MemoryDevice,
} from '../../../native/transport/index.ts';
import type { VirtualDevice, VirtualSite } from '../../../native/virtual/index.ts';
import { nextId } from '../../db/support/data.ts';
import type { JumpingClock } from '../../support/jumping-clock.ts';
import type { FaultyWays } from './faulty-way.ts';

const STATES = ['factory', 'pairing_open', 'commissioned'] as const;
/** How the laptop hears a device on the bench, in dBm. */
const BENCH_DBM = -52;
/** The person does what is asked after so long, in milliseconds. */
const HAND_MS = 500;
/** The person waits so long for a device to be seen before trying all the same, in milliseconds. */
const SEEN_LIMIT_MS = 30_000;

/** What a laptop stands on; it outlives the laptop. */
export interface Place {
  readonly dataDir: string;
  readonly site: VirtualSite;
  readonly ways: FaultyWays;
  readonly clock: JumpingClock;
}

/** One piece of work; does nothing where the store says that it is done. */
export type Piece = () => Promise<unknown>;

/**
 * The host's own commissioning part on a real store, and the person before it, who does what the panel asks. Ends
 * with {@link die} as in a power cut: whatever still runs of it never hears of anything again.
 */
export class Laptop {
  readonly store: Store;
  readonly sites: Sites;
  readonly commissioning: Commissioning;
  readonly firmware: FirmwareLibrary;
  /** The codes that the person was told, in order. */
  readonly told: string[] = [];
  readonly #place: Place;
  readonly #discovery: Discovery;
  readonly #finder: DeviceFinder;
  readonly #timers = new Set<() => void>();
  #dead = false;
  #die: () => void = () => {};
  /** Resolves when it dies. */
  readonly death = new Promise<void>((resolve) => {
    this.#die = resolve;
  });

  /** Opens the data folder, and looks for devices. */
  static async open(place: Place): Promise<Laptop> {
    const { dataDir, clock } = place;
    const vault = { kind: 'key_file', path: join(dataDir, 'key') } as const;
    const { store } = await openStore({ dataDir, vault, now: clock.now });
    return new Laptop(place, store);
  }

  private constructor(place: Place, store: Store) {
    const clock = this.#mortal(place.clock);
    this.store = store;
    this.#place = place;
    this.#finder = createDeviceFinder({
      knownUsb: { devices: [] },
      ble: null,
      listPorts: async () => [],
      memory: { devices: () => this.#devicesInSight() },
      clock,
      identify: async (channel) => identityOf((await Device.open(channel, { clock })).identity),
    });
    this.#discovery = createDiscovery({ finder: this.#finder, store, practice: true });
    this.firmware = createFirmwareLibrary({
      readOnly: false,
      folder: join(place.dataDir, 'firmware'),
      now: clock.now,
      newId: nextId,
    });
    this.commissioning = createCommissioning({
      store,
      firmware: this.firmware,
      discovery: this.#discovery,
      open: (foundId, signal) => this.#finder.open(foundId, { signal }),
      clock,
      newId: nextId,
      person: () => 'Iris',
      rules: () => ({
        limits: new Map([['*', defaultLimits]]),
        tenants: null,
        businessTypes: null,
        clockOffsetMs: 0,
        newestFirmware: this.firmware.newest(),
      }),
      clockOffsetMs: () => 0,
    });
    this.sites = createSites({ store, now: clock.now, newId: nextId, person: () => 'Iris' });
    this.commissioning.subscribe(() => this.#lendAHand());
    this.#discovery.start();
  }

  get dead(): boolean {
    return this.#dead;
  }

  get work(): Work | null {
    const work = this.commissioning.current();
    return work?.state === 'running' ? work : null;
  }

  planned(mac: string): DeviceRecord {
    const [device] = this.store.devices.findByMac(mac);
    if (device === undefined) throw new Error(`${mac} is not planned`);
    return device;
  }

  /** Goes on with what a laptop that died left unfinished, and what the person is told of it. */
  async resume(): Promise<void> {
    await this.commissioning.resume();
    const problem = this.commissioning.current()?.problem;
    if (problem) this.told.push(problem.code);
  }

  /** Does one piece of work after the other, until all are done or something is told. */
  async run(pieces: readonly Piece[]): Promise<void> {
    for (const device of this.#place.site.devices) await this.seen(device.description.mac);
    for (const piece of pieces) {
      try {
        await piece();
      } catch (caught) {
        if (!(caught instanceof CodedError)) throw caught;
        this.told.push(caught.code);
        return;
      }
    }
  }

  /** The id of the find with this MAC, once it is seen; the empty one where it is not seen for long. */
  async seen(mac: string): Promise<string> {
    const { clock } = this.#place;
    const endsAtMs = clock.now() + SEEN_LIMIT_MS;
    while (this.#discovery.byMac(mac) === undefined && clock.now() < endsAtMs) await clock.sleep(1_000);
    return this.#discovery.byMac(mac)?.id ?? '';
  }

  /** The device itself, to be touched. */
  virtual(mac: string): VirtualDevice {
    const device = this.#place.site.device(mac);
    if (device === undefined) throw new Error(`there is no ${mac}`);
    return device;
  }

  /** Dies without another word: the store is closed and every line is dead in the same moment. */
  die(): void {
    this.#dead = true;
    this.store.close();
    this.#place.ways.hangUp();
    for (const cancel of [...this.#timers]) cancel();
    this.#die();
  }

  /** Shuts down as at the end of a day. */
  async close(): Promise<void> {
    if (this.#dead) return;
    await this.commissioning.close();
    await this.#finder.stop();
    this.die();
  }

  /** Does what the panel asks: the button, the card, a look at the door. */
  #lendAHand(): void {
    const { work } = this;
    if (work === null || (work.needs === null && work.question === null)) return;
    this.#place.clock.setTimer(() => {
      const now = this.work;
      if (this.#dead || now?.id !== work.id) return;
      const mac = this.store.devices.get(now.deviceIds[0] ?? '')?.mac ?? '';
      if (now.needs === 'press_button') this.#hub.pressButton();
      else if (now.needs !== null) this.virtual(mac).presentCard();
      if (now.question !== null && now.question === work.question)
        this.commissioning.answer(now.id, now.question, 'passed');
    }, HAND_MS);
  }

  get #hub(): VirtualDevice {
    const hub = this.#place.site.devices.find(({ description }) => description.kind === 'iq');
    if (hub === undefined) throw new Error('the site has no hub');
    return hub;
  }

  /** The person's clock goes on; what the laptop waits for ends with it. */
  #mortal(clock: JumpingClock): Clock {
    return {
      now: clock.now,
      ticks: clock.ticks,
      setTimer: (run, afterMs) => {
        if (this.#dead) return () => {};
        const cancelTimer = clock.setTimer(() => {
          this.#timers.delete(cancel);
          run();
        }, afterMs);
        const cancel = () => {
          cancelTimer();
          this.#timers.delete(cancel);
        };
        this.#timers.add(cancel);
        return cancel;
      },
    };
  }

  readonly #inSight = new Map<VirtualDevice, MemoryDevice>();

  #devicesInSight(): MemoryDevice[] {
    const { site, ways } = this.#place;
    return site.devices.filter((device) => ways.isThere(device)).map((device) => this.#memoryDevice(device));
  }

  #memoryDevice(device: VirtualDevice): MemoryDevice {
    const { ways } = this.#place;
    const known = this.#inSight.get(device);
    if (known !== undefined) return known;
    const { kind, mac, model, serial } = device.description;
    const isCable = ways.way === 'serial';
    const made: MemoryDevice = {
      transport: isCable ? 'usb' : 'bluetooth',
      describe: () => ({
        kind,
        mac,
        model,
        serial,
        state: STATES[device.state],
        rssi: isCable ? null : BENCH_DBM,
      }),
      connect: () => ways.connect(device, () => this.#dead),
    };
    this.#inSight.set(device, made);
    return made;
  }
}
