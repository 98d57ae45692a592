import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../db/open.ts';
import type { Store } from '../../db/store.ts';
import { addSite, someDay, testFolder } from '../db/support/store.ts';
import { doorstepJson } from './doorstep.ts';

/** The data as the command line opens them. */
async function openData(dataDir: string): Promise<Store> {
  const vault = { kind: 'key_file', path: join(dataDir, 'vault.key') } as const;
  return (await openStore({ dataDir, vault, now: () => someDay })).store;
}

const names = (store: Store) => store.sites.all().map(({ name }) => name);

test('a backup is made beside the running app, and restored when it has closed', async () => {
  const dataDir = testFolder();
  const saved = join(testFolder(), 'saved.sqlite');
  const run = (...args: string[]) => doorstepJson(['--data', dataDir, '--json', ...args]);
  const store = await openData(dataDir);
  addSite(store, 'before');
  expect(await run('backup', saved)).toEqual({ code: 0, json: { path: saved } });
  expect(await run('backup', saved)).toMatchObject({
    code: 1,
    json: { problem: { code: 'db.file_exists' } },
  });
  addSite(store, 'after');
  expect(await run('restore', saved)).toMatchObject({
    code: 1,
    json: { problem: { code: 'app.already_running' } },
  });
  expect(names(store)).toEqual(['before', 'after']);
  store.close();

  const { code, json } = await run('restore', saved);
  expect(code).toBe(0);
  expect(json).toMatchObject({ sites: [{ name: 'after', lost: 'all' }], more: 0, complete: true });
  expect(existsSync(join(String(json.setAside), 'doorstep.sqlite'))).toBe(true);
  const restored = await openData(dataDir);
  expect(names(restored)).toEqual(['before']);
  // The person chose it: there is nothing to be told.
  expect(restored.health.recovered()).toBeNull();
  restored.close();
}, 60_000);

test('what is no backup of these data is refused, and nothing is changed', async () => {
  const [dataDir, other] = [testFolder(), testFolder()];
  for (const folder of [dataDir, other]) {
    const store = await openData(folder);
    addSite(store, folder);
    store.close();
  }
  const garbage = join(testFolder(), 'garbage');
  writeFileSync(garbage, 'no database'.repeat(100));
  const refused = [
    [garbage, 'damaged'],
    [join(dataDir, 'nowhere'), 'missing'],
    [join(other, 'doorstep.sqlite'), 'other_key'],
  ] as const;
  for (const [path, reason] of refused) {
    const { code, json } = await doorstepJson(['--data', dataDir, '--json', 'restore', path]);
    expect(code).toBe(1);
    expect(json).toMatchObject({ problem: { code: 'db.backup_unusable', params: { path, reason } } });
  }
  const store = await openData(dataDir);
  expect(names(store)).toEqual([dataDir]);
  store.close();
}, 60_000);
