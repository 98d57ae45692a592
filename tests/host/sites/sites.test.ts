import { describe, expect, it } from 'vitest';
import type { DeviceState } from '../../../electron/contract/index.ts';
import { createSites } from '../../../electron/host/sites/index.ts';
import { newIntent, newTestStore, nextId, problemOf, siteData, someDay } from '../../db/support/store.ts';

async function openBench() {
  const { store } = await newTestStore();
  let at = someDay;
  const now = () => {
    at += 1000;
    return at;
  };
  const sites = createSites({ store, now, newId: nextId, person: () => 'Iris' });
  const siteId = sites.create(siteData('Kade'));
  const device = (id: string) => {
    const found = store.devices.get(id);
    if (found === undefined) throw new Error('gone');
    return found;
  };
  const finish = () => store.sites.change(siteId, { state: 'installed', finishedAt: at }, at);
  const put = (id: string, state: DeviceState) => store.devices.change(id, { state }, at);
  const actions = () => store.audit.ofSite(siteId, 50).map(({ action }) => action);
  return { store, sites, siteId, device, finish, put, actions };
}

const code = (work: () => unknown) => (problemOf(work) as { code?: string } | undefined)?.code;
const unknown = '01950000-0000-7000-8000-00000000ffff';

describe('a site', () => {
  it('is created, changed and removed, each with its entry in the audit', async () => {
    const { store, sites, siteId, actions } = await openBench();
    sites.update(siteId, siteData('Kade 2', { voucher: ' pro-50-0001', country: 'nl' }));
    expect(store.sites.get(siteId)).toMatchObject({ name: 'Kade 2', voucher: 'PRO-50-0001', country: 'NL' });
    sites.remove(siteId);
    expect(store.sites.get(siteId)).toBeUndefined();
    expect(actions()).toEqual(['site.removed', 'site.updated', 'site.created']);
  });

  it('has a name of its own, whatever its case and blanks', async () => {
    const { sites, siteId } = await openBench();
    expect(code(() => sites.create(siteData(' kade ')))).toBe('site.name_taken');
    const other = sites.create(siteData('Gracht'));
    expect(code(() => sites.update(other, siteData('KADE')))).toBe('site.name_taken');
    expect(code(() => sites.update(siteId, siteData('KADE')))).toBeUndefined();
  });

  it('is refused where it is unknown or finished', async () => {
    const { sites, siteId, finish } = await openBench();
    expect(code(() => sites.update(unknown, siteData('X')))).toBe('site.not_found');
    expect(code(() => sites.remove(unknown))).toBe('site.not_found');
    const hub = sites.addDevice(siteId, 'iq', null, {});
    finish();
    expect(code(() => sites.update(siteId, siteData('Kade')))).toBe('site.finished');
    expect(code(() => sites.remove(siteId))).toBe('site.finished');
    expect(code(() => sites.addDevice(siteId, 'iq', null, {}))).toBe('site.finished');
    expect(code(() => sites.updateDevice(hub, { notes: 'x' }))).toBe('site.finished');
    expect(code(() => sites.removeDevice(hub))).toBe('site.finished');
    expect(code(() => sites.bind(hub, { kind: 'iq', mac: '04.A3.00', model: 'IQ3' }))).toBe('site.finished');
  });

  it('stays once a device of it has been given something, or work runs, or the cloud knows it', async () => {
    const { sites, siteId, put, store } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {});
    put(hub, 'paired');
    expect(code(() => sites.remove(siteId))).toBe('site.in_work');
    put(hub, 'planned');
    startWork(store, siteId, [hub]);
    expect(code(() => sites.remove(siteId))).toBe('site.in_work');
    store.work.end('work', 'failed', null, 1);
    store.outbox.enqueue([newIntent(siteId)], someDay);
    expect(code(() => sites.remove(siteId))).toBe('site.in_work');
    const other = sites.create(siteData('Known'));
    store.sites.change(other, { cloudId: 'c' }, 1);
    expect(code(() => sites.remove(other))).toBe('site.in_work');
  });
});

