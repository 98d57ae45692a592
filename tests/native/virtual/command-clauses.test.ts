import { describe, expect, it } from 'vitest';
import type { CborInput, CborMap } from '../../../native/smp/index.ts';
import { ordinarySurroundings } from '../../../native/virtual/index.ts';
import { type Answer, type App, Bench, err, rc } from './bench.ts';

const ssid = new TextEncoder().encode('Werkstatt');

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

function readWhile(app: App, command: number, seconds: number): Promise<Answer> {
  return app.sealedWhile({ op: 0, group: 64, command }, seconds);
}

describe('A40, A41 network', () => {
  it('keeps what is absent, replaces what is present, removes what is null', async () => {
    const { app } = await pairedIq();
    await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'password' }, order: ['wifi', 'eth'] });
    expect(await app.read('network')).toEqual({
      eth: { dhcp: true },
      wifi: { ssid, sec: 'wpa2', has_psk: true },
      order: ['wifi', 'eth'],
    });
    const fixed = { dhcp: false, addr: '10.0.0.9', mask: '255.255.255.0', gw: '10.0.0.1', dns: ['10.0.0.1'] };
    await app.write('network', { eth: fixed });
    expect(await app.read('network')).toMatchObject({ eth: fixed, wifi: { has_psk: true } });
    await app.write('network', { eth: { dhcp: true }, wifi: null });
    expect(await app.read('network')).toEqual({ eth: { dhcp: true }, order: ['wifi', 'eth'] });
  });

  it('keeps the stored password for the same ssid only', async () => {
    const { app } = await pairedIq();
    await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'password' } });
    await app.write('network', { wifi: { ssid, sec: 'wpa' } });
    expect(await app.read('network')).toMatchObject({ wifi: { sec: 'wpa', has_psk: true } });
    await app.write('network', { wifi: { ssid: new Uint8Array([0xff]), sec: 'wpa2' } });
    expect(await app.read('network')).toMatchObject({
      wifi: { ssid: new Uint8Array([0xff]), has_psk: false },
    });
  });

  it.each<CborInput>([
    { eth: { dhcp: false } },
    { eth: { dhcp: false, addr: '10.0.0.9', mask: '255.255.255.0' } },
    { eth: { dhcp: true, addr: '10.0.0.256' } },
    { eth: { dhcp: true, dns: ['1.1.1.1', '1.1.1.2', '1.1.1.3'] } },
    { eth: { dhcp: 1 } },
    { eth: {} },
    { wifi: { ssid: 'text', sec: 'wpa2' } },
    { wifi: { ssid: new Uint8Array(), sec: 'wpa2' } },
    { wifi: { ssid: new Uint8Array(33), sec: 'wpa2' } },
    { wifi: { ssid, sec: 'wpa3' } },
    { wifi: { ssid, sec: 'wpa2', psk: 'short77' } },
    { wifi: { ssid, sec: 'wpa2', psk: 'x'.repeat(64) } },
    { wifi: { ssid, sec: 'wpa2', psk: 'umlaut-ä-here' } },
    { wifi: { ssid, sec: 'wpa2', psk: null } },
    { order: [] },
    { order: ['eth', 'eth'] },
    { order: ['lan'] },
    { order: null },
    { eth: { dhcp: true }, order: ['nothing'] },
  ])('refuses %j with rc 3 and changes nothing', async (data) => {
    const { app } = await pairedIq();
    expect(await app.write('network', data)).toEqual(rc(3));
    expect(await app.read('network')).toEqual({ eth: { dhcp: true }, order: ['eth', 'wifi'] });
  });

  it.each<CborInput>([
    { cell: { apn: 'internet' } },
    { order: ['eth', 'cell'] },
    { wifi: { ssid, sec: 'wpa2', psk: '0'.repeat(64) }, order: ['cell'] },
  ])('refuses %j with 12 where the model lacks it, whole', async (data) => {
    const { app } = await pairedIq();
    expect(await app.write('network', data)).toEqual(err(12));
    expect(await app.read('network')).toEqual({ eth: { dhcp: true }, order: ['eth', 'wifi'] });
  });

  it('takes 63 characters, and 64 hex digits', async () => {
    const { app } = await pairedIq();
    expect(await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'x'.repeat(63) } })).toEqual({});
    expect(await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'aF'.repeat(32) } })).toEqual({});
  });
});

