import { describe, expect, it } from 'vitest';
import { hubCode, hubMac, lockMac, openBench, problemOf } from './bench.ts';
import { siteOf } from './look.ts';

const lock = lockMac(1);

async function attached() {
  const bench = await openBench([{ kind: 'lock', mac: lock }]);
  await bench.pair();
  await bench.attach(lock);
  return { ...bench, looks: bench.commissioning.looks, lockId: bench.planned(lock).id };
}

describe('measuring a device', () => {
  it('asks the hub how it hears a lock; the lock itself only after a hand was at it', async () => {
    const { looks, lockId, virtual, planned, seen } = await attached();
    await seen(lock);
    const far = await looks.measure(lockId);
    expect(far).toMatchObject({ heard: { rssi: expect.any(Number) }, health: null });
    expect(far.problem).toMatchObject({ code: 'pairing.closed' });
    virtual(lock).faults.set({ kind: 'flat_battery' });
    virtual(lock).presentCard();
    const near = await looks.measure(lockId);
    expect(near).toMatchObject({ health: { batteryPercent: 3, celsius: 21 }, problem: null });
    expect(planned(lock)).toMatchObject({ batteryPercent: 3, batteryAt: expect.any(Number) });
  });

  it('tells a hub’s lamp, and finds a flat battery and a weak signal', async () => {
    const { looks, planned, store, siteId, lockId } = await attached();
    store.devices.change(planned(hubMac).id, { firmware: null }, 1);
    expect(await looks.measure(planned(hubMac).id)).toMatchObject({
      heard: null,
      health: { lamp: expect.stringMatching(/^[a-z_]+$/), batteryPercent: null },
      problem: null,
    });
    expect(planned(hubMac).firmware).toBe('1.0.0');
    store.devices.change(lockId, { batteryPercent: 19, rssi: -83 }, 1);
    const codes = siteOf(store, siteId).findings.map(({ code, severity }) => `${code} ${severity}`);
    expect(codes).toContain('BATTERY_LOW warning');
    expect(codes).toContain('SIGNAL_WEAK warning');
    store.devices.change(lockId, { batteryPercent: 20, rssi: -82 }, 1);
    const well = siteOf(store, siteId).findings.map(({ code }) => code);
    expect(well).not.toContain('BATTERY_LOW');
    expect(well).not.toContain('SIGNAL_WEAK');
  });
});

describe("a device's log", () => {
  it('is read to its end, oldest first, and goes on where it was left', async () => {
    const { looks, planned } = await attached();
    const hub = planned(hubMac).id;
    const all = await looks.log(hub, 0);
    expect(all.next).toBeNull();
    const codes = all.entries.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['start', 'paired', 'armed', 'attached', 'committed']));
    expect(all.entries.every(({ lostBefore }) => lostBefore === 0)).toBe(true);
    expect(JSON.stringify(all)).not.toContain(hubCode);
    const last = all.entries.at(-1)?.number ?? 0;
    expect(await looks.log(hub, last)).toEqual({ entries: [], next: null });
    expect((await looks.log(hub, last - 1)).entries).toHaveLength(1);
  });

  it('comes in stretches that are bounded, and counts what the device has lost', async () => {
    const { looks, planned, virtual } = await attached();
    // It keeps 200 entries; each press is one.
    for (let press = 0; press < 300; press++) virtual(hubMac).pressButton();
    const { entries, next } = await looks.log(planned(hubMac).id, 0);
    expect(entries).toHaveLength(200);
    expect(next).toBeNull();
    expect(entries[0]?.lostBefore).toBe((entries[0]?.number ?? 0) - 1);
    expect(entries[0]?.lostBefore).toBeGreaterThan(100);
  });

  it('is refused of what is not heard, and while work runs', async () => {
    const { looks, lockId, virtual, when, pair } = await attached();
    virtual(lock).powerOff();
    expect(await problemOf(looks.log(lockId, 0))).toBeDefined();
    const pairing = pair();
    await when(({ kind, state }) => kind === 'pair_hub' && state === 'running');
    expect(await problemOf(looks.log(lockId, 0))).toMatchObject({ code: 'work.busy' });
    await pairing;
  });
});

describe('the history of a device', () => {
  it('is what was done with it, newest first, by whom', async () => {
    const { looks, lockId, planned } = await attached();
    expect(looks.history(lockId).map(({ action, person }) => `${action} ${person}`)).toEqual([
      'device.attached Iris',
    ]);
    expect(looks.history(planned(hubMac).id).map(({ action }) => action)).toEqual(['hub.paired']);
  });
});

describe('the clock of the laptop', () => {
  const untrusted = (against: string, minutes = 0) => ({
    code: 'CLOCK_UNTRUSTED',
    params: { against, minutes },
  });

  it('is asked about once a day where nothing is known of it, before anything is sent', async () => {
    const { pair, cloud, commissioning, virtual, attach, planned } = await openBench([
      { kind: 'lock', mac: lock },
    ]);
    cloud.offsetMs = null;
    expect(await problemOf(pair())).toEqual(untrusted('nothing'));
    expect(virtual(hubMac).writes).toEqual({});
    expect(commissioning.current()).toBeNull();
    commissioning.clockTrust.confirm();
    await pair();
    await attach(lock);
    expect(planned(lock)).toMatchObject({ clockOffsetMs: 0, clockSetAt: expect.any(Number) });
  });

  it('is asked about where the cloud or the device says something else', async () => {
    const { pair, cloud, commissioning, attach } = await openBench([{ kind: 'lock', mac: lock }]);
    cloud.offsetMs = -4 * 60_000;
    expect(await problemOf(pair())).toEqual(untrusted('cloud', 4));
    cloud.offsetMs = -100_000;
    await pair();
    // The hub now has the cloud's time; a laptop that is then put wrong differs from it.
    cloud.offsetMs = 60_000;
    expect(await problemOf(pair())).toEqual(untrusted('device', 3));
    commissioning.clockTrust.confirm();
    await pair();
    await attach(lock);
  });

  it('makes devices that were given a wrong time work to do once the cloud’s is known, and gives it again', async () => {
    const { looks, planned, store, siteId, lockId, cloud, virtual } = await attached();
    const wrong = () =>
      siteOf(store, siteId, cloud.offsetMs).findings.flatMap(({ code, deviceId, params }) =>
        code === 'CLOCK_WRONG' ? [{ deviceId, minutes: params.minutes }] : [],
      );
    expect(wrong()).toEqual([]);
    cloud.offsetMs = 119_000;
    expect(wrong()).toEqual([]);
    cloud.offsetMs = 5 * 60_000;
    const hubId = planned(hubMac).id;
    expect(wrong()).toEqual([
      { deviceId: hubId, minutes: 5 },
      { deviceId: lockId, minutes: 5 },
    ]);
    expect(await problemOf(looks.setClock(hubId))).toEqual(untrusted('cloud', 5));
    cloud.offsetMs = 90_000 + 60_000;
    store.devices.change(hubId, { clockOffsetMs: 0 }, 1);
    cloud.offsetMs = 100_000;
    virtual(lock).presentCard();
    await looks.setClock(lockId);
    await looks.setClock(hubId);
    expect(planned(lock).clockOffsetMs).toBe(100_000);
    cloud.offsetMs = 5 * 60_000;
    expect(wrong().map(({ minutes }) => minutes)).toEqual([3, 3]);
  });
});
