import { describe, expect, it } from 'vitest';
import type { Device } from '../../electron/contract/model.ts';
import {
  consequencesOf,
  hangsOnHub,
  type Leaving,
  leavingActs,
} from '../../renderer/screens/site/leaving/consequences.ts';
import { fakeWorld } from '../support/fake-data.ts';

const site = [...fakeWorld(12).sites.values()][0];
if (site === undefined) throw new Error('The fake world has no site');
const { devices } = site;
const byName = (name: string): Device => {
  const found = devices.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No ${name}`);
  return found;
};
const names = (some: readonly Device[]) => some.map(({ name }) => name);
const actsOf = (device: Device) => leavingActs(device, devices).map(({ act }) => act);

describe('the consequences of taking a device out of its place', () => {
  it('are the doors below it, however deep, that are attached; what is only planned loses nothing', () => {
    const { leaving, doors } = consequencesOf('detach', byName('Flur 1. OG'), devices);
    expect(names(leaving)).toContain('Flur 2. OG');
    expect(names(leaving)[0]).toBe('Flur 1. OG');
    expect(names(doors)).toEqual(expect.arrayContaining(['Zimmer 101', 'Zimmer 201']));
    expect(doors.every(({ kind, state }) => kind === 'lock' && state !== 'planned')).toBe(true);
    expect(names(leaving)).not.toContain('Wellness, Keller');
  });

  it('name the tests that become history', () => {
    const { untested } = consequencesOf('move', byName('Zimmer 101'), devices);
    expect(names(untested)).toEqual(['Zimmer 101']);
    expect(consequencesOf('move', byName('Wäschekammer'), devices).untested).toEqual([]);
  });

  it('are worse where nobody is told: by force, and where the hub itself goes', () => {
    const lock = byName('Zimmer 101');
    expect(consequencesOf('detach', lock, devices).untold).toEqual([]);
    expect(names(consequencesOf('detach', lock, devices, true).untold)).toEqual(['Zimmer 101']);
    const hub = byName('Technikraum UG');
    for (const act of ['reset', 'replace_hub'] as const) {
      const { untold, leaving, network } = consequencesOf(act, hub, devices);
      expect(network).toBe(true);
      expect(untold).toEqual(leaving);
      expect(leaving.length).toBeGreaterThan(5);
    }
    expect(consequencesOf('detach_all', hub, devices)).toMatchObject({ untold: [], network: false });
    expect(consequencesOf('reset', lock, devices).network).toBe(false);
  });
});

describe('what can be done', () => {
  it('is nothing in a place without a device, and with a hub that nobody has paired', () => {
    expect(actsOf({ ...byName('Zimmer 101'), mac: null })).toEqual([]);
    expect(actsOf({ ...byName('Technikraum UG'), state: 'code_captured' })).toEqual([]);
  });

  it('with a lock that its hub holds is to detach, move or replace it; reset comes after', () => {
    const lock = byName('Zimmer 101');
    expect(actsOf(lock)).toEqual<Leaving[]>(['detach', 'move', 'replace', 'reset']);
    expect(leavingActs(lock, devices).at(-1)).toEqual({ act: 'reset', notYet: 'leave.detach_first' });
    expect(actsOf({ ...lock, state: 'detach_pending' })).toEqual(['detach', 'move', 'replace', 'reset']);
  });

  it('with a lock that was left untold is to finish that, or to reset it where a laptop hears it', () => {
    const lock = { ...byName('Zimmer 101'), state: 'detach_pending' as const, heldByHub: '4F.A1.09' };
    expect(hangsOnHub(lock)).toBe(false);
    expect(leavingActs(lock, devices)).toEqual([{ act: 'detach' }, { act: 'replace' }, { act: 'reset' }]);
    expect(leavingActs({ ...lock, radio: 'rf_net' }, devices).at(-1)).toEqual({
      act: 'reset',
      notYet: 'leave.no_radio',
    });
  });

  it('with a hub is to detach all below it while it holds something, to replace and to reset it', () => {
    const hub = byName('Technikraum UG');
    expect(actsOf(hub)).toEqual(['detach_all', 'replace_hub', 'reset']);
    expect(leavingActs(hub, [hub]).map(({ act }) => act)).toEqual(['replace_hub', 'reset']);
  });
});
