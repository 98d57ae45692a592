import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../../db/store.ts';
import type { DeviceRecord } from '../../../db/types.ts';
import {
  type DevicePlan,
  type Environment,
  flashFile,
  type HandHabit,
  ordinarySurroundings,
  RadioField,
  type Surroundings,
  systemEnvironment,
  VirtualDevice,
} from '../../../native/virtual/index.ts';
import { saidOf } from '../rules/index.ts';

/** A person presents a tag or moves the handle of a virtual lock this soon. */
const handDelayMs = 300;
/** Devices stand around their hub, so near that everybody hears everybody. */
export const nearMetres = 3;
/** So much unplanned hardware lies on the bench of a site, for work without a register. */
const spareLocks = 3;

export interface HardwareDeps {
  readonly store: Store;
  /** Where each device's flash lies while the app does not run. */
  readonly folder: string;
  /** Time and chance of the devices; the system's where absent. */
  readonly environment?: Environment;
}

/** The virtual devices of practice mode: of the site a person stands at, those it plans and a few spare ones. */
export interface Hardware {
  /** Goes to a site: its devices are there from now on. */
  visit(siteId: string): void;
  /** The devices of the visited site. */
  here(): readonly VirtualDevice[];
  /** A device by its MAC, of any site that was visited. */
  find(mac: string): VirtualDevice | undefined;
  /** The air around a device of any site that was visited. */
  fieldOf(device: VirtualDevice): RadioField;
  /** What stands around the hubs, whatever site they stand on. */
  readonly surroundings: Surroundings;
}

interface Place {
  readonly field: RadioField;
  readonly devices: Map<string, VirtualDevice>;
}

/** Makes the virtual hardware. */
export function createHardware({ store, folder, environment = systemEnvironment }: HardwareDeps): Hardware {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const places = new Map<string, Place>();
  const fields = new Map<VirtualDevice, RadioField>();
  const surroundings = ordinarySurroundings();
  let current: string | undefined;

  const fill = (siteId: string): Place => {
    const place = places.get(siteId) ?? { field: new RadioField(), devices: new Map() };
    places.set(siteId, place);
    for (const plan of plansOf(siteId, store)) {
      if (place.devices.has(plan.mac)) continue;
      const hand: HandHabit = { kind: 'helps', delayMs: handDelayMs };
      const flashStore = flashFile(join(folder, `${siteId}-${plan.mac}.json`));
      const { field } = place;
      const device = new VirtualDevice(plan, { environment, field, flashStore, hand, surroundings });
      place.devices.set(plan.mac, device);
      fields.set(device, field);
      const angle = place.devices.size;
      place.field.place(plan.mac, { x: nearMetres * Math.cos(angle), y: nearMetres * Math.sin(angle) });
    }
    return place;
  };

  return {
    surroundings,
    fieldOf: (device) => fields.get(device) ?? new RadioField(),
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

/**
 * The hardware of a site: what is planned with its MAC, a device for each place that has none yet, and a few more on
 * the bench for a site that is planned by hand.
 */
function plansOf(siteId: string, store: Store): DevicePlan[] {
  const devices = store.devices.ofSite(siteId);
  const hasHub = devices.some((device) => device.kind === 'iq');
  return [
    ...devices.flatMap((device) => planOf(device, store) ?? []),
    ...(hasHub ? [] : [sparePlan(siteId, 'iq')]),
    ...Array.from({ length: spareLocks }, (_, index) => sparePlan(`${siteId} ${index}`, 'lock')),
  ];
}

/** The device of a planned place; undefined where its MAC is none that a device can have. */
function planOf(device: DeviceRecord, store: Store): DevicePlan | undefined {
  const { id, kind, mac, model, radio } = device;
  if (mac !== null && !/^([0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/.test(mac)) return undefined;
  const code = device.hasActivationCode ? store.devices.activationCode(id) : null;
  return {
    ...(mac === null ? sparePlan(id, kind, radio) : { kind, mac }),
    ...(model === null ? {} : saidOf(model)),
    ...(radio === null ? {} : { radio }),
    ...(code === null ? {} : { activationCode: code }),
  };
}

/** A device that nobody planned by its MAC; the same each time. */
function sparePlan(
  seed: string,
  kind: DeviceRecord['kind'],
  radio: DeviceRecord['radio'] = null,
): DevicePlan {
  const hash = createHash('sha256').update(`${kind} ${seed}`).digest('hex').toUpperCase();
  if (kind === 'lock' && radio !== 'rf_net') return { kind, mac: `01FFEE${hash.slice(0, 8)}` };
  return { kind, mac: `${hash.slice(0, 2)}.${hash.slice(2, 4)}.${hash.slice(4, 6)}` };
}
