import { describe, expect, it } from 'vitest';
import type { PlannedDevice } from '../../../native/virtual/index.ts';
import { cable, hubMac, lockMac, openBench, openLaptop, problemOf } from './bench.ts';

const lock = (index: number): PlannedDevice => ({ kind: 'lock', mac: lockMac(index) });
const repeater: PlannedDevice = { kind: 'repeater', mac: '4F.B2.31', activationCode: '4F.B2.90' };
const repeater2: PlannedDevice = { kind: 'repeater', mac: '4F.B2.32', activationCode: '4F.B2.91' };
const rfLock: PlannedDevice = { kind: 'lock', mac: '7C.1A.01', radio: 'rf_net', model: 'wall_reader' };
const otherHub: PlannedDevice = { kind: 'iq', mac: '04.A3.77', activationCode: '11.22.33' };
const one = lockMac(1);
const two = lockMac(2);

/** A site whose hub holds a repeater with two locks below it, and one with none. */
async function openTree() {
  const below = { parentMac: repeater.mac };
  const bench = await openBench([repeater, { ...lock(1), ...below }, { ...lock(2), ...below }, repeater2]);
  await bench.pair();
  await bench.attach(one, two, repeater2.mac);
  return bench;
}

/** A site with a hub and a lock attached to it, and another hub beside them that nobody planned. */
async function openTwoHubs() {
  const bench = await openBench([lock(1), otherHub]);
  bench.sites.removeDevice(bench.planned(otherHub.mac).id);
  await bench.pair();
  await bench.commissioning.configureNetwork(bench.planned(hubMac).id, cable);
  await bench.attach(one);
  return bench;
}

