import { describe, expect, test } from 'vitest';
import type { DeviceChange } from '../../db/store.ts';
import { addSite, newDevice, newTestStore, nextId, problemOf, someDay } from './support/store.ts';

describe('devices', () => {
  test('a device comes back as planned, and with what the work adds', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const { activationCode: _, ...planned } = newDevice(siteId, { mac: '04.A2.FF', notes: 'left' });
    store.devices.insert({ ...planned, activationCode: '04.a3:00' }, someDay);
    const empty = {
      ...planned,
      hasActivationCode: true,
      state: 'planned',
      serial: null,
      firmware: null,
      rssi: null,
      batteryPercent: null,
      heardAt: null,
      networkProven: false,
      batteryAt: null,
      reach: null,
      clockSetAt: null,
      heldByHub: null,
      heldByParent: null,
      clockOffsetMs: null,
      cloudId: null,
      subscription: null,
    };
    expect(store.devices.get(planned.id)).toEqual(empty);
    const change = {
      state: 'paired',
      serial: 'S-1',
      firmware: '1.2.3',
      rssi: -61,
      batteryPercent: 90,
      heardAt: someDay,
      networkProven: true,
      batteryAt: someDay + 1,
      reach: {
        at: '2026-03-02T09:00:00.000Z',
        link: 'wifi',
        ip: '192.0.2.40',
        gateway: true,
        dns: true,
        targets: [{ host: 'a.example', port: 40_001, ok: false, ms: 0 }],
        update: true,
        time: false,
        kept: true,
      },
      clockSetAt: someDay,
      clockOffsetMs: -1500,
      cloudId: 'c',
      subscription: 'suspended',
    } satisfies DeviceChange;
    store.devices.change(planned.id, change, someDay + 5);
    expect(store.devices.get(planned.id)).toEqual({ ...empty, ...change });
    expect(store.devices.all()).toEqual([{ ...empty, ...change }]);
    expect(store.sites.get(siteId)?.updatedAt).toBe(someDay + 5);
  });

  test('a site lists parents before children, siblings by position', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const add = (name: string, parentId: string | null, position: number, id = nextId()) => {
      store.devices.insert(newDevice(siteId, { id, name, parentId, position }), someDay);
      return id;
    };
    store.transaction(() => {
      const second = nextId();
      const repeater = nextId();
      // Children first: what counts is the tree, not the order of writing.
      add('2.1.1', repeater, 0);
      add('2.1', second, 0, repeater);
      add('2.2', second, 1);
      add('2', null, 1, second);
      add('1', null, 0);
    });
    expect(store.devices.ofSite(siteId).map(({ name }) => name)).toEqual(['1', '2', '2.1', '2.1.1', '2.2']);
  });

  test('a parent that is not there is refused, and so is removing one with children', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const refused = { code: 'db.refused' };
    expect(
      problemOf(() => store.devices.insert(newDevice(siteId, { parentId: nextId() }), someDay)),
    ).toMatchObject(refused);
    const hub = newDevice(siteId);
    store.devices.insert(hub, someDay);
    store.devices.insert(newDevice(siteId, { parentId: hub.id }), someDay);
    expect(problemOf(() => store.devices.remove(hub.id))).toMatchObject(refused);
    expect(store.devices.ofSite(siteId)).toHaveLength(2);
  });

  test('codes are found by what A23 lets count, and MACs as they are', async () => {
    const { store } = await newTestStore();
    const [one, other] = [addSite(store, 'one'), addSite(store, 'other')];
    const first = newDevice(one, { activationCode: '04.a2:ff', mac: '04.A3.00' });
    const second = newDevice(other, { activationCode: '04A2FF', mac: '04.A3.00' });
    const third = newDevice(other, { activationCode: '04A2FE' });
    for (const device of [first, second, third]) store.devices.insert(device, someDay);
    const idsOf = (devices: { id: string }[]) => devices.map(({ id }) => id);
    expect(idsOf(store.devices.findByActivationCode('04-A2-FF'))).toEqual([first.id, second.id]);
    expect(store.devices.findByActivationCode('--')).toEqual([]);
    expect(idsOf(store.devices.findByMac('04.A3.00'))).toEqual([first.id, second.id]);
    expect(store.devices.activationCode(first.id)).toBe('04.a2:ff');
  });

  test('a code is kept when absent, forgotten when null, replaced when given', async () => {
    const { store } = await newTestStore();
    const device = newDevice(addSite(store), { activationCode: '04A2FF' });
    store.devices.insert(device, someDay);
    store.devices.change(device.id, { name: 'other' }, someDay);
    expect(store.devices.activationCode(device.id)).toBe('04A2FF');
    store.devices.change(device.id, { activationCode: '112233' }, someDay);
    expect(store.devices.activationCode(device.id)).toBe('112233');
    expect(store.devices.findByActivationCode('04A2FF')).toEqual([]);
    store.devices.change(device.id, { activationCode: null }, someDay);
    expect(store.devices.activationCode(device.id)).toBeNull();
    expect(store.devices.get(device.id)?.hasActivationCode).toBe(false);
    expect(store.devices.findByActivationCode('112233')).toEqual([]);
  });

  test('what is not there is told', async () => {
    const { store } = await newTestStore();
    const gone = { code: 'site.device_not_found', params: {} };
    expect(problemOf(() => store.devices.change(nextId(), { name: 'x' }, someDay))).toEqual(gone);
    expect(problemOf(() => store.devices.remove(nextId()))).toEqual(gone);
    expect(store.devices.activationCode(nextId())).toBeNull();
  });

  test('checks keep their history, and the newest written counts, whatever the clock said', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const [door, other] = [newDevice(siteId, { kind: 'lock' }), newDevice(siteId, { kind: 'lock' })];
    for (const device of [door, other]) store.devices.insert(device, someDay);
    const check = (deviceId: string, name: 'motor' | 'latch', result: 'passed' | 'failed', at: number) => {
      const record = { deviceId, check: name, result, by: 'Bo', at, detail: '' };
      store.checks.insert(record);
      return record;
    };
    check(door.id, 'motor', 'failed', someDay + 100);
    const latch = check(door.id, 'latch', 'passed', someDay);
    const motor = check(door.id, 'motor', 'passed', someDay + 50);
    const elsewhere = check(other.id, 'motor', 'failed', someDay);
    expect(store.checks.ofDevice(door.id)).toEqual([latch, motor]);
    expect(store.checks.ofSite(siteId)).toEqual([latch, motor, elsewhere]);
    store.sites.remove(siteId);
    expect(store.checks.ofSite(siteId)).toEqual([]);
    expect(store.devices.all()).toEqual([]);
  });
});
