import { describe, expect, it } from 'vitest';
import type { PlannedDevice, VirtualDevice } from '../../../native/virtual/index.ts';
import { siteData, testFolder } from '../../db/support/store.ts';
import { cable, hubCode, hubMac, lockMac, openBench, openLaptop, problemOf } from './bench.ts';

const lock = (index: number): PlannedDevice => ({ kind: 'lock', mac: lockMac(index) });
const repeater: PlannedDevice = { kind: 'repeater', mac: '4F.B2.31', activationCode: '4F.B2.90' };
const manyRepeaters = Array.from(
  { length: 7 },
  (_, index): PlannedDevice => ({
    kind: 'repeater',
    mac: `4F.B2.4${index}`,
    activationCode: `4F.B2.9${index}`,
  }),
);
const rfLock: PlannedDevice = { kind: 'lock', mac: '7C.1A.01', radio: 'rf_net', model: 'wall_reader' };
const one = lockMac(1);
const two = lockMac(2);

/** What lies in the flash of devices, but for how their failsafe last ended. */
const flashOf = (...devices: readonly VirtualDevice[]) =>
  devices.map(({ flashReport: { end: _, ...kept } }) => structuredClone(kept));
const writesOf = (...devices: readonly VirtualDevice[]) => devices.map(({ writes }) => ({ ...writes }));

