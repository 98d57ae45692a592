import type { Device } from '../../../../electron/contract/model.ts';
import { allBelow, hubOf, inTreeOrder, isPaired } from '../hardware/tree.ts';

/** What ends a device's place in the tree as it is. */
export type Leaving = 'detach' | 'detach_all' | 'move' | 'replace' | 'replace_hub' | 'reset';

/** What an act does to the site, before it is begun. */
export interface Consequences {
  /** Repeaters and locks that no longer belong to their hub, in the tree's order. */
  readonly leaving: readonly Device[];
  /** The doors among them: until they are attached again, their hub does not reach them. */
  readonly doors: readonly Device[];
  /** Doors whose tests become history. */
  readonly untested: readonly Device[];
  /** Devices that lose their hub without being told, so that they still believe in it. */
  readonly untold: readonly Device[];
  /** Whether a hub loses its network settings. */
  readonly network: boolean;
}

const ATTACHED: ReadonlySet<Device['state']> = new Set(['attached', 'tested', 'faulty']);

/** Whether the hub of the plan holds a repeater or lock: attached, or told to leave and not gone yet. */
export function hangsOnHub({ kind, state, heldByHub }: Device): boolean {
  return kind !== 'iq' && (ATTACHED.has(state) || (state === 'detach_pending' && heldByHub === null));
}

/**
 * What follows from `act` on `device`: everything below it loses its way and leaves with it. With `force`, or where its
 * hub goes, nobody is told.
 */
export function consequencesOf(
  act: Leaving,
  device: Device,
  devices: readonly Device[],
  force = false,
): Consequences {
  const isHub = device.kind === 'iq';
  const touched = new Set([device.id, ...allBelow(device, devices).map(({ id }) => id)]);
  const leaving = inTreeOrder(devices).filter((each) => touched.has(each.id) && hangsOnHub(each));
  const doors = leaving.filter(({ kind }) => kind === 'lock');
  const hubGoes = act === 'replace_hub' || (act === 'reset' && isHub);
  return {
    leaving,
    doors,
    untested: doors.filter(({ checks }) => checks.length > 0),
    untold: hubGoes || force ? leaving : [],
    network: hubGoes,
  };
}

/** An act, and why it is not possible now. */
export interface LeavingAct {
  readonly act: Leaving;
  readonly notYet?: 'leave.detach_first' | 'leave.no_radio';
}

/** What can be done to end a device's place, in the order of its menu; nothing where there is no device. */
export function leavingActs(device: Device, devices: readonly Device[]): readonly LeavingAct[] {
  if (device.mac === null) return [];
  if (device.kind === 'iq') {
    if (!isPaired(device)) return [];
    const holds = allBelow(device, devices).some(hangsOnHub);
    return [...(holds ? [{ act: 'detach_all' as const }] : []), { act: 'replace_hub' }, { act: 'reset' }];
  }
  const reset: LeavingAct =
    device.radio === 'rf_net' ? { act: 'reset', notYet: 'leave.no_radio' } : { act: 'reset' };
  if (hangsOnHub(device))
    return [
      { act: 'detach' },
      { act: 'move' },
      { act: 'replace' },
      { act: 'reset', notYet: 'leave.detach_first' },
    ];
  if (device.heldByHub === null) return [reset];
  // Its own hub may be asked once more, and the device told where the laptop hears it.
  const again = hubOf(device, devices)?.mac === device.heldByHub;
  return [...(again ? [{ act: 'detach' as const }] : []), { act: 'replace' }, reset];
}
