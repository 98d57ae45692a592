import { describe, expect, test } from 'vitest';
import type { StoreChange } from '../../db/store.ts';
import {
  addSite,
  newDevice,
  newIntent,
  newTestStore,
  nextId,
  problemOf,
  siteData,
  someDay,
} from './support/store.ts';

function fail(): never {
  throw new Error('meant to');
}

describe('transactions', () => {
  test('a business change and its intents stand or fall together', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const intent = newIntent(siteId);
    expect(() =>
      store.transaction(() => {
        store.sites.change(siteId, { state: 'installed' }, someDay);
        store.outbox.enqueue([intent], someDay);
        fail();
      }),
    ).toThrow('meant to');
    expect(store.sites.get(siteId)?.state).toBe('planned');
    expect(store.outbox.get(intent.id)).toBeUndefined();
  });

  test('a nested call that fails undoes its own part, and the outer one goes on', async () => {
    const { store } = await newTestStore();
    store.transaction(() => {
      addSite(store, 'outer');
      expect(() =>
        store.transaction(() => {
          addSite(store, 'inner');
          fail();
        }),
      ).toThrow();
    });
    expect(store.sites.all().map(({ name }) => name)).toEqual(['outer']);
  });

  test('listeners hear once, after the commit, and nothing of what was rolled back', async () => {
    const { store } = await newTestStore();
    const heard: StoreChange[] = [];
    const seen: number[] = [];
    const stop = store.onChange((change) => {
      heard.push(change);
      seen.push(store.sites.all().length);
    });
    expect(() =>
      store.transaction(() => {
        addSite(store);
        fail();
      }),
    ).toThrow();
    expect(heard).toEqual([]);
    const ids = store.transaction(() => {
      const made = [addSite(store, 'a'), addSite(store, 'b')];
      store.outbox.enqueue([newIntent(made[0] ?? '')], someDay);
      expect(heard).toEqual([]);
      return made;
    });
    expect(heard).toEqual([{ siteIds: new Set(ids), outbox: true, account: false }]);
    expect(seen).toEqual([2]);
    store.account.save({ me: {} }, someDay);
    expect(heard[1]).toEqual({ siteIds: new Set(), outbox: false, account: true });
    stop();
    addSite(store);
    expect(heard).toHaveLength(2);
  });

  test('devices, checks and work name their site', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const device = newDevice(siteId);
    const heard: string[][] = [];
    store.onChange(({ siteIds }) => heard.push([...siteIds]));
    store.devices.insert(device, someDay);
    store.devices.change(device.id, { rssi: -60 }, someDay);
    store.checks.insert({
      deviceId: device.id,
      check: 'heard',
      result: 'passed',
      by: 'hub',
      at: 1,
      detail: '',
    });
    store.devices.remove(device.id);
    store.sites.update(siteId, siteData('new'), someDay);
    store.sites.remove(siteId);
    expect(heard).toEqual(Array.from({ length: 6 }, () => [siteId]));
  });

  test('work that would await inside is refused, and nothing of it stays', async () => {
    const { store } = await newTestStore();
    expect(problemOf(() => store.transaction(async () => addSite(store)))).toBeInstanceOf(TypeError);
    expect(store.sites.all()).toEqual([]);
  });

  test('a broken tree is found at the commit, and nothing of it stays', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const broken = () =>
      store.transaction(() => {
        store.devices.insert(newDevice(siteId), someDay);
        store.devices.insert(newDevice(siteId, { parentId: nextId() }), someDay);
      });
    expect(problemOf(broken)).toEqual({
      code: 'db.refused',
      params: { result: 'SQLITE_CONSTRAINT_FOREIGNKEY' },
    });
    expect(store.devices.all()).toEqual([]);
    addSite(store, 'goes on');
  });
});