describe('detaching', () => {
  it('frees a lock wholly, takes it out of the tree, and its checks count no more', async () => {
    const { commissioning, siteId, planned, virtual, store, shown } = await openTree();
    const { id } = planned(one);
    const at = 1;
    store.checks.insert({ deviceId: id, check: 'latch', result: 'passed', by: 'Iris', at, detail: '' });
    await commissioning.detach(siteId, [id], false);
    expect(planned(one)).toMatchObject({ state: 'detached', heldByHub: null, rssi: null });
    expect(virtual(one).flashReport.membership.state).toBe('detached');
    expect(virtual(hubMac).flashReport.tree.items.map((item) => item.id)).toEqual([
      repeater.mac,
      two,
      repeater2.mac,
    ]);
    expect(planned(two).state).toBe('attached');
    expect(store.checks.ofDevice(id)).toEqual([]);
    expect(shown.at(-1)).toMatchObject({ kind: 'detach', state: 'done' });
    expect(store.audit.ofSite(siteId, 1)).toMatchObject([
      { action: 'device.detached', detail: { mac: one, confirmed: true } },
    ]);
  });

  it('takes what hangs below along, the lowest first', async () => {
    const { commissioning, siteId, planned, virtual } = await openTree();
    await commissioning.detach(siteId, [planned(hubMac).id], false);
    expect([one, two, repeater.mac].map((mac) => planned(mac).state)).toEqual([
      'detached',
      'detached',
      'detached',
    ]);
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
  });

  it('says so where nothing is attached, and asks no device', async () => {
    const { commissioning, siteId, planned, pair, virtual } = await openBench([lock(1)]);
    await pair();
    const writes = { ...virtual(hubMac).writes };
    expect(await problemOf(commissioning.detach(siteId, [planned(one).id], false))).toMatchObject({
      code: 'work.not_attached',
    });
    expect(virtual(hubMac).writes).toEqual(writes);
  });

  it('keeps a lock that does not let go as pending; it is not attached meanwhile, and goes by force', async () => {
    const { commissioning, siteId, planned, virtual, attach, sites } = await openTree();
    const { id } = planned(one);
    virtual(one).faults.set({ kind: 'detach_hangs' });
    const detaching = problemOf(commissioning.detach(siteId, [id], false));
    expect(await detaching).toMatchObject({
      code: 'commission.detach_unconfirmed',
      params: { device: planned(one).name },
    });
    expect(planned(one).state).toBe('detach_pending');
    expect(await problemOf(attach(one))).toMatchObject({ code: 'commission.detach_pending' });
    expect(await problemOf(Promise.try(() => sites.removeDevice(id)))).toMatchObject({
      code: 'site.in_work',
    });
    virtual(one).faults.set({ kind: 'silence', afterAnswers: 0 });
    await commissioning.detach(siteId, [id], true);
    expect(planned(one)).toMatchObject({
      state: 'detach_pending',
      heldByHub: hubMac,
      heldByParent: repeater.mac,
    });
    expect(virtual(hubMac).flashReport.attachments[one]).toBeUndefined();
    // Nobody told the lock: attached here again, it is let free first.
    virtual(one).faults.clear();
    virtual(one).presentCard();
    await attach(one);
    expect(planned(one)).toMatchObject({ state: 'attached', heldByHub: null });
    expect(virtual(one).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
  }, 60_000);

  it('goes on after the laptop died, and remembers who was not told', async () => {
    const bench = await openTree();
    const { commissioning, siteId, planned, virtual, dataDir, air } = bench;
    const { id } = planned(one);
    virtual(one).faults.set({ kind: 'silence', afterAnswers: 0 });
    virtual(one).faults.set({ kind: 'detach_hangs' });
    const ended = problemOf(commissioning.detach(siteId, [id], true)).catch(() => {});
    await bench.when(({ steps }) => steps.some((step) => step.id === 'tell' && step.state !== 'waiting'));
    await bench.die();
    await ended;
    const again = await openLaptop(dataDir, air);
    await again.seen(hubMac);
    await again.commissioning.resume();
    expect(again.store.devices.get(id)).toMatchObject({ state: 'detach_pending', heldByHub: hubMac });
    expect(virtual(hubMac).flashReport.tree.items.map((item) => item.id)).toEqual([
      repeater.mac,
      two,
      repeater2.mac,
    ]);
    expect(again.store.work.unfinished()).toEqual([]);
  }, 60_000);
});

describe('moving', () => {
  it('moves a lock that the laptop hears at once, and keeps the plan as the hub has it', async () => {
    const { commissioning, planned, virtual, shown, store, siteId } = await openTree();
    virtual(one).presentCard();
    await commissioning.move(planned(one).id, planned(repeater2.mac).id);
    expect(planned(one)).toMatchObject({
      ...{ state: 'attached', heldByHub: null, parentId: planned(repeater2.mac).id },
    });
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, attachments: { [one]: 'attached' } });
    expect(virtual(one).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
    expect(virtual(hubMac).flashReport.tree.items).toEqual([
      { id: repeater.mac, type: 2 },
      { id: two, parent: repeater.mac, type: 3 },
      { id: repeater2.mac, type: 2 },
      { id: one, parent: repeater2.mac, type: 3 },
    ]);
    expect(shown.at(-1)).toMatchObject({ kind: 'move_device', state: 'done' });
    expect(store.audit.ofSite(siteId, 1)).toMatchObject([{ action: 'device.moved' }]);
  }, 60_000);

  it('leaves a lock that fails on the way where it was, on the hub and in the plan', async () => {
    const { commissioning, planned, virtual } = await openTree();
    const before = planned(one);
    virtual(one).faults.set({ kind: 'jammed' });
    virtual(one).presentCard();
    expect(await problemOf(commissioning.move(before.id, planned(repeater2.mac).id))).toMatchObject({
      code: 'commission.check_failed',
    });
    expect(planned(one)).toMatchObject({ state: 'attached', parentId: before.parentId, heldByHub: null });
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, attachments: { [one]: 'attached' } });
    expect(virtual(one).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
  }, 60_000);

  it('takes along what hangs below a repeater', async () => {
    const { commissioning, planned, virtual } = await openTree();
    virtual(repeater.mac).presentCard();
    await commissioning.move(planned(repeater.mac).id, planned(repeater2.mac).id);
    expect([one, two].map((mac) => planned(mac).state)).toEqual(['attached', 'attached']);
    expect(virtual(hubMac).flashReport.tree.items.map(({ id, parent }) => [id, parent])).toEqual([
      [repeater2.mac, undefined],
      [repeater.mac, repeater2.mac],
      [one, repeater.mac],
      [two, repeater.mac],
    ]);
  }, 60_000);

  it('below a repeater that is not attached yet, detaches the lock and plans it there', async () => {
    const below = { parentMac: repeater.mac };
    const { commissioning, planned, virtual, attach, pair } = await openBench([
      repeater,
      { ...lock(1), ...below },
      repeater2,
    ]);
    await pair();
    await attach(one);
    await commissioning.move(planned(one).id, planned(repeater2.mac).id);
    expect(planned(one)).toMatchObject({ state: 'detached', parentId: planned(repeater2.mac).id });
    virtual(one).presentCard();
    await attach(one);
    expect(virtual(hubMac).flashReport.tree.items).toEqual([
      { id: repeater.mac, type: 2 },
      { id: repeater2.mac, type: 2 },
      { id: one, parent: repeater2.mac, type: 3 },
    ]);
  }, 60_000);

  it('is refused before anything is sent where a rule stands against it', async () => {
    const { commissioning, planned, virtual } = await openTree();
    const writes = { ...virtual(hubMac).writes };
    expect(await problemOf(commissioning.move(planned(two).id, planned(hubMac).id))).toMatchObject({
      code: 'LOCK_BESIDE_REPEATER',
    });
    expect(
      await problemOf(Promise.try(() => commissioning.move(planned(repeater.mac).id, planned(two).id))),
    ).toMatchObject({ code: 'site.parent_wrong' });
    expect(virtual(hubMac).writes).toEqual(writes);
  });
});

