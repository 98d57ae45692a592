import { describe, expect, test } from 'vitest';
import type { WorkRecord } from '../../db/types.ts';
import { addSite, newTestStore, nextId, openTestStore, problemOf, someDay } from './support/store.ts';

const workOf = (siteId: string): WorkRecord => ({
  id: nextId(),
  kind: 'attach',
  siteId,
  deviceIds: [nextId(), nextId()],
  state: 'running',
  startedAt: someDay,
  endedAt: null,
  problem: null,
});

describe('work', () => {
  test('what was running when the process died is found with its steps and facts', async () => {
    const { store, dataDir } = await newTestStore();
    const siteId = addSite(store);
    const [died, ended] = [workOf(siteId), workOf(siteId)];
    store.work.start(died);
    store.work.start(ended);
    store.work.step(died.id, 'join', 'started', someDay + 2, '');
    store.work.step(died.id, 'join', 'done', someDay + 1, '04.A3.00');
    store.work.remember(died.id, 'port', 'one');
    store.work.remember(died.id, 'port', 'two');
    store.work.end(ended.id, 'failed', { code: 'device.timeout', params: { step: 'join' } }, someDay + 3);
    store.close();
    const { store: again } = await openTestStore(dataDir);
    expect(again.work.unfinished()).toEqual([died]);
    expect(again.work.stepsOf(died.id)).toEqual([
      { step: 'join', event: 'started', at: someDay + 2, detail: '' },
      { step: 'join', event: 'done', at: someDay + 1, detail: '04.A3.00' },
    ]);
    expect(again.work.recall(died.id, 'port')).toBe('two');
    expect(again.work.recall(ended.id, 'port')).toBeUndefined();
  });

  test('a fact has a bound', async () => {
    const { store } = await newTestStore();
    const work = workOf(addSite(store));
    store.work.start(work);
    expect(problemOf(() => store.work.remember(work.id, 'long', 'x'.repeat(513)))).toMatchObject({
      code: 'db.refused',
    });
  });
});

describe('account', () => {
  test('saves what is named and keeps the rest', async () => {
    const { store, dataDir } = await newTestStore();
    expect(store.account.get()).toBeUndefined();
    store.account.save({ tokens: { refresh: 'r', access: 'a', endsAt: 5 } }, someDay);
    store.account.save({ me: { installer: { email: 'i@example.org' } } }, someDay + 1);
    store.account.save({ clockOffsetMs: -1234.5 }, someDay + 2);
    store.close();
    const { store: again } = await openTestStore(dataDir);
    expect(again.account.get()).toEqual({
      me: { installer: { email: 'i@example.org' } },
      tokens: { refresh: 'r', access: 'a', endsAt: 5 },
      clockOffsetMs: -1234.5,
      updatedAt: someDay + 2,
    });
    again.account.save({ tokens: null }, someDay + 3);
    expect(again.account.get()?.tokens).toBeNull();
    again.account.clear();
    expect(again.account.get()).toBeUndefined();
  });
});

describe('audit', () => {
  test('tells the newest first, and outlives the site', async () => {
    const { store } = await newTestStore();
    const siteId = addSite(store);
    const entries = ['created', 'updated', 'removed'].map((action, index) => ({
      id: nextId(),
      at: someDay - index,
      person: 'Bo',
      siteId,
      action: `site.${action}`,
      detail: { count: index, first: index === 0, name: 'x' },
    }));
    for (const entry of entries) store.audit.add(entry);
    store.audit.add({ id: nextId(), at: someDay, person: 'app', siteId: null, action: 'start', detail: {} });
    store.sites.remove(siteId);
    expect(store.audit.ofSite(siteId, 2)).toEqual([entries[2], entries[1]]);
  });
});

describe('settings', () => {
  test('keeps JSON values', async () => {
    const { store } = await newTestStore();
    expect(store.settings.get('mode')).toBeUndefined();
    store.settings.set('mode', 'practice');
    store.settings.set('mode', { ports: ['a', 'b'] });
    store.settings.set('none', undefined);
    expect(store.settings.get('mode')).toEqual({ ports: ['a', 'b'] });
    expect(store.settings.get('none')).toBeNull();
  });
});