describe('attaching', () => {
  it('takes locks over their own channel, wholly, and keeps what they say', async () => {
    const { pair, attach, planned, virtual, shown, store, siteId } = await openBench([lock(1), lock(2)]);
    await pair();
    await attach(one, two);
    for (const mac of [one, two]) {
      expect(planned(mac)).toMatchObject({
        state: 'attached',
        model: 'escutcheon',
        serial: `LK-${mac}`,
        firmware: '1.0.0',
        radio: 'blue_net',
        rssi: expect.any(Number),
        batteryPercent: expect.any(Number),
      });
      expect(virtual(mac).flashReport).toMatchObject({
        armed: false,
        membership: { state: 'attached', iq: hubMac },
      });
      expect(virtual(mac).writes).toMatchObject({ join: 1 });
    }
    expect(virtual(hubMac).flashReport).toMatchObject({
      armed: false,
      attachments: { [one]: 'attached', [two]: 'attached' },
      tree: { items: [{ id: one }, { id: two }] },
    });
    expect(store.audit.ofSite(siteId, 50).filter(({ action }) => action === 'device.attached')).toHaveLength(
      2,
    );
    const last = shown.at(-1);
    expect(last).toMatchObject({ kind: 'attach', state: 'done', failsafeEndsAt: null, needs: null });
    expect(last?.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(
      ['tree', 'ready', 'ticket', 'join', 'tests', 'confirm'].map((stage) => `${stage} done`),
    );
    expect(last?.deviceIds[0]).toBe(planned(two).id);
    expect(shown.some(({ failsafeEndsAt }) => failsafeEndsAt !== null)).toBe(true);
  });

  it('joins the model and the keypad that a lock names; with the card it says neither (A16)', async () => {
    const { pair, attach, planned, sites, virtual, when } = await openBench([
      { ...lock(1), pin: true },
      lock(2),
      rfLock,
    ]);
    sites.updateDevice(planned(two).id, { model: 'escutcheon_pin' });
    sites.updateDevice(planned(rfLock.mac).id, { model: 'wall_reader_pin' });
    await pair();
    await attach(one, two);
    expect([planned(one).model, planned(two).model]).toEqual(['escutcheon_pin', 'escutcheon']);
    const attaching = attach(rfLock.mac);
    await when(({ needs }) => needs === 'present_card');
    virtual(rfLock.mac).presentCard();
    await attaching;
    expect(planned(rfLock.mac)).toMatchObject({ state: 'attached', model: 'wall_reader_pin' });
  });

  it('takes the repeater above a lock first, without being asked', async () => {
    const { pair, attach, planned, virtual } = await openBench([
      repeater,
      { ...lock(1), parentMac: repeater.mac },
    ]);
    await pair();
    await attach(one);
    expect(planned(repeater.mac)).toMatchObject({ state: 'attached', radio: 'blue_net' });
    expect(virtual(hubMac).flashReport.tree.items).toEqual([
      { id: repeater.mac, type: 2 },
      { id: one, parent: repeater.mac, type: 3 },
    ]);
  });

  it('waits for the maintenance card where the laptop cannot hear the lock', async () => {
    const { pair, attach, planned, virtual, when, shown } = await openBench([rfLock]);
    await pair();
    const attaching = attach(rfLock.mac);
    const asked = await when(({ needs }) => needs === 'present_card');
    expect(asked.steps.map(({ id }) => id)).toEqual(['tree', 'card', 'confirm']);
    expect(asked.deviceIds).toEqual([planned(rfLock.mac).id]);
    expect(virtual(rfLock.mac).presentCard()).toBe(true);
    await attaching;
    expect(planned(rfLock.mac)).toMatchObject({ state: 'attached', rssi: expect.any(Number) });
    expect(virtual(rfLock.mac).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
    expect(shown.at(-1)).toMatchObject({ state: 'done', needs: null });
  });

  it('connects the hub again where the cable was out between two pieces of work', async () => {
    const { pair, attach, planned, virtual, discovery } = await openBench([lock(1)]);
    await pair();
    virtual(hubMac).powerOff();
    virtual(hubMac).powerOn();
    expect(discovery.byMac(hubMac)?.connected ?? false).toBe(false);
    await attach(one);
    expect(planned(one).state).toBe('attached');
  });

  it('pairs the hub again where it restarted and the line stayed as it was (A31)', async () => {
    const { pair, attach, planned, virtual, when } = await openBench([lock(1)]);
    await pair();
    const attaching = problemOf(attach(one));
    await when(({ steps }) => steps.some(({ id, state }) => id === 'join' && state === 'running'));
    virtual(hubMac).restart();
    expect(await attaching).toMatchObject({ code: expect.stringMatching(/^device\./) });
    expect(planned(one).state).toBe('code_captured');
    await attach(one);
    expect(planned(one).state).toBe('attached');
  });
});

describe('attaching is refused before anything is sent', () => {
  it('for the seventeenth lock, for a place without a device, for what is not in the site', async () => {
    const { pair, attach, virtual, sites, siteId, planned, commissioning, store } = await openBench(
      Array.from({ length: 17 }, (_, index) => lock(index + 1)),
    );
    await pair();
    const before = writesOf(virtual(hubMac));
    const refused = {
      code: 'IQ_LOCKS_MAX',
      params: { device: lockMac(17), hub: hubMac, limit: 16, count: 17 },
    };
    expect(await problemOf(attach(...Array.from({ length: 17 }, (_, index) => lockMac(index + 1))))).toEqual(
      refused,
    );
    expect(await problemOf(attach(lockMac(17)))).toEqual(refused);
    const empty = sites.addDevice(siteId, 'lock', planned(hubMac).id, { name: 'Later' });
    expect(await problemOf(commissioning.attach(siteId, [empty]))).toMatchObject({ code: 'work.no_mac' });
    const elsewhere = sites.create({ ...(store.sites.get(siteId) ?? fail()), name: 'Elsewhere' });
    expect(await problemOf(commissioning.attach(elsewhere, [planned(one).id]))).toMatchObject({
      code: 'site.device_not_found',
    });
    expect(writesOf(virtual(hubMac))).toEqual(before);
    expect(planned(one).state).toBe('code_captured');
  });

  it.each([
    ['IQ_LOCKS_MAX', 16, (index: number): PlannedDevice => lock(index)],
    ['IQ_REPEATERS_MAX', 6, (index: number): PlannedDevice => manyRepeaters[index - 1] ?? repeater],
  ] as const)('%s, where the plan does not know whom the hub carries already', async (rule, limit, make) => {
    const all = Array.from({ length: limit + 1 }, (_, index) => make(index + 1));
    const { pair, attach, virtual, air, die } = await openBench(all);
    const last = all.at(-1)?.mac ?? '';
    await pair();
    await attach(...all.slice(0, limit).map(({ mac }) => mac));
    await die();
    // Another laptop, whose plan names this one alone.
    const other = await openLaptop(testFolder(), air);
    const siteId = other.sites.create(siteData('Kade'));
    const hub = other.sites.addDevice(siteId, 'iq', null, { name: 'Hub', mac: hubMac });
    const extra = all.at(-1) ?? repeater;
    const id = other.sites.addDevice(siteId, extra.kind, hub, {
      name: 'One more',
      mac: last,
      ...(extra.activationCode && { activationCode: extra.activationCode }),
    });
    await other.commissioning.pairHub(hub, await other.seen(hubMac), hubCode);
    await other.seen(last);
    // The finder's heartbeat is an echo.
    const writes = () => writesOf(virtual(hubMac), virtual(last)).map(({ echo: _, ...kept }) => kept);
    const before = writes();
    expect(await problemOf(other.commissioning.attach(siteId, [id]))).toEqual({
      code: rule,
      params: { device: last, hub: hubMac, limit, count: limit + 1 },
    });
    expect(writes()).toEqual(before);
    expect(virtual(hubMac).flashReport.tree.items).toHaveLength(limit);
  });

  it('while other work runs', async () => {
    const { pair, attach, when, commissioning, planned, seen, siteId, sites } = await openBench([rfLock]);
    await pair();
    const attaching = problemOf(attach(rfLock.mac));
    const running = await when(({ needs }) => needs === 'present_card');
    const busy = { code: 'work.busy', params: {} };
    expect(await problemOf(pair())).toEqual(busy);
    expect(await problemOf(attach(rfLock.mac))).toEqual(busy);
    expect(await problemOf(commissioning.testDoor(planned(rfLock.mac).id))).toEqual(busy);
    expect(await problemOf(commissioning.configureNetwork(planned(hubMac).id, cable))).toEqual(busy);
    expect(() => sites.remove(siteId)).toThrow('site.in_work');
    expect(() => sites.updateDevice(planned(rfLock.mac).id, { mac: '7C.1A.09' })).toThrow('site.in_work');
    await seen(hubMac);
    expect(commissioning.current()).toMatchObject({ id: running.id, state: 'running' });
    commissioning.cancel(running.id);
    expect(await attaching).toMatchObject({ code: 'commission.cancelled' });
    expect(() => commissioning.cancel(running.id)).toThrow('work.not_running');
  });
});

describe('attaching that does not come to its end', () => {
  it('leaves every device as it was when it is cancelled', async () => {
    const { pair, attach, when, commissioning, planned, virtual } = await openBench([lock(1), rfLock]);
    await pair();
    await attach(one);
    const devices = [virtual(hubMac), virtual(one), virtual(rfLock.mac)];
    const before = flashOf(...devices);
    const attaching = problemOf(attach(rfLock.mac));
    const { id } = await when(({ needs }) => needs === 'present_card');
    expect(virtual(hubMac).flashReport.armed).toBe(true);
    commissioning.cancel(id);
    expect(await attaching).toEqual({ code: 'commission.cancelled', params: {} });
    expect(flashOf(...devices)).toEqual(before);
    expect(planned(rfLock.mac).state).toBe('code_captured');
    expect(commissioning.current()).toMatchObject({ state: 'cancelled', failsafeEndsAt: null, needs: null });
  });

  it('is cancelled in any stage of a ticket, too', async () => {
    for (const stage of ['tree', 'ready', 'ticket', 'join', 'tests']) {
      const { pair, attach, when, commissioning, planned, virtual } = await openBench([lock(1)]);
      await pair();
      const devices = [virtual(hubMac), virtual(one)];
      const before = flashOf(...devices);
      const attaching = problemOf(attach(one));
      const { id } = await when(({ steps }) =>
        steps.some((step) => step.id === stage && step.state === 'running'),
      );
      commissioning.cancel(id);
      expect(await attaching, stage).toEqual({ code: 'commission.cancelled', params: {} });
      expect(flashOf(...devices), stage).toEqual(before);
      expect(planned(one).state).toBe('code_captured');
    }
  });

  it('tells that the hub is gone, keeps what was through, and writes none of it twice', async () => {
    const { pair, attach, when, planned, virtual, commissioning } = await openBench([lock(1), lock(2)]);
    await pair();
    const attaching = problemOf(attach(one, two));
    await when(
      ({ deviceIds, steps }) =>
        deviceIds[0] === planned(two).id &&
        steps.some(({ id, state }) => id === 'join' && state === 'running'),
    );
    virtual(hubMac).powerOff();
    expect(await attaching).toMatchObject({ code: 'serial.port_gone' });
    expect(commissioning.current()).toMatchObject({
      state: 'failed',
      problem: { code: 'serial.port_gone' },
    });
    expect([planned(one).state, planned(two).state]).toEqual(['attached', 'code_captured']);
    expect(virtual(two).flashReport).toMatchObject({ armed: false, membership: { state: 'detached' } });

    virtual(hubMac).powerOn();
    expect(virtual(hubMac).flashReport.attachments).toEqual({ [one]: 'attached' });
    const firstLock = writesOf(virtual(one));
    const { tree = 0, attach: attached = 0 } = virtual(hubMac).writes;
    await attach(one, two);
    expect([planned(one).state, planned(two).state]).toEqual(['attached', 'attached']);
    expect(writesOf(virtual(one))).toEqual(firstLock);
    expect(virtual(hubMac).writes).toMatchObject({ tree: tree + 1, attach: attached + 1 });
    expect(virtual(hubMac).flashReport.attachments).toEqual({ [one]: 'attached', [two]: 'attached' });

    const all = writesOf(virtual(hubMac), virtual(one), virtual(two));
    await attach(one, two);
    expect(writesOf(virtual(hubMac), virtual(one), virtual(two))).toEqual(all);
  });
});

describe('attaching that its process did not live to end', () => {
  it('goes on by itself, and does nothing again that the devices say is done', async () => {
    const bench = await openBench([lock(1), lock(2)]);
    const { pair, attach, when, planned, virtual, siteId } = bench;
    await pair();
    const ids = { one: planned(one).id, two: planned(two).id };
    attach(one, two).catch(() => {});
    await when(
      ({ deviceIds, steps }) =>
        deviceIds[0] === ids.two && steps.some(({ id, state }) => id === 'tests' && state === 'running'),
    );
    const before = writesOf(virtual(hubMac), virtual(one), virtual(two));
    await bench.die();
    expect(virtual(hubMac).flashReport.armed).toBe(true);

    const later = await openLaptop(bench.dataDir, bench.air);
    expect(later.store.work.unfinished()).toMatchObject([{ kind: 'attach', siteId }]);
    const resumed = later.commissioning.resume();
    expect(later.commissioning.current()).toMatchObject({ kind: 'attach', state: 'running' });
    await later.when(({ needs, state }) => needs === 'wake_lock' || state !== 'running');
    virtual(two).presentCard();
    await resumed;
    expect(later.commissioning.current()).toMatchObject({ state: 'done' });
    expect(later.store.devices.ofSite(siteId).map(({ state }) => state)).toEqual([
      'paired',
      'attached',
      'attached',
    ]);
    const [hub, first, second] = before;
    expect(virtual(hubMac).writes).toMatchObject({ tree: hub?.tree, attach: hub?.attach });
    expect(virtual(one).writes).toEqual(first);
    expect(virtual(two).writes).toMatchObject({ join: second?.join });
    expect(virtual(hubMac).flashReport).toMatchObject({
      armed: false,
      attachments: { [one]: 'attached', [two]: 'attached' },
    });
    expect(later.store.work.unfinished()).toEqual([]);
  });

  it('is told as interrupted where it is work that a person has to begin again', async () => {
    const bench = await openBench([rfLock]);
    await bench.pair();
    const attaching = bench.attach(rfLock.mac);
    await bench.when(({ needs }) => needs === 'present_card');
    bench.virtual(rfLock.mac).presentCard();
    await attaching;
    bench.commissioning.testDoor(bench.planned(rfLock.mac).id).catch(() => {});
    await bench.when(({ question }) => question !== null);
    await bench.die();
    const later = await openLaptop(bench.dataDir, bench.air);
    await later.commissioning.resume();
    expect(later.store.work.unfinished()).toEqual([]);
    expect(later.commissioning.current()).toMatchObject({
      kind: 'test_door',
      state: 'failed',
      problem: { code: 'work.interrupted' },
    });
  });
});

function fail(): never {
  throw new Error('not there');
}
