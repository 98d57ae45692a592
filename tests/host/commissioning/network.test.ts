import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { databaseFile } from '../../../db/recovery.ts';
import type { Network } from '../../../electron/contract/index.ts';
import { cable, hubMac, lockMac, openBench, openLaptop, problemOf } from './bench.ts';
import { siteOf } from './look.ts';

const psk = 'Correct-Horse-7';
const frontDesk = { ssid: 'Front desk', rssi: -61, channel: 1, security: 'wpa2', password: psk } as const;
const wifi = (part: Partial<NonNullable<Network['wifi']>>): Network => ({
  eth: null,
  wifi: { ssid: 'Front desk', sec: 'wpa2', ...part },
  cell: null,
  order: ['wifi'],
});

async function paired() {
  const bench = await openBench([{ kind: 'lock', mac: lockMac(1) }]);
  await bench.pair();
  const hub = bench.planned(hubMac).id;
  const { networks } = bench.commissioning;
  const hears = (...wifis: (typeof frontDesk | Record<string, unknown>)[]) => {
    bench.virtual(hubMac).surroundings.wifi = wifis as never;
  };
  return { ...bench, hub, networks, hears };
}

it('hears what the hub hears, strongest first, names that are no text as bytes', async () => {
  const { networks, hub, hears } = await paired();
  hears(
    { ssid: 'Far', rssi: -80, channel: 1, security: 'open' },
    { ssid: new Uint8Array([0xff, 0x00, 0x41]), rssi: -70, channel: 6, security: 'wpa3' },
    frontDesk,
    { ssid: 'Silent', rssi: -40, channel: 6, security: 'wpa2', hidden: true },
    { ssid: 'Fast', rssi: -40, channel: 36, security: 'wpa2' },
  );
  const { networks: heard } = await networks.scan(hub);
  expect(heard).toEqual([
    { ssid: 'Front desk', ssidHex: '46726f6e74206465736b', rssi: -61, channel: 1, security: 'wpa2' },
    { ssid: '', ssidHex: 'ff0041', rssi: -70, channel: 6, security: 'wpa3' },
    { ssid: 'Far', ssidHex: '466172', rssi: -80, channel: 1, security: 'open' },
  ]);
});

it('refuses what the hub was heard to be unable to join, before anything is sent', async () => {
  const { networks, hub, hears, commissioning, virtual } = await paired();
  hears(
    { ssid: 'Campus', rssi: -50, channel: 1, security: 'enterprise' },
    { ssid: 'Old', rssi: -50, channel: 1, security: 'wep' },
    { ssid: 'New', rssi: -50, channel: 1, security: 'wpa3' },
    { ssid: 'Both', rssi: -50, channel: 1, security: 'wpa3' },
    { ssid: 'Both', rssi: -51, channel: 1, security: 'wpa2', password: psk },
  );
  await networks.scan(hub);
  const refused = (ssid: string, more = {}) =>
    problemOf(commissioning.configureNetwork(hub, wifi({ ssid, psk, ...more })));
  const before = { ...virtual(hubMac).writes };
  expect(await refused('Campus')).toEqual({
    code: 'WIFI_SECURITY',
    params: { ssid: 'Campus', security: 'enterprise' },
  });
  expect(await refused('Old')).toMatchObject({ code: 'WIFI_SECURITY', params: { security: 'wep' } });
  expect(await refused('New', { hidden: true })).toMatchObject({ params: { security: 'wpa3' } });
  expect(await refused('Campus-5G')).toEqual({ code: 'WIFI_BAND', params: { ssid: 'Campus-5G' } });
  expect(virtual(hubMac).writes).toEqual(before);
  expect(await refused('Both')).toBeUndefined();
});

