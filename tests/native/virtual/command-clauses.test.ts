import { describe, expect, it } from 'vitest';
import type { CborInput, CborMap } from '../../../native/smp/index.ts';
import { ordinarySurroundings } from '../../../native/virtual/index.ts';
import { Bench, err, rc } from './bench.ts';

async function pairedIq(plan = {}, surroundings = ordinarySurroundings()) {
  const bench = new Bench();
  const device = bench.iq(plan, { surroundings });
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

async function pairedLock(plan = {}) {
  const bench = new Bench();
  const device = bench.lock(plan);
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

describe('A44 identify, clock', () => {
  it('blinks for so long, 0 stops', async () => {
    const { app, bench } = await pairedIq();
    expect(await app.write('identify', { s: 60 })).toEqual({});
    expect(await app.read('health')).toMatchObject({ led: 'blink_white' });
    await bench.clock.pass(60);
    expect(await app.read('health')).toMatchObject({ led: 'steady_white' });
    await app.write('identify', { s: 60 });
    await app.write('identify', { s: 0 });
    expect(await app.read('health')).toMatchObject({ led: 'steady_white' });
    expect(await app.write('identify', { s: 61 })).toEqual(rc(3));
  });

  it('keeps time once set', async () => {
    const { app, bench } = await pairedIq();
    expect(await app.read('clock')).toEqual({ utc: 0, tz: 'Etc/UTC' });
    expect(await app.write('clock', { utc: 1_700_000_000, tz: 'Europe/Madrid' })).toEqual({});
    await bench.clock.pass(90);
    expect(await app.read('clock')).toEqual({ utc: 1_700_000_090, tz: 'Europe/Madrid' });
  });

  it.each([
    [{ utc: 1, tz: 'Europe/Atlantis' }, err(12)],
    [{ utc: 1, tz: '+02:00' }, err(12)],
    [{ utc: 1 }, rc(3)],
    [{ tz: 'Etc/UTC' }, rc(3)],
    [{ utc: -1, tz: 'Etc/UTC' }, rc(3)],
    [{ utc: 2 ** 32, tz: 'Etc/UTC' }, rc(3)],
    [{ utc: 1, tz: '' }, rc(3)],
  ])('%j is refused, and nothing changes', async (data, refusal) => {
    const { app } = await pairedIq();
    expect(await app.write('clock', data)).toEqual(refusal);
    expect(await app.read('clock')).toEqual({ utc: 0, tz: 'Etc/UTC' });
  });
});

describe('A45 tree', () => {
  const locks = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `AA.00.${index.toString(16).toUpperCase().padStart(2, '0')}`,
      type: 3,
    }));
  const repeaters = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `BB.00.0${index}`, type: 2 }));

  it('gives a new number with every write, and refuses a stale one with 8', async () => {
    const { app } = await pairedIq();
    await app.write('failsafe', { arm: 180 });
    expect(await app.write('tree', { rev: 0, items: locks(2) })).toEqual({ rev: 1 });
    expect(await app.write('tree', { rev: 0, items: [] })).toEqual(err(8));
    expect(await app.write('tree', { rev: 1, items: locks(2).reverse() })).toEqual({ rev: 2 });
    expect(await app.read('tree')).toEqual({ rev: 2, items: locks(2).reverse() });
  });

  it('a roll-back restores the old number, and the next write still gets a new one', async () => {
    const { app } = await pairedIq();
    await app.write('failsafe', { arm: 180 });
    await app.write('tree', { rev: 0, items: locks(1) });
    await app.write('failsafe', { commit: true });
    await app.write('failsafe', { arm: 180 });
    await app.write('tree', { rev: 1, items: locks(2) });
    await app.write('failsafe', { disarm: true });
    expect(await app.read('tree')).toEqual({ rev: 1, items: locks(1) });
    await app.write('failsafe', { arm: 180 });
    expect(await app.write('tree', { rev: 2, items: [] })).toEqual(err(8));
    expect(await app.write('tree', { rev: 1, items: [] })).toEqual({ rev: 3 });
  });

  it('holds 16 locks and 6 repeaters, parents before children, and its answer fits the buffer', async () => {
    const { app } = await pairedIq();
    await app.write('failsafe', { arm: 180 });
    const [first, ...others] = repeaters(6);
    const items = [
      { id: first?.id ?? '', type: 2 },
      ...others.map(({ id, type }) => ({ id, parent: first?.id, type })),
      ...Array.from({ length: 16 }, (_, index) => ({
        id: `0A1B2C3D4E5F${(16 + index).toString(16).toUpperCase()}`,
        parent: first?.id,
        type: 3,
      })),
    ];
    expect(await app.write('tree', { rev: 0, items })).toEqual({ rev: 1 });
    expect(await app.read('tree')).toEqual({ rev: 1, items });
  });

  it.each([
    ['17 locks', locks(17)],
    ['7 repeaters', repeaters(7)],
    ['a child before its parent', [{ id: 'AA.00.01', parent: 'BB.00.00', type: 3 }, ...repeaters(1)]],
    ['a parent that is no item', [{ id: 'AA.00.01', parent: 'CC.00.00', type: 3 }]],
    ['a parent that is a lock', [...locks(1), { id: 'BB.00.01', parent: 'AA.00.00', type: 2 }]],
    ['an id twice', [...locks(1), ...locks(1)]],
    ['its own parent', [{ id: 'BB.00.01', parent: 'BB.00.01', type: 2 }]],
  ])('refuses %s with 9', async (_name, items) => {
    const { app } = await pairedIq();
    await app.write('failsafe', { arm: 180 });
    expect(await app.write('tree', { rev: 0, items })).toEqual(err(9));
    expect(await app.read('tree')).toEqual({ rev: 0, items: [] });
  });

  it.each([
    [{ rev: 0, items: [{ id: 'aa.00.01', type: 3 }] }],
    [{ rev: 0, items: [{ id: 'AA0001', type: 3 }] }],
    [{ rev: 0, items: [{ id: '0A1B2C3D4E5F6', type: 3 }] }],
    [{ rev: 0, items: [{ id: 'AA.00.01', type: 1 }] }],
    [{ rev: 0, items: [{ id: 'AA.00.01', parent: null, type: 3 }] }],
    [{ rev: 0, items: Array.from({ length: 23 }, () => ({ id: 'AA.00.01', type: 3 })) }],
    [{ rev: 0, items: ['AA.00.01'] }],
    [{ items: [] }],
    [{ rev: 0 }],
  ])('refuses %j with rc 3 (A46)', async (data) => {
    const { app } = await pairedIq();
    expect(await app.write('tree', data as CborInput)).toEqual(rc(3));
  });
});

