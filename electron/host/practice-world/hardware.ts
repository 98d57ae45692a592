import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../../db/store.ts';
import type { DeviceRecord } from '../../../db/types.ts';
import {
  type DevicePlan,
  flashFile,
  type HandHabit,
  RadioField,
  VirtualDevice,
} from '../../../native/virtual/index.ts';

/** A person presents a tag or moves the handle of a virtual lock this soon. */
const handDelayMs = 300;
/** Devices stand around their hub, so near that everybody hears everybody. */
const nearMetres = 3;
/** So much unplanned hardware lies on the bench of a site, for work without a register. */
const spareLocks = 3;

export interface HardwareDeps {
  readonly store: Store;
  /** Where each device's flash lies while the app does not run. */
  readonly folder: string;
}

/** The virtual devices of practice mode: of the site a person stands at, those it plans and a few spare ones. */
export interface Hardware {
  /** Goes to a site: its devices are there from now on. */
  visit(siteId: string): void;
  /** The devices of the visited site. */
  here(): readonly VirtualDevice[];
  /** A device by its MAC, of any site that was visited. */
  find(mac: string): VirtualDevice | undefined;
}

interface Place {
  readonly field: RadioField;
  readonly devices: Map<string, VirtualDevice>;
}

/** Makes the virtual hardware. */
export function createHardware({ store, folder }: HardwareDeps): Hardware {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const places = new Map<string, Place>();
  let current: string | undefined;

  const fill = (siteId: string): Place => {
    const place = places.get(siteId) ?? { field: new RadioField(), devices: new Map() };
    places.set(siteId, place);
    for (const plan of plansOf(siteId, store)) {
      if (place.devices.has(plan.mac)) continue;
      const hand: HandHabit = { kind: 'helps', delayMs: handDelayMs };
      const flashStore = flashFile(join(folder, `${siteId}-${plan.mac}.json`));
      place.devices.set(plan.mac, new VirtualDevice(plan, { field: place.field, flashStore, hand }));
      const angle = place.devices.size;
      place.field.place(plan.mac, { x: nearMetres * Math.cos(angle), y: nearMetres * Math.sin(angle) });
    }
    return place;
  };

  return {
    visit(siteId) {
      if (store.sites.get(siteId) === undefined) return;
      current = siteId;
      fill(siteId);
    },
    here() {
      if (current === undefined) return [];
      return [...fill(current).devices.values()];
    },
    find(mac) {
      const own = current === undefined ? undefined : places.get(current)?.devices.get(mac);
      return (
        own ??
        [...places.values()].map((place) => place.devices.get(mac)).find((device) => device !== undefined)
      );
    },
  };
}

/** The hardware of a site: what is planned with its MAC, and spare devices for the places that have none. */
function plansOf(siteId: string, store: Store): DevicePlan[] {
  const devices = store.devices.ofSite(siteId);
  const bound = devices.filter((device) => device.mac !== null && isPossible(device.mac));
  const unbound = (kind: DeviceRecord['kind']) =>
    devices.filter((device) => device.kind === kind && device.mac === null).length;
  const hubs = Math.max(unbound('iq'), bound.some((device) => device.kind === 'iq') ? 0 : 1);
  return [
    ...bound.map((device) => planOf(device, store)),
    ...spares(siteId, 'iq', hubs),
    ...spares(siteId, 'repeater', unbound('repeater')),
    ...spares(siteId, 'lock', Math.max(spareLocks, unbound('lock'))),
  ];
}

function isPossible(mac: string): boolean {
  return /^([0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/.test(mac);
}

function planOf(device: DeviceRecord, store: Store): DevicePlan {
  const mac = device.mac ?? '';
  const code = device.hasActivationCode ? store.devices.activationCode(device.id) : null;
  return {
    kind: device.kind,
    mac,
    ...(device.model === null ? {} : { model: device.model }),
    ...(device.radio === null ? {} : { radio: device.radio }),
    activationCode: code ?? labelCode(mac),
  };
}

/** Spare devices that are the same each time: their MACs follow from the site. */
function spares(siteId: string, kind: DeviceRecord['kind'], count: number): DevicePlan[] {
  return Array.from({ length: count }, (_, index) => {
    const hash = createHash('sha256').update(`${siteId} ${kind} ${index}`).digest('hex').toUpperCase();
    if (kind === 'lock') return { kind, mac: `01FFEE${hash.slice(0, 8)}`, radio: 'blue_net' as const };
    const mac = `${hash.slice(0, 2)}.${hash.slice(2, 4)}.${hash.slice(4, 6)}`;
    return { kind, mac, activationCode: labelCode(mac) };
  });
}

/** What stands on the label of a virtual device whose code nobody planned. */
function labelCode(mac: string): string {
  const hash = createHash('sha256').update(`label ${mac}`).digest('hex').toUpperCase();
  return `${hash.slice(0, 2)}.${hash.slice(2, 4)}.${hash.slice(4, 6)}`;
}
