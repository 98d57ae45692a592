import { VirtualDevice } from './device.ts';
import { type Environment, systemEnvironment } from './environment.ts';
import type { FlashStore } from './flash.ts';
import type { HandHabit } from './hand.ts';
import type { DevicePlan } from './models.ts';
import { type Position, RadioField } from './radio-field.ts';

/** A device of a site, and what it hangs below. */
export interface PlannedDevice extends DevicePlan {
  /** The repeater or IQ that it stands near; the site's first IQ where absent. */
  readonly parentMac?: string;
}

/** What a virtual site is made of besides its plan. */
export interface VirtualSiteOptions {
  readonly environment?: Environment;
  readonly hand?: HandHabit;
  /** Where each device's flash lies while the process does not run. */
  readonly flashStoreFor?: (mac: string) => FlashStore;
}

/** Devices that share one radio field. */
export interface VirtualSite {
  readonly field: RadioField;
  readonly devices: readonly VirtualDevice[];
  /** The device with this mac; undefined where there is none. */
  device(mac: string): VirtualDevice | undefined;
}

/** Hubs stand far enough apart that their places differ, near enough that everybody hears each. */
const BETWEEN_HUBS_M = 6;
const CHILD_M = 3;
/** Children stand on a circle around their parent. */
const CHILDREN_ON_A_CIRCLE = 12;

/**
 * Builds the devices of a plan in one radio field. Everybody stands near its parent, so that locks hear
 * their hub well; a parent may stand anywhere in the list.
 * @throws RangeError where two devices have the same mac, or a parent is missing.
 */
export function createVirtualSite(
  plan: readonly PlannedDevice[],
  options: VirtualSiteOptions = {},
): VirtualSite {
  const environment = options.environment ?? systemEnvironment;
  const field = new RadioField();
  const byMac = new Map<string, VirtualDevice>();
  for (const planned of plan) {
    if (byMac.has(planned.mac)) throw new RangeError(`${planned.mac} stands twice in the plan`);
    const store = options.flashStoreFor?.(planned.mac);
    byMac.set(
      planned.mac,
      new VirtualDevice(planned, {
        environment,
        field,
        ...(options.hand && { hand: options.hand }),
        ...(store && { flashStore: store }),
      }),
    );
  }
  for (const [mac, position] of positionsOf(plan)) field.place(mac, position);
  return { field, devices: [...byMac.values()], device: (mac) => byMac.get(mac) };
}

function positionsOf(plan: readonly PlannedDevice[]): ReadonlyMap<string, Position> {
  const positions = new Map<string, Position>();
  const hubs = plan.filter(({ kind }) => kind === 'iq');
  for (const [index, hub] of hubs.entries()) positions.set(hub.mac, { x: index * BETWEEN_HUBS_M, y: 0 });
  const waiting = plan.filter(({ kind }) => kind !== 'iq');
  let placed = 0;
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ parentMac }) => parentMac === undefined || positions.has(parentMac));
    const [child] = waiting.splice(next, 1);
    if (child === undefined || next < 0) throw new RangeError('a parent is missing in the plan');
    const parent = (child.parentMac && positions.get(child.parentMac)) || { x: 0, y: 0 };
    const angle = (placed * 2 * Math.PI) / CHILDREN_ON_A_CIRCLE;
    positions.set(child.mac, {
      x: parent.x + CHILD_M * Math.cos(angle),
      y: parent.y + CHILD_M * Math.sin(angle),
    });
    placed += 1;
  }
  return positions;
}