describe('A42 scan', () => {
  it('gives at most 32, strongest first, one per ssid and security, no hidden ones, none on 5 GHz', async () => {
    const surroundings = ordinarySurroundings();
    const many = Array.from({ length: 40 }, (_, index) => ({
      ssid: `net ${index}`,
      rssi: -90 + index,
      channel: 1 + (index % 13),
      security: 'wpa2' as const,
    }));
    surroundings.wifi = [
      ...many,
      { ssid: 'net 3', rssi: -30, channel: 2, security: 'wpa2' },
      { ssid: 'net 3', rssi: -31, channel: 2, security: 'open' },
      { ssid: 'hidden', rssi: -20, channel: 2, security: 'wpa2', hidden: true },
      { ssid: 'five', rssi: -20, channel: 36, security: 'wpa2' },
      { ssid: new Uint8Array([0xff, 0x00]), rssi: -29, channel: 2, security: 'enterprise' },
    ];
    const { app } = await pairedIq({}, surroundings);
    const { nets } = (await readWhile(app, 5, 15)) as { nets: CborMap[] };
    expect(nets).toHaveLength(32);
    expect(nets.slice(0, 4)).toEqual([
      { ssid: new Uint8Array([0xff, 0x00]), rssi: -29, ch: 2, sec: 'enterprise' },
      { ssid: new TextEncoder().encode('net 3'), rssi: -30, ch: 2, sec: 'wpa2' },
      { ssid: new TextEncoder().encode('net 3'), rssi: -31, ch: 2, sec: 'open' },
      { ssid: new TextEncoder().encode('net 39'), rssi: -51, ch: 1, sec: 'wpa2' },
    ]);
    expect(nets.filter(({ rssi }) => rssi === -87)).toEqual([]);
  });

  it('shortens the list to the buffer (A7)', async () => {
    const surroundings = ordinarySurroundings();
    surroundings.wifi = Array.from({ length: 32 }, (_, index) => ({
      ssid: `${index}`.padEnd(32, '-'),
      rssi: -60,
      channel: 6,
      security: 'enterprise' as const,
    }));
    const { app } = await pairedIq({}, surroundings);
    const { nets } = (await readWhile(app, 5, 15)) as { nets: CborMap[] };
    expect(nets.length).toBeGreaterThan(20);
    expect(nets.length).toBeLessThan(32);
    const outer = app.answers[0]?.length ?? 0;
    expect(outer).toBeLessThanOrEqual(2048);
    expect(outer).toBeGreaterThan(1900);
  });
});

describe('A43 reach', () => {
  it('tells the interface in use and what answers behind it', async () => {
    const { app } = await pairedIq();
    expect(await readWhile(app, 6, 30)).toMatchObject({
      link: 'eth',
      gw: true,
      dns: true,
      tcp: [
        { port: 40000, ok: true },
        { port: 40001, ok: true },
      ],
      update: { ok: true },
      time: { ok: true },
    });
  });

  it('falls back in the order given, and uses what is not committed yet', async () => {
    const surroundings = { ...ordinarySurroundings(), cable: false };
    surroundings.wifi = [
      { ssid: 'Werkstatt', rssi: -50, channel: 6, security: 'wpa2', password: 'password' },
    ];
    const { app } = await pairedIq({}, surroundings);
    expect(await readWhile(app, 6, 30)).toMatchObject({ link: 'none', ip: '', gw: false, dns: false });
    await app.write('failsafe', { arm: 60 });
    await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'wrong password' } });
    expect(await readWhile(app, 6, 30)).toMatchObject({ link: 'none' });
    await app.write('network', { wifi: { ssid, sec: 'wpa2', psk: 'password' } });
    const reached = (await readWhile(app, 6, 29)) as CborMap;
    expect(reached).toMatchObject({ link: 'wifi' });
    expect(reached).not.toHaveProperty('cell');
  });

  it('has ms 0 where a target does not answer, and the modem’s signal where there is one', async () => {
    const surroundings = ordinarySurroundings();
    surroundings.targets = [{ host: 'a', port: 40_000, open: false }];
    const { app } = await pairedIq({ model: 'IQ2', mobile: true }, surroundings);
    expect(await readWhile(app, 6, 30)).toMatchObject({
      tcp: [{ host: 'a', port: 40_000, ok: false, ms: 0 }],
      cell: { rssi: -83 },
    });
  });
});

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

