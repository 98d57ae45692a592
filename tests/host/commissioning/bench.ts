import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../../../db/store.ts';
import type { DeviceRecord } from '../../../db/types.ts';
import { CodedError, type Network, type Work } from '../../../electron/contract/index.ts';
import { type Commissioning, createCommissioning } from '../../../electron/host/commissioning/index.ts';
import { createDiscovery, type Discovery } from '../../../electron/host/discovery/index.ts';
import { createFirmwareLibrary, type FirmwareLibrary } from '../../../electron/host/firmware/index.ts';
import { defaultLimits } from '../../../electron/host/rules/index.ts';
import { createSites, type Sites } from '../../../electron/host/sites/index.ts';
import { Device } from '../../../native/devices/index.ts';
import type { Clock, PacketChannel } from '../../../native/smp/index.ts';
import { createDeviceFinder, identityOf } from '../../../native/transport/index.ts';
import {
  createVirtualSite,
  memorySource,
  type PlannedDevice,
  type VirtualDevice,
  type VirtualSite,
} from '../../../native/virtual/index.ts';
import { nextId, openTestStore, siteData, testFolder } from '../../db/support/store.ts';

/** Everybody's waits are this much shorter; what the devices arm is so long that they outlast every step. */
const haste = 10;
const fastClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now() * haste,
  setTimer: (run, afterMs) => {
    const timer = setTimeout(run, afterMs / haste);
    return () => clearTimeout(timer);
  },
};

/** A network that works where the virtual devices stand. */
export const cable: Network = { eth: { dhcp: true }, wifi: null, cell: null, order: ['eth'] };
export const hubMac = '04.A3.00';
export const hubCode = '04.A2.FF';
export const lockMac = (index: number) => `01FFEE001122${index.toString(16).toUpperCase().padStart(2, '0')}`;

/** A laptop: a real store, a real finder, and the commissioning between them. */
export interface Laptop {
  readonly store: Store;
  readonly sites: Sites;
  readonly discovery: Discovery;
  readonly commissioning: Commissioning;
  readonly firmware: FirmwareLibrary;
  /** What the panel showed, one entry for each change. */
  readonly shown: Work[];
  /** What is known of the cloud's clock. */
  readonly cloud: { offsetMs: number | null };
  /** The work once it is as asked. */
  when(is: (work: Work) => boolean): Promise<Work>;
  /** The id of the find with this MAC, once it is seen. */
  seen(mac: string): Promise<string>;
  /** Dies without another word: the database closes and every line goes dead in the same moment. */
  die(): Promise<void>;
}

/** Virtual devices, and a laptop with a site that plans them. */
export interface Bench extends Laptop {
  readonly dataDir: string;
  readonly air: VirtualSite;
  readonly siteId: string;
  /** The virtual device with this MAC. */
  virtual(mac: string): VirtualDevice;
  /** The planned device with this MAC, as it is stored now. */
  planned(mac: string): DeviceRecord;
  pair(code?: string): Promise<void>;
  attach(...macs: readonly string[]): Promise<void>;
}

