import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { databaseFile } from '../../../db/recovery.ts';
import { cable, hubCode, hubMac, lockMac, openBench, problemOf } from './bench.ts';

describe('pairing a hub', () => {
  it('proves the code, sets the clock, and keeps what the hub says it is', async () => {
    const { pair, planned, store, siteId, virtual, shown } = await openBench();
    await pair(' 04-a2-ff ');
    expect(planned(hubMac)).toMatchObject({
      state: 'paired',
      model: 'IQ3',
      serial: 'IQ3-04A300',
      firmware: '1.0.0',
      hasActivationCode: true,
    });
    expect(store.devices.activationCode(planned(hubMac).id)).toBe('04-a2-ff');
    expect(store.sites.get(siteId)).toMatchObject({ state: 'in_progress' });
    expect(virtual(hubMac).flashReport.timeZone).toBe('Europe/Amsterdam');
    expect(shown.at(-1)).toMatchObject({
      kind: 'pair_hub',
      state: 'done',
      steps: ['connect', 'pair', 'identity', 'clock'].map((id) => ({ id, state: 'done' })),
    });
  });

  it('tells the tries left of a wrong code, and nothing else happens', async () => {
    const { pair, planned, store, siteId, virtual, commissioning, discovery } = await openBench();
    const before = [store.sites.get(siteId), planned(hubMac), virtual(hubMac).flashReport];
    expect(await problemOf(pair('AA.BB.CC'))).toEqual({ code: 'pairing.wrong_code', params: { left: 4 } });
    expect([store.sites.get(siteId), planned(hubMac), virtual(hubMac).flashReport]).toEqual(before);
    expect(virtual(hubMac).writes).not.toHaveProperty('clock');
    expect(commissioning.current()).toMatchObject({
      state: 'failed',
      problem: { code: 'pairing.wrong_code', params: { left: 4 } },
    });
    expect(discovery.byMac(hubMac)).toMatchObject({ connected: false });
    await pair();
    expect(planned(hubMac).state).toBe('paired');
  });

  it('is closed after five wrong codes, to the right one too, until the button is pressed', async () => {
    const { pair, virtual } = await openBench();
    for (const left of [4, 3, 2, 1, 0]) {
      expect(await problemOf(pair('AA.BB.CC'))).toEqual({ code: 'pairing.wrong_code', params: { left } });
    }
    expect(await problemOf(pair())).toMatchObject({ code: 'pairing.closed' });
    virtual(hubMac).pressButton();
    await pair();
  });

  it('spends no try on what can be no code, on another device, or on another kind of place', async () => {
    const other = '04.A3.77';
    const { pair, commissioning, planned, seen, sites, store, siteId, virtual } = await openBench([
      { kind: 'iq', mac: other, activationCode: hubCode },
      { kind: 'lock', mac: lockMac(1) },
    ]);
    expect(await problemOf(pair('Ä'))).toMatchObject({ code: 'pairing.code_not_ascii' });
    expect(await problemOf(pair(''))).toMatchObject({ code: 'pairing.code_empty' });
    const hub = planned(hubMac);
    const pairWith = async (mac: string) => commissioning.pairHub(hub.id, await seen(mac), hubCode);
    expect(await problemOf(pairWith(other))).toEqual({
      code: 'commission.wrong_device',
      params: { expected: hubMac, found: other },
    });
    expect(await problemOf(pairWith(lockMac(1)))).toMatchObject({ code: 'commission.wrong_device' });
    const lock = planned(lockMac(1)).id;
    expect(await problemOf(commissioning.pairHub(lock, await seen(hubMac), hubCode))).toMatchObject({
      code: 'site.kind_differs',
    });
    expect(await problemOf(commissioning.pairHub(hub.id, 'iq:00.00.01', hubCode))).toMatchObject({
      code: 'finder.not_found',
    });
    expect(await problemOf(commissioning.pairHub(siteId, 'x', hubCode))).toMatchObject({
      code: 'site.device_not_found',
    });
    expect(await problemOf(pair('AA.BB.CC'))).toMatchObject({ params: { left: 4 } });
    expect(virtual(other).writes).toEqual({});
    const unbound = sites.addDevice(siteId, 'iq', null, {});
    await commissioning.pairHub(unbound, await seen(other), hubCode);
    expect(store.devices.get(unbound)).toMatchObject({ mac: other, state: 'paired' });
  });

  it('never tries a captured code by itself', async () => {
    const { commissioning, planned, sites, virtual, attach, seen } = await openBench([
      { kind: 'lock', mac: lockMac(1) },
    ]);
    sites.updateDevice(planned(hubMac).id, { activationCode: 'AA.BB.CC' });
    await seen(hubMac);
    const refused = { code: 'work.hub_not_paired', params: { hub: hubMac } };
    expect(await problemOf(commissioning.configureNetwork(planned(hubMac).id, cable))).toEqual(refused);
    expect(await problemOf(attach(lockMac(1)))).toEqual(refused);
    expect(virtual(hubMac).writes).toEqual({});
  });
});