describe('A50 settings', () => {
  const eom = { days: [true, true, true, true, true, false, false], from: 480, to: 1080 };

  it('reads all; absent keys stay, null removes eom', async () => {
    const { app } = await pairedLock();
    expect(await app.read('settings')).toEqual({ open_s: 6, audit_d: 30, mode: 'standard' });
    expect(await app.write('settings', { open_s: 240, eom, mode: 'office' })).toEqual({});
    expect(await app.read('settings')).toEqual({ open_s: 240, audit_d: 30, eom, mode: 'office' });
    await app.write('settings', { audit_d: 255, eom: null });
    expect(await app.read('settings')).toEqual({ open_s: 240, audit_d: 255, mode: 'office' });
  });

  it.each<CborInput>([
    { open_s: 0 },
    { open_s: 241 },
    { audit_d: 0 },
    { audit_d: 256 },
    { mode: 'home' },
    { eom: { ...eom, days: eom.days.slice(1) } },
    { eom: { ...eom, days: [1, 1, 1, 1, 1, 1, 1] } },
    { eom: { ...eom, from: 1080, to: 480 } },
    { eom: { ...eom, from: 480, to: 480 } },
    { eom: { ...eom, to: 1440 } },
    { open_s: 10, audit_d: 0 },
  ])('refuses %j with rc 3, whole', async (data) => {
    const { app } = await pairedLock();
    expect(await app.write('settings', data)).toEqual(rc(3));
    expect(await app.read('settings')).toEqual({ open_s: 6, audit_d: 30, mode: 'standard' });
  });
});

describe('A51 test', () => {
  it.each(['led', 'buzzer', 'motor'])('checks %s by itself', async (what) => {
    const { app } = await pairedLock();
    expect(await app.writeWhile('test', { what }, 1)).toEqual({ ok: true, detail: 'ok' });
  });

  it.each(['handle', 'tag'] as const)('waits for a person at the %s, 30 s and no longer', async (what) => {
    const { app, device } = await pairedLock();
    expect(await app.writeWhile('test', { what }, 0, () => device.touch(what))).toEqual({
      ok: true,
      detail: 'ok',
    });
    expect(device.touch(what)).toBe(false);
    expect(await app.writeWhile('test', { what }, 29.9)).toBe('silence');
  });

  it('says timeout where nobody comes, and takes no other touch for it', async () => {
    const { app, device } = await pairedLock();
    const answer = await app.writeWhile('test', { what: 'handle' }, 30, () => device.touch('tag'));
    expect(answer).toEqual({ ok: false, detail: 'timeout' });
  });

  it('a helpful hand does the right thing after a moment', async () => {
    const { app, device } = await pairedLock();
    device.hand = { kind: 'helps', delayMs: 200 };
    expect(await app.writeWhile('test', { what: 'tag' }, 0.2)).toEqual({ ok: true, detail: 'ok' });
  });

  it('names what failed', async () => {
    const { app, device } = await pairedLock();
    device.faults.set({ kind: 'jammed' });
    expect(await app.writeWhile('test', { what: 'motor' }, 1)).toEqual({ ok: false, detail: 'jammed' });
  });

  it('refuses a part that this lock does not have with 12, and an unknown one with rc 3', async () => {
    const { app } = await pairedLock({ model: 'wall_reader' });
    expect(await app.write('test', { what: 'handle' })).toEqual(err(12));
    expect(await app.write('test', { what: 'latch' })).toEqual(rc(3));
  });

  it('makes the next request wait (A8)', async () => {
    const { app, bench, device } = await pairedLock();
    const waiting = app.writeWhile('test', { what: 'handle' }, 0);
    await waiting;
    const other = bench.app(device);
    const answered: string[] = [];
    void other.identity().then(() => answered.push('identity'));
    await bench.clock.pass(29);
    expect(answered).toEqual([]);
    await bench.clock.pass(1);
    await expect.poll(() => answered).toEqual(['identity']);
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