describe('A52 health', () => {
  it('tells battery, temperature and door of a lock, none of them of an IQ', async () => {
    const lock = await pairedLock();
    expect(await lock.app.read('health')).toEqual({
      up: 0,
      led: 'off',
      dropped: 0,
      bat: 87,
      temp: 21,
      door: 'closed',
    });
    lock.device.faults.set({ kind: 'flat_battery' });
    expect(await lock.app.read('health')).toMatchObject({ bat: 3 });
    const iq = await pairedIq();
    await iq.bench.clock.pass(7);
    expect(await iq.app.read('health')).toEqual({ up: 7, led: 'steady_white', dropped: 0 });
  });

  it('shows the light of the table', async () => {
    const { app, device, bench } = await pairedIq();
    await app.write('failsafe', { arm: 60 });
    await app.write('failsafe', { commit: true });
    expect(await app.read('health')).toMatchObject({ led: 'steady_purple' });
    device.surroundings.internet = false;
    expect(await app.read('health')).toMatchObject({ led: 'blink_red' });
    device.pressButton();
    expect(await app.read('health')).toMatchObject({ led: 'blink_green' });
    const radio = bench.app(device, 'bluetooth');
    await radio.pairWith();
    expect(await radio.read('health')).toMatchObject({ led: 'steady_green' });
  });
});

describe('A53 log', () => {
  it('gives entries above a number, oldest first, with the clock’s time', async () => {
    const { app, bench } = await pairedIq();
    const first = (await app.read('log', { after: 0 })) as { entries: CborMap[]; rest: boolean };
    expect(first).toEqual({
      entries: [
        { i: 1, t: 0, code: 'start' },
        { i: 2, t: 0, code: 'paired' },
      ],
      rest: false,
    });
    await app.write('clock', { utc: 1000, tz: 'Etc/UTC' });
    await bench.clock.pass(5);
    await app.write('failsafe', { arm: 60 });
    expect(await app.read('log', { after: 2 })).toEqual({
      entries: [{ i: 3, t: 1005, code: 'armed' }],
      rest: false,
    });
    expect(await app.read('log', {})).toEqual(rc(3));
  });

  it('gives at most 32 and says that more follow; old ones get lost, which shows as a gap', async () => {
    const { app, device } = await pairedIq();
    for (let press = 0; press < 250; press++) device.pressButton();
    const { entries, rest } = (await app.read('log', { after: 0 })) as { entries: CborMap[]; rest: boolean };
    expect(entries).toHaveLength(32);
    expect(entries[0]).toMatchObject({ i: 53 });
    expect(rest).toBe(true);
    const last = (await app.read('log', { after: 240 })) as { entries: CborMap[]; rest: boolean };
    expect(last.entries.map(({ i }) => i)).toEqual(Array.from({ length: 12 }, (_, index) => 241 + index));
    expect(last.rest).toBe(false);
  });

  it('as many as fit the smaller buffer of a lock (A7)', async () => {
    const { app, device } = await pairedLock();
    for (let card = 0; card < 40; card++) device.presentCard();
    const { entries, rest } = (await app.read('log', { after: 0 })) as { entries: CborMap[]; rest: boolean };
    expect(entries.length).toBeLessThan(43);
    expect(rest).toBe(true);
  });
});

describe('A14 images', () => {
  it('lists the one that runs', async () => {
    const { app } = await pairedIq();
    expect(await app.sealed({ op: 0, group: 1, command: 0 })).toMatchObject({
      images: [{ slot: 0, version: '1.0.0', hash: expect.any(Uint8Array), active: true, confirmed: true }],
    });
  });
});