it('keeps a network that is not proved only where it is asked to, and the measure either way', async () => {
  const { hub, commissioning, planned, virtual, networks, store, dataDir, air, die } = await paired();
  await commissioning.configureNetwork(hub, cable);
  virtual(hubMac).surroundings.targets = [{ host: 'a.example', port: 40_001, open: false }];
  const fixed: Network = {
    ...cable,
    eth: { dhcp: false, addr: '192.168.1.2', mask: '255.255.255.0', gw: '192.168.1.1' },
  };
  expect(await problemOf(commissioning.configureNetwork(hub, fixed))).toEqual({
    code: 'commission.network_unproven',
    params: { broken: 'cloud' },
  });
  expect((await networks.read(hub)).eth).toEqual({ dhcp: true });
  expect(planned(hubMac)).toMatchObject({
    networkProven: true,
    reach: { kept: false, link: 'eth', targets: [{ port: 40_001, ok: false }] },
  });
  const reach = await commissioning.configureNetwork(hub, fixed, false);
  expect(reach).toMatchObject({ kept: true, targets: [{ ok: false }] });
  expect((await networks.read(hub)).eth).toMatchObject({ addr: '192.168.1.2' });
  expect(planned(hubMac)).toMatchObject({ networkProven: false });
  expect(siteOf(store, planned(hubMac).siteId).findings.map(({ code }) => code)).toContain(
    'NETWORK_UNPROVEN',
  );
  await die();
  const again = await openLaptop(dataDir, air);
  expect(again.store.devices.get(hub)?.reach).toEqual(reach);
});

it('gives the next hub the last Wi-Fi without its passphrase being typed or told', async () => {
  const { hub, commissioning, networks, hears, dataDir, virtual } = await paired();
  hears(frontDesk);
  expect(networks.lastWifi()).toBeNull();
  await commissioning.configureNetwork(hub, wifi({ psk }));
  expect(networks.lastWifi()).toMatchObject({ ssid: 'Front desk', sec: 'wpa2', hasPassphrase: true });
  expect(await networks.read(hub)).toMatchObject({
    ways: ['eth', 'wifi'],
    wifi: { ssid: 'Front desk', hasPassphrase: true },
  });
  expect(
    JSON.stringify([networks.lastWifi(), await networks.read(hub), commissioning.current()]),
  ).not.toContain(psk);
  await commissioning.configureNetwork(hub, cable);
  expect(await commissioning.configureNetwork(hub, wifi({ reuse: true }))).toMatchObject({ link: 'wifi' });
  // What is stored in the hub alone is kept there, and the last stays the last.
  expect(await commissioning.configureNetwork(hub, wifi({}))).toMatchObject({ link: 'wifi' });
  for (const file of [databaseFile(dataDir), `${databaseFile(dataDir)}-wal`])
    expect(readFileSync(file).includes(psk)).toBe(false);
  networks.forgetWifi();
  expect(networks.lastWifi()).toBeNull();
  expect(await problemOf(commissioning.configureNetwork(hub, wifi({ reuse: true })))).toMatchObject({
    code: 'work.no_wifi_kept',
  });
  expect(virtual(hubMac).flashReport.armed).toBe(false);
});

it('asks a hub nothing while work runs, and lets work wait for a question', async () => {
  const { hub, networks, attach, when, commissioning, planned } = await paired();
  const asked = networks.scan(hub);
  const work = attach(lockMac(1));
  expect((await asked).networks.length).toBeGreaterThan(0);
  expect(await problemOf(networks.scan(hub))).toMatchObject({ code: 'work.busy' });
  await when((now) => now.state === 'done');
  await work;
  expect(planned(lockMac(1)).state).toBe('attached');
  const left = new AbortController();
  const leaving = problemOf(networks.scan(hub, left.signal));
  left.abort();
  expect(await leaving).toMatchObject({ code: 'commission.cancelled' });
  // The hub is still at it; the next question waits until it has answered.
  expect(await networks.read(hub)).toMatchObject({ ways: ['eth', 'wifi'] });
  expect(commissioning.current()?.state).toBe('done');
  expect(await problemOf(networks.scan(planned(lockMac(1)).id))).toMatchObject({ code: 'site.kind_differs' });
});
