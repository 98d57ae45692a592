import { describe, expect, it } from 'vitest';
import type { Device } from '../../electron/contract/model.ts';
import { doorsInOrder, firstDoor, nextDoor } from '../../renderer/screens/site/doors/door-order.ts';
import { nearestFirst, standingOf } from '../../renderer/screens/site/hardware/found.ts';
import {
  freePlaces,
  inTreeOrder,
  nextToAttach,
  possibleParents,
  treeRows,
  wayTo,
} from '../../renderer/screens/site/hardware/tree.ts';
import { fakeAttach, fakeDiscovery, fakeWorld } from '../support/fake-data.ts';

const world = fakeWorld(12);
const site = [...world.sites.values()][0];
if (site === undefined) throw new Error('The fake world has no site');
const byName = (name: string, devices: readonly Device[] = site.devices) => {
  const found = devices.find((each) => each.name.startsWith(name));
  if (found === undefined) throw new Error(`No ${name}`);
  return found;
};

describe('the tree', () => {
  it('goes down branch by branch in the order that is data, not in the order of arrival', () => {
    const names = inTreeOrder([...site.devices].reverse()).map((each) => each.name);
    expect(names.slice(0, 5)).toEqual([
      'Technikraum UG',
      'Flur 1. OG',
      'Zimmer 101',
      'Zimmer 102',
      'Wäschekammer',
    ]);
    expect(names.indexOf('Wellness, Keller')).toBeGreaterThan(names.indexOf('Zimmer 209'));
  });

  it('draws the branches and hides what is folded', () => {
    const rows = treeRows(site.devices, new Set([byName('Flur 2. OG').id]));
    expect(rows.find((row) => row.device.name === 'Zimmer 101')?.guides).toEqual(['through', 'turn']);
    expect(rows.find((row) => row.device.name === 'Flur 2. OG')).toMatchObject({
      folded: true,
      hasChildren: true,
      level: 3,
    });
    expect(rows.some((row) => row.device.name.startsWith('Zimmer 207'))).toBe(false);
  });

  it('shows a device whose parent is gone instead of losing it', () => {
    const orphan = { ...byName('Zimmer 208'), parentId: '01990000-0000-7000-8000-000000000099' };
    expect(inTreeOrder([orphan]).map((each) => each.id)).toEqual([orphan.id]);
  });

  it('says which way a lock is reached', () => {
    expect(wayTo(byName('Zimmer 207'), site.devices).map((each) => each.name)).toEqual([
      'Technikraum UG',
      'Flur 1. OG',
      'Flur 2. OG',
    ]);
  });

  it('offers as parents what can carry, never the device itself or what is below it', () => {
    const names = possibleParents(site.devices, byName('Flur 1. OG')).map((each) => each.name);
    expect(names).toEqual(['Technikraum UG', 'Wellness, Keller', 'Verteiler EG']);
  });

  it('offers to attach what is bound below a paired hub, and nothing below one that is not paired', () => {
    expect(nextToAttach(site.devices)).toBeNull();
    const paired = site.devices.map((each) =>
      each.name === 'Verteiler EG' ? { ...each, state: 'paired' as const } : each,
    );
    expect(nextToAttach(paired)?.devices.map((each) => each.name)).toEqual(['Büro 1', 'Büro 2', 'Büro 3']);
  });

  it('gives a found lock the places that wait for one', () => {
    expect(freePlaces(site.devices, 'lock')[0]?.name).toBe('Zimmer 209');
    expect(freePlaces(site.devices, 'iq')).toEqual([]);
  });
});

describe('what is found', () => {
  const { devices } = fakeDiscovery(site);
  const standing = (id: string, work = null as ReturnType<typeof fakeAttach> | null) => {
    const found = devices.find((each) => each.id === id);
    if (found === undefined) throw new Error(id);
    return standingOf(found, site, work).kind;
  };

  it('has the standing that its button needs', () => {
    expect(standing('usb:COM7')).toBe('known');
    expect(standing('usb:/dev/ttyUSB3')).toBe('problem');
    expect(standing('ble:1')).toBe('unplanned');
    expect(standing('ble:2')).toBe('pair');
    expect(standing('ble:5')).toBe('other_site');
    expect(standing('ble:3', fakeAttach(site))).toBe('working');
  });

  it('is listed nearest first, and keeps its place while the signal wavers', () => {
    const ids = (list: typeof devices) => nearestFirst(list, 'bluetooth').map((each) => each.id);
    expect(ids(devices)).toEqual(['ble:1', 'ble:2', 'ble:3', 'ble:4', 'ble:5']);
    const wavering = devices.map((each) => (each.id === 'ble:1' ? { ...each, rssi: -45 } : each));
    expect(ids(wavering)).toEqual(ids(devices));
  });
});

describe('doors', () => {
  const doors = doorsInOrder(site.devices);

  it('begin with the one that can be tested', () => {
    expect(firstDoor(doors)?.name).toBe('Wäschekammer');
  });

  it('lead on to the next that is not tested, round to the beginning', () => {
    const last = doors.at(-1);
    expect(nextDoor(doors, byName('Wäschekammer').id)?.name).toContain('Zimmer 207');
    expect(nextDoor(doors, last?.id ?? '')?.name).toBe('Wäschekammer');
    expect(
      nextDoor(
        doors.map((door) => ({ ...door, state: 'tested' as const })),
        last?.id ?? '',
      ),
    ).toBeUndefined();
  });
});
