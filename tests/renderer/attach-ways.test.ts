import { describe, expect, it } from 'vitest';
import { attachWay } from '../../electron/contract/attach-way.ts';
import { attachPlan } from '../../renderer/screens/site/hardware/attach-ways.ts';
import { fakeWorld } from '../support/fake-data.ts';

describe('the way that a device is attached', () => {
  const near = { heard: true, bluetoothOn: true };
  const away = { heard: false, bluetoothOn: true };
  const deaf = { heard: false, bluetoothOn: false };

  it.each([
    ['a lock that is heard', 'blue_net', true, near, 'air'],
    ['a lock that sleeps, and may be woken', 'blue_net', true, away, 'air'],
    ['a lock of which nothing is known yet', null, true, away, 'air'],
    ['a lock, and a laptop without Bluetooth', 'blue_net', true, deaf, 'card'],
    ['an RFnet lock, which Bluetooth cannot wake', 'rf_net', true, away, 'card'],
    ['an RFnet device that is heard', 'rf_net', true, near, 'air'],
    ['a repeater whose code nobody entered', 'rf_net', false, near, 'card'],
  ] as const)('%s', (_, radio, hasCode, laptop, way) => {
    expect(attachWay({ radio, hasCode }, laptop)).toBe(way);
  });

  it('is told of each before it starts, in the tree’s order', () => {
    const { sites, discovery } = fakeWorld(1);
    const [site] = sites.values();
    const locks = site?.devices.filter(({ name }) => /^Büro [123]$/.test(name)) ?? [];
    const [one, two, three] = locks;
    if (one === undefined || two === undefined || three === undefined) throw new Error('no locks');
    const plan = attachPlan([one, { ...two, mac: '4F.B3.01', radio: 'rf_net' }, three], discovery);
    expect(plan.air.map(({ name }) => name)).toEqual(['Büro 1', 'Büro 3']);
    expect(plan.card.map(({ name }) => name)).toEqual(['Büro 2']);
    expect(attachPlan([one], { ...discovery, bluetooth: 'off' }).card).toEqual([one]);
  });
});