describe('replacing a lock', () => {
  it('frees its place and keeps its door’s history; the next lock goes in its stead', async () => {
    const { commissioning, planned, virtual, store, siteId, sites } = await openTree();
    const { id } = planned(one);
    virtual(one).faults.set({ kind: 'silence', afterAnswers: 0 });
    virtual(one).faults.set({ kind: 'detach_hangs' });
    await commissioning.replace(id, true);
    expect(store.devices.get(id)).toMatchObject({
      ...{ mac: null, state: 'planned', serial: null, firmware: null, heldByHub: null, batteryPercent: null },
      name: one,
    });
    expect(store.audit.ofSite(siteId, 1)).toMatchObject([
      { action: 'device.replaced', detail: { mac: one } },
    ]);
    sites.updateDevice(id, { mac: lockMac(9) });
    expect(planned(lockMac(9))).toMatchObject({ id, state: 'code_captured' });
  }, 60_000);
});

describe('replacing a hub', () => {
  it('pairs the new one and takes its locks from the old one', async () => {
    const { commissioning, planned, virtual, seen, attach, store, siteId } = await openTwoHubs();
    const { id } = planned(hubMac);
    await commissioning.replaceHub(id, await seen(otherHub.mac), '11.22.33');
    expect(store.devices.get(id)).toMatchObject({
      ...{ mac: otherHub.mac, state: 'paired', networkProven: false, reach: null },
    });
    expect(planned(one)).toMatchObject({ state: 'detach_pending', heldByHub: hubMac });
    expect(store.audit.ofSite(siteId, 1)).toMatchObject([
      { action: 'hub.replaced', detail: { mac: otherHub.mac, replaced: hubMac } },
    ]);
    virtual(one).presentCard();
    await attach(one);
    expect(planned(one)).toMatchObject({ state: 'attached', heldByHub: null });
    expect(virtual(one).flashReport.membership).toEqual({ state: 'attached', iq: otherHub.mac });
    expect(virtual(otherHub.mac).flashReport.attachments).toEqual({ [one]: 'attached' });
  });

  it('changes nothing with a wrong code, the same hub, or a hub planned elsewhere', async () => {
    const { commissioning, planned, seen, sites, siteId } = await openTwoHubs();
    const before = planned(hubMac);
    const replace = async (mac: string, code: string) =>
      problemOf(commissioning.replaceHub(before.id, await seen(mac), code));
    expect(await replace(otherHub.mac, 'AA.BB.CC')).toMatchObject({ code: 'pairing.wrong_code' });
    expect(await replace(hubMac, '04.A2.FF')).toMatchObject({ code: 'work.same_hub' });
    sites.addDevice(siteId, 'iq', null, { mac: otherHub.mac, name: 'Annex' });
    expect(await replace(otherHub.mac, '11.22.33')).toMatchObject({
      code: 'work.device_elsewhere',
      params: { device: 'Annex' },
    });
    expect(planned(hubMac)).toEqual(before);
    expect(planned(one).state).toBe('attached');
  });
});

describe('resetting', () => {
  it('empties a hub; what hung on it is known to believe in it still', async () => {
    const { commissioning, planned, virtual, attach } = await openTwoHubs();
    await commissioning.reset(planned(hubMac).id);
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
    expect(planned(hubMac)).toMatchObject({ state: 'paired', networkProven: false, reach: null });
    expect(planned(one)).toMatchObject({ state: 'detach_pending', heldByHub: hubMac });
    virtual(one).presentCard();
    await attach(one);
    expect(virtual(one).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
  }, 60_000);

  it('refuses a lock that is attached, and resets one that is held by a hub that forgot it', async () => {
    const { commissioning, planned, virtual, seen } = await openTwoHubs();
    expect(await problemOf(commissioning.reset(planned(one).id))).toMatchObject({
      code: 'commission.still_attached',
    });
    await commissioning.replaceHub(planned(hubMac).id, await seen(otherHub.mac), '11.22.33');
    virtual(one).presentCard();
    await commissioning.reset(planned(one).id);
    expect(virtual(one).flashReport).toMatchObject({ armed: false, membership: { state: 'detached' } });
    expect(planned(one)).toMatchObject({ state: 'code_captured', heldByHub: null });
  }, 60_000);

  it('refuses what the laptop can never reach', async () => {
    const { commissioning, planned } = await openBench([rfLock]);
    expect(await problemOf(commissioning.reset(planned(rfLock.mac).id))).toMatchObject({
      code: 'work.no_way',
    });
  });
});
