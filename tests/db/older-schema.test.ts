import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { migrations } from '../../db/migrations/index.ts';
import { addSite, newTestStore, openTestStore, someDay } from './support/store.ts';

/** The same migrations as today's, and one more where a test says so: the app of tomorrow. */
const { tomorrow } = vi.hoisted(() => ({ tomorrow: [] as unknown[] }));
vi.mock('../../db/migrations/index.ts', async (load) => {
  const { migrations } = await load<{ migrations: unknown[] }>();
  return {
    get migrations() {
      return [...migrations, ...tomorrow];
    },
  };
});

test('data of an older app are backed up, then brought to the new form; a reader waits for that', async () => {
  const { store, dataDir } = await newTestStore();
  addSite(store, 'kept');
  store.close();

  const { version: today = 0 } = migrations.at(-1) ?? {};
  tomorrow.push({
    version: today + 10,
    rebuildsTables: false,
    sql: 'ALTER TABLE sites ADD COLUMN later TEXT;',
  });
  vi.resetModules();
  const { openStore } = await import('../../db/open.ts');
  const vault = { kind: 'key_file', path: join(dataDir, 'key') } as const;
  const options = { dataDir, vault, now: () => someDay };
  await expect(openStore({ ...options, readOnly: true })).rejects.toMatchObject({ code: 'db.older_schema' });
  const { store: newer, recovered } = await openStore(options);
  expect(recovered).toBeNull();
  expect(newer.sites.all().map(({ name }) => name)).toEqual(['kept']);
  newer.close();

  const [name = ''] = readdirSync(join(dataDir, 'backups'));
  const backup = new Database(join(dataDir, 'backups', name), { readonly: true });
  expect(backup.pragma('user_version', { simple: true })).toBe(today);
  expect(backup.prepare('SELECT name FROM sites').pluck().all()).toEqual(['kept']);
  backup.close();
  // The app of today, which this file has loaded before, refuses it.
  await expect(openTestStore(dataDir)).rejects.toMatchObject({
    code: 'db.from_newer_app',
    params: { found: today + 10, known: today },
  });
});