describe('a place in the tree', () => {
  it('is named and ordered by itself, and hangs only where it may', async () => {
    const { sites, siteId, device } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {});
    const one = sites.addDevice(siteId, 'lock', hub, {});
    const two = sites.addDevice(siteId, 'lock', hub, { name: '  ' });
    expect([hub, one, two].map((id) => [device(id).name, device(id).position])).toEqual([
      ['IQ 1', 0],
      ['Lock 1', 0],
      ['Lock 2', 1],
    ]);
    const repeater = sites.addDevice(siteId, 'repeater', hub, {});
    const below = sites.addDevice(siteId, 'repeater', repeater, {});
    const wrong = 'site.parent_wrong';
    expect(code(() => sites.addDevice(siteId, 'lock', null, {}))).toBe(wrong);
    expect(code(() => sites.addDevice(siteId, 'lock', one, {}))).toBe(wrong);
    expect(code(() => sites.addDevice(siteId, 'iq', hub, {}))).toBe(wrong);
    expect(code(() => sites.addDevice(siteId, 'lock', unknown, {}))).toBe(wrong);
    expect(code(() => sites.updateDevice(repeater, { parentId: below }))).toBe(wrong);
    expect(code(() => sites.updateDevice(repeater, { parentId: repeater }))).toBe(wrong);
    expect(code(() => sites.addDevice(siteId, 'iq', null, { model: 'cylinder' }))).toBe('site.kind_differs');
    expect(code(() => sites.updateDevice(one, { model: 'IQ3' }))).toBe('site.kind_differs');
    sites.updateDevice(one, { parentId: below });
    expect(device(one)).toMatchObject({ parentId: below, position: 0 });
  });

  it('is captured once its id or code is known, and planned again when it is forgotten', async () => {
    const { sites, siteId, device, store } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { activationCode: ' 04 a2:ff ' });
    expect(device(hub)).toMatchObject({ state: 'code_captured', hasActivationCode: true, radio: null });
    expect(store.devices.activationCode(hub)).toBe('04a2:ff');
    sites.updateDevice(hub, { activationCode: '' });
    expect(device(hub)).toMatchObject({ state: 'planned', hasActivationCode: false });
    const lock = sites.addDevice(siteId, 'lock', hub, {});
    expect(device(lock).state).toBe('planned');
    sites.updateDevice(lock, { mac: '01ffee00112233' });
    expect(device(lock)).toMatchObject({ state: 'code_captured', mac: '01FFEE00112233', radio: 'blue_net' });
    sites.updateDevice(lock, { mac: '7c-1a-01' });
    expect(device(lock)).toMatchObject({ mac: '7C.1A.01', radio: 'rf_net' });
    sites.updateDevice(lock, { mac: null });
    expect(device(lock)).toMatchObject({ state: 'planned', mac: null });
    const repeater = sites.addDevice(siteId, 'repeater', hub, { radio: 'rf_net' });
    sites.updateDevice(repeater, { mac: '4F.B2.31' });
    expect(device(repeater)).toMatchObject({ radio: 'rf_net', state: 'code_captured' });
  });

  it("takes a BLUEnet lock's code for what it is, its id and no secret", async () => {
    const { sites, siteId, device } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {});
    const lock = sites.addDevice(siteId, 'lock', hub, { activationCode: '01-FFEE-00112233' });
    expect(device(lock)).toMatchObject({
      mac: '01FFEE00112233',
      hasActivationCode: false,
      radio: 'blue_net',
    });
  });

  it('refuses what can be no activation code, without repeating it', async () => {
    const { sites, siteId } = await openBench();
    const add = (activationCode: string) => () => sites.addDevice(siteId, 'iq', null, { activationCode });
    expect(problemOf(add('--..--'))).toEqual({ code: 'pairing.code_empty', params: {} });
    expect(problemOf(add('04.Ä2.FF'))).toEqual({ code: 'pairing.code_not_ascii', params: {} });
  });

  it('keeps what it is once something was given to it, or work runs; its words may change', async () => {
    const { sites, siteId, put, device, store } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {
      mac: '04.A3.00',
      activationCode: '04.A2.FF',
      model: 'IQ3',
    });
    const lock = sites.addDevice(siteId, 'lock', hub, { mac: '01FFEE00112233' });
    for (const state of ['paired', 'configured', 'attach_pending', 'attached', 'tested', 'faulty'] as const) {
      put(hub, state);
      expect(
        code(() => sites.updateDevice(hub, { mac: '04.A3.01' })),
        state,
      ).toBe('site.in_work');
      expect(code(() => sites.updateDevice(hub, { activationCode: '04.A2.01' }))).toBe('site.in_work');
      expect(code(() => sites.updateDevice(hub, { model: 'IQ2' }))).toBe('site.in_work');
      expect(code(() => sites.bind(hub, { kind: 'iq', mac: '04.A3.01', model: 'IQ3' }))).toBe('site.in_work');
      expect(code(() => sites.removeDevice(hub))).toBe('site.in_work');
    }
    sites.updateDevice(hub, {
      mac: '04A300',
      activationCode: '04.A2.FF',
      model: 'IQ3',
      notes: 'Under the stairs',
    });
    expect(device(hub)).toMatchObject({ state: 'faulty', notes: 'Under the stairs' });
    startWork(store, siteId, [lock]);
    expect(code(() => sites.updateDevice(lock, { mac: '01FFEE00112234' }))).toBe('site.in_work');
    expect(code(() => sites.removeDevice(lock))).toBe('site.in_work');
    store.work.end('work', 'done', null, 1);
    expect(code(() => sites.removeDevice(hub))).toBe('site.in_work');
    put(hub, 'found');
    expect(problemOf(() => sites.removeDevice(hub))).toMatchObject({ code: 'site.device_has_children' });
    sites.removeDevice(lock);
    sites.removeDevice(hub);
    expect(code(() => sites.removeDevice(hub))).toBe('site.device_not_found');
    expect(code(() => sites.updateDevice(hub, {}))).toBe('site.device_not_found');
  });

  it('writes nothing where an edit says nothing new', async () => {
    const { sites, siteId, store, actions } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { name: 'Hub', notes: 'n', activationCode: '04.A2.FF' });
    const saved = store.sites.get(siteId)?.updatedAt;
    sites.updateDevice(hub, {
      name: 'Hub',
      notes: 'n',
      parentId: null,
      activationCode: '04.A2.FF',
      model: null,
    });
    expect(store.sites.get(siteId)?.updatedAt).toBe(saved);
    expect(actions()).toEqual(['device.planned', 'site.created']);
  });
});