describe("a hub's network", () => {
  it('is written, measured by the hub, and kept', async () => {
    const { pair, commissioning, planned, virtual, shown } = await openBench();
    await pair();
    const reach = await commissioning.configureNetwork(planned(hubMac).id, cable);
    expect(reach).toMatchObject({ link: 'eth', gateway: true, dns: true, update: true, time: true });
    expect(reach.targets.map(({ port, ok }) => `${port} ${ok}`)).toEqual(['40000 true', '40001 true']);
    expect(planned(hubMac)).toMatchObject({ state: 'configured', networkProven: true });
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, end: 'committed' });
    expect(shown.at(-1)?.steps.map(({ id }) => id)).toEqual(['network', 'reach', 'confirm']);
  });

  it('is kept though it does not get through, and counts as unproven', async () => {
    const { pair, commissioning, planned, virtual } = await openBench();
    await pair();
    virtual(hubMac).surroundings.internet = false;
    expect(await commissioning.configureNetwork(planned(hubMac).id, cable, false)).toMatchObject({
      dns: false,
    });
    expect(planned(hubMac)).toMatchObject({ state: 'configured', networkProven: false });
  });

  it('is refused as a whole where the hub cannot have it, and stays what it was', async () => {
    const { pair, commissioning, planned, virtual, commissioning: work } = await openBench();
    await pair();
    await commissioning.configureNetwork(planned(hubMac).id, cable);
    const mobile = { eth: null, wifi: null, cell: { apn: 'internet' }, order: ['cell' as const] };
    expect(await problemOf(commissioning.configureNetwork(planned(hubMac).id, mobile))).toMatchObject({
      code: 'device.value_impossible',
    });
    expect(work.current()).toMatchObject({ state: 'failed', problem: { code: 'device.value_impossible' } });
    expect(virtual(hubMac).flashReport.armed).toBe(false);
    expect(await commissioning.configureNetwork(planned(hubMac).id, cable)).toMatchObject({ link: 'eth' });
  });

  it('leaves its passphrase nowhere on this laptop', async () => {
    const { pair, commissioning, planned, virtual, dataDir } = await openBench();
    await pair();
    const psk = 'Correct-Horse-7';
    virtual(hubMac).surroundings.wifi = [
      { ssid: 'Front desk', rssi: -50, channel: 1, security: 'wpa2', password: psk },
    ];
    const wifi = { ssid: 'Front desk', sec: 'wpa2' as const, psk };
    const network = { eth: null, wifi, cell: null, order: ['wifi' as const] };
    expect(await commissioning.configureNetwork(planned(hubMac).id, network)).toMatchObject({ link: 'wifi' });
    for (const file of [databaseFile(dataDir), `${databaseFile(dataDir)}-wal`]) {
      expect(readFileSync(file).includes(psk)).toBe(false);
      expect(readFileSync(file).includes(hubCode)).toBe(false);
    }
    expect(JSON.stringify(commissioning.current())).not.toContain(psk);
  });
});

describe('letting a device blink', () => {
  it('finds it by what the plan knows of it, and leaves the line free', async () => {
    const { commissioning, seen, virtual, discovery, planned, sites } = await openBench([
      { kind: 'lock', mac: lockMac(1) },
    ]);
    await commissioning.identify(await seen(lockMac(1)), 5);
    expect(virtual(lockMac(1)).writes).toMatchObject({ identify: 1 });
    expect(discovery.byMac(lockMac(1))).toMatchObject({ connected: false });
    expect(await problemOf(commissioning.identify(await seen(hubMac), 5))).toEqual({
      code: 'work.no_activation_code',
      params: { device: hubMac },
    });
    sites.updateDevice(planned(hubMac).id, { activationCode: hubCode });
    await commissioning.identify(await seen(hubMac), 5);
    expect(virtual(hubMac).writes).toMatchObject({ identify: 1 });
  });
});
