import type Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { addSite, newIntent, newTestStore, openTestStore, problemOf, someDay } from './support/store.ts';

const { connections } = vi.hoisted(() => ({ connections: [] as Database.Database[] }));

/** The real thing; only the store's own connection is noted, so that a test can take its room away. */
vi.mock('better-sqlite3', async (load) => {
  const { default: Real } = await load<{ default: typeof Database }>();
  class Noted extends Real {
    constructor(...given: ConstructorParameters<typeof Real>) {
      super(...given);
      connections.push(this);
    }
  }
  return { default: Noted };
});

describe('a disk that fills up', () => {
  test('refuses with its code, keeps what was saved, and goes on when there is room', async () => {
    const { store, dataDir } = await newTestStore();
    const limit = (pages: number) => connections.at(-1)?.pragma(`max_page_count = ${pages}`);
    limit(80);
    const saved: string[] = [];
    const fill = () => {
      for (let count = 0; count < 10_000; count += 1) {
        const intent = newIntent(addSite(store, `site ${count}`));
        store.outbox.enqueue([{ ...intent, payload: 'x'.repeat(2_000) }], someDay);
        saved.push(intent.id);
      }
    };
    expect(problemOf(fill)).toEqual({ code: 'db.disk_full', params: { result: 'SQLITE_FULL' } });
    expect(saved.length).toBeGreaterThan(0);
    expect(store.health.ailment()).toMatchObject({ code: 'db.disk_full' });
    expect(store.sites.all().length).toBeGreaterThan(0);
    expect(store.health.ailment()).not.toBeNull();
    // Nothing of a transaction that did not fit stays.
    const before = store.sites.all().length;
    const big = () =>
      store.transaction(() => {
        const siteId = addSite(store, 'all or nothing');
        for (let count = 0; count < 100; count += 1) {
          store.outbox.enqueue([{ ...newIntent(siteId), payload: 'x'.repeat(2_000) }], someDay);
        }
      });
    expect(problemOf(big)).toMatchObject({ code: 'db.disk_full' });
    expect(store.sites.findByName('all or nothing')).toBeUndefined();
    expect(store.sites.all()).toHaveLength(before);
    for (const id of saved) expect(store.outbox.get(id)?.payload).toHaveLength(2_000);
    let told = 0;
    store.health.onChange(() => {
      told += 1;
    });
    limit(1_000_000);
    big();
    expect(store.health.ailment()).toBeNull();
    expect(told).toBe(1);
    store.close();
    const { store: again } = await openTestStore(dataDir);
    expect(again.sites.findByName('all or nothing')).toBeDefined();
    expect(again.outbox.counts().unsent).toBe(saved.length + 100);
  });
});