describe('binding', () => {
  it('puts a found device of the right kind on its place', async () => {
    const { sites, siteId, device } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { model: 'IQ2' });
    const repeater = sites.addDevice(siteId, 'repeater', hub, { radio: 'rf_net' });
    const lock = sites.addDevice(siteId, 'lock', repeater, { model: 'cylinder' });
    sites.bind(hub, { kind: 'iq', mac: '04.A3.00', model: 'IQ3' });
    sites.bind(repeater, { kind: 'repeater', mac: '4F.B2.31', model: null });
    sites.bind(lock, { kind: 'lock', mac: '01FFEE00112233', model: 'a new one' });
    expect(device(hub)).toMatchObject({ state: 'found', mac: '04.A3.00', model: 'IQ3', radio: null });
    expect(device(repeater)).toMatchObject({ state: 'found', radio: 'rf_net' });
    expect(device(lock)).toMatchObject({ state: 'found', radio: 'blue_net', model: 'cylinder' });
    const differs = 'site.kind_differs';
    expect(code(() => sites.bind(hub, { kind: 'lock', mac: '01FFEE00112299', model: null }))).toBe(differs);
    expect(code(() => sites.bind(hub, { kind: 'unknown', mac: '04.A3.00', model: null }))).toBe(differs);
    expect(code(() => sites.bind(hub, { kind: 'iq', mac: null, model: null }))).toBe(differs);
    expect(code(() => sites.bind(unknown, { kind: 'iq', mac: '04.A3.00', model: null }))).toBe(
      'site.device_not_found',
    );
  });

  it.each([
    { planned: 'escutcheon_pin', found: { model: 'escutcheon' }, model: 'escutcheon_pin' },
    { planned: 'escutcheon_pin', found: { model: null }, model: 'escutcheon_pin' },
    { planned: 'escutcheon_pin', found: { model: 'wall_reader' }, model: 'wall_reader' },
    { planned: 'escutcheon_pin', found: { model: 'escutcheon', caps: ['tag'] }, model: 'escutcheon' },
    { planned: 'escutcheon', found: { model: 'escutcheon', caps: ['pin', 'tag'] }, model: 'escutcheon_pin' },
    { planned: null, found: { model: 'wall_reader' }, model: 'wall_reader' },
  ] as const)('of $found on $planned gives $model (A16)', async ({ planned, found, model }) => {
    const { sites, siteId, device } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {});
    const lock = sites.addDevice(siteId, 'lock', hub, { model: planned });
    sites.bind(lock, { kind: 'lock', mac: '01FFEE00112233', ...found });
    expect(device(lock).model).toBe(model);
  });
});

function startWork(
  store: Awaited<ReturnType<typeof openBench>>['store'],
  siteId: string,
  deviceIds: string[],
) {
  const life = { state: 'running', startedAt: 1, endedAt: null, problem: null } as const;
  store.work.start({ id: 'work', kind: 'attach', siteId, deviceIds, ...life });
}
