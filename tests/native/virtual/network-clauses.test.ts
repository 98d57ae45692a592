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