/** Opens a laptop on a data folder, beside devices that live on whatever becomes of it. */
export async function openLaptop(dataDir: string, air: VirtualSite): Promise<Laptop> {
  const cloud: Laptop['cloud'] = { offsetMs: 0 };
  const { store } = await openTestStore(dataDir);
  const channels = new Set<PacketChannel>();
  const finder = createDeviceFinder({
    knownUsb: { devices: [] },
    ble: null,
    listPorts: async () => [],
    memory: memorySource(() => air.devices, fastClock),
    clock: fastClock,
    identify: async (channel) => identityOf((await Device.open(channel, { clock: fastClock })).identity),
  });
  const discovery = createDiscovery({ finder, store, practice: false });
  const firmware = createFirmwareLibrary({
    folder: join(dataDir, 'firmware'),
    readOnly: false,
    now: fastClock.now,
    newId: nextId,
  });
  const commissioning = createCommissioning({
    store,
    discovery,
    firmware,
    open: async (foundId, signal) => {
      const channel = await finder.open(foundId, { signal });
      channels.add(channel);
      return channel;
    },
    clock: fastClock,
    newId: nextId,
    person: () => 'Iris',
    rules: () => ({
      limits: new Map([['*', defaultLimits]]),
      tenants: null,
      businessTypes: null,
      clockOffsetMs: cloud.offsetMs,
      newestFirmware: firmware.newest(),
    }),
    clockOffsetMs: () => cloud.offsetMs,
  });
  const shown: Work[] = [];
  commissioning.subscribe(() => {
    const work = commissioning.current();
    if (work !== null) shown.push(work);
  });
  discovery.start();
  let dead = false;
  onTestFinished(async () => {
    if (!dead) await commissioning.close();
    await finder.stop();
  });
  return {
    cloud,
    firmware,
    store,
    sites: createSites({ store, now: fastClock.now, newId: nextId, person: () => 'Iris' }),
    discovery,
    commissioning,
    shown,
    when: (is) =>
      until(commissioning.subscribe, () => {
        const work = commissioning.current();
        return work !== null && is(work) ? work : undefined;
      }),
    seen: (mac) => until(discovery.subscribe, () => discovery.byMac(mac)?.id),
    async die() {
      dead = true;
      store.close();
      await Promise.all([...channels].map((channel) => channel.close()));
      await finder.stop();
    },
  };
}

/** Waits until `look` finds something; looks at each change. */
export function until<T>(
  subscribe: (listener: () => void) => () => void,
  look: () => T | undefined,
): Promise<T> {
  return new Promise((resolve) => {
    const check = () => {
      const found = look();
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const stop = subscribe(check);
    check();
  });
}

/** A site with a hub and what else stands in `plan`, each planned with its MAC. */
export async function openBench(plan: readonly PlannedDevice[] = []): Promise<Bench> {
  const dataDir = testFolder();
  const hub: PlannedDevice = { kind: 'iq', mac: hubMac, activationCode: hubCode };
  const environment = {
    clock: fastClock,
    randomBytes: (count: number) => new Uint8Array(randomBytes(count)),
  };
  const air = createVirtualSite([hub, ...plan], { environment, hand: { kind: 'helps', delayMs: 300 } });
  const laptop = await openLaptop(dataDir, air);
  const { store, sites, commissioning } = laptop;
  const siteId = sites.create(siteData('Kade'));
  const ids = new Map<string, string>();
  for (const { kind, mac, radio, activationCode, parentMac } of [hub, ...plan]) {
    const parent = kind === 'iq' ? null : (ids.get(parentMac ?? hubMac) ?? null);
    // A hub's code stands on its label alone; a repeater's has to be entered.
    const code = kind === 'iq' ? undefined : activationCode;
    const edit = { name: mac, mac, ...(radio && { radio }), ...(code && { activationCode: code }) };
    ids.set(mac, sites.addDevice(siteId, kind, parent, edit));
  }
  const planned = (mac: string) => {
    const [device] = store.devices.findByMac(mac);
    if (device === undefined) throw new Error(`${mac} is not planned`);
    return device;
  };
  return {
    ...laptop,
    dataDir,
    air,
    siteId,
    planned,
    virtual: (mac) => {
      const device = air.device(mac);
      if (device === undefined) throw new Error(`no ${mac}`);
      return device;
    },
    pair: async (code = hubCode) =>
      commissioning.pairHub(planned(hubMac).id, await laptop.seen(hubMac), code),
    attach: (...macs) =>
      commissioning.attach(
        siteId,
        macs.map((mac) => planned(mac).id),
      ),
  };
}

/** What a piece of work is refused or ended with. */
export async function problemOf(
  work: Promise<unknown>,
): Promise<{ code: string; params: object } | undefined> {
  try {
    await work;
    return undefined;
  } catch (caught) {
    if (caught instanceof CodedError) return { ...caught.problem };
    throw caught;
  }
}
