import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../db/open.ts';
import type { Store } from '../../db/store.ts';
import {
  addSite,
  keyFileOf,
  newDevice,
  openTestStore,
  problemOf,
  someDay,
  testFolder,
} from './support/store.ts';

const pageBytes = 4096;
const dayMs = 24 * 3_600_000;
const database = (dataDir: string) => join(dataDir, 'doorstep.sqlite');

/** A closed folder with the site `backed up` in its one backup, and `newer` since. */
async function folderWithBackup(): Promise<string> {
  const dataDir = testFolder();
  for (const [day, name] of [
    [0, 'backed up'],
    [2, 'newer'],
  ] as const) {
    const { store } = await openStore({
      dataDir,
      vault: keyFileOf(dataDir),
      now: () => someDay + day * dayMs,
    });
    addSite(store, name);
    store.close();
  }
  return dataDir;
}

/** Overwrites the root page of a table, as a failing disk would. */
function damagePageOf(dataDir: string, table: string): void {
  const db = new Database(database(dataDir), { readonly: true });
  const root = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table));
  db.close();
  const bytes = readFileSync(database(dataDir));
  bytes.fill(0xa5, (root - 1) * pageBytes, root * pageBytes);
  writeFileSync(database(dataDir), bytes);
}

/** Leaves the trace of a process that was killed. */
function asIfKilled(dataDir: string): void {
  const lock = new Database(join(dataDir, 'owner.lock'));
  lock.exec('INSERT INTO owner (only_one, pid, started_at) VALUES (1, 1, 0)');
  lock.close();
}

const names = (store: Store) => store.sites.all().map(({ name }) => name);

describe('a damaged file', () => {
  test('is set aside as it was after an unclean exit, and the newest good backup takes its place', async () => {
    const dataDir = await folderWithBackup();
    damagePageOf(dataDir, 'audit');
    asIfKilled(dataDir);
    const damaged = readFileSync(database(dataDir));
    const { store, recovered } = await openTestStore(dataDir, { now: someDay + 3 * dayMs });
    const [backup = ''] = readdirSync(join(dataDir, 'backups')).sort();
    expect(recovered).toEqual({
      reason: {
        code: 'db.restored',
        params: { setAside: recovered?.setAside, backupAt: someDay + 2 * dayMs },
      },
      setAside: recovered?.setAside,
      restoredFrom: join(dataDir, 'backups', backup),
      losses: { sites: [{ name: 'newer', lost: 'all' }], more: 0, complete: true },
    });
    expect(readFileSync(join(recovered?.setAside ?? '', 'doorstep.sqlite')).equals(damaged)).toBe(true);
    expect(names(store)).toEqual(['backed up']);
    store.close();
    const { store: again, recovered: unread } = await openTestStore(dataDir, { now: someDay + 3 * dayMs });
    expect(unread).toEqual(recovered);
    expect(names(again)).toEqual(['backed up']);
    again.health.forgetRecovered();
    expect(again.health.recovered()).toBeNull();
    again.close();
    const { recovered: none } = await openTestStore(dataDir, { now: someDay + 3 * dayMs });
    expect(none).toBeNull();
  });

  test.each([
    { table: 'audit', complete: true },
    { table: 'devices', complete: false },
  ])('in $table: names what is not as it was, and says when more may be missing', async (damage) => {
    const dataDir = await folderWithBackup();
    const { store } = await openTestStore(dataDir, { now: someDay + 2 * dayMs });
    const site = store.sites.findByName('backed up');
    store.devices.insert(newDevice(site?.id ?? ''), someDay + 2 * dayMs);
    addSite(store, 'brand new');
    store.close();
    damagePageOf(dataDir, damage.table);
    asIfKilled(dataDir);
    const { recovered } = await openTestStore(dataDir, { now: someDay + 2 * dayMs });
    expect(recovered?.losses.complete).toBe(damage.complete);
    const gone = ['newer', 'brand new'].map((name) => ({ name, lost: 'all' }));
    expect(recovered?.losses.sites).toEqual([...gone, { name: 'backed up', lost: 'newest' }]);
  });

  test('whose header is gone is found after a clean exit, too', async () => {
    const dataDir = await folderWithBackup();
    const bytes = readFileSync(database(dataDir));
    bytes.fill(0, 0, 64);
    writeFileSync(database(dataDir), bytes);
    const { store, recovered } = await openTestStore(dataDir);
    expect(recovered?.reason.code).toBe('db.restored');
    expect(names(store)).toEqual(['backed up']);
  });

  test('found only by the daily copy costs no good backup', async () => {
    const dataDir = await folderWithBackup();
    const before = readdirSync(join(dataDir, 'backups'));
    damagePageOf(dataDir, 'audit');
    const { store, recovered } = await openTestStore(dataDir, { now: someDay + 9 * dayMs });
    expect(recovered?.reason.code).toBe('db.restored');
    expect(names(store)).toEqual(['backed up']);
    expect(readdirSync(join(dataDir, 'backups'))).toEqual(expect.arrayContaining(before));
  });

  test('met in the middle of the work is told, and looked into at the next start', async () => {
    const dataDir = await folderWithBackup();
    damagePageOf(dataDir, 'settings');
    const { store, recovered } = await openTestStore(dataDir, { now: someDay + 2 * dayMs });
    expect(recovered).toBeNull();
    expect(problemOf(() => store.settings.get('mode'))).toMatchObject({ code: 'db.damaged' });
    store.close();
    const { recovered: next } = await openTestStore(dataDir, { now: someDay + 2 * dayMs });
    expect(next?.reason.code).toBe('db.restored');
  });

  test('passes over a backup that is damaged as well', async () => {
    const dataDir = await folderWithBackup();
    const folder = join(dataDir, 'backups');
    const [good = ''] = readdirSync(folder);
    const bytes = readFileSync(join(folder, good));
    bytes.fill(0x5a, pageBytes, 3 * pageBytes);
    writeFileSync(join(folder, 'backup-000002-1.sqlite'), bytes);
    writeFileSync(join(folder, 'backup-000003-1.sqlite'), 'no database');
    damagePageOf(dataDir, 'audit');
    asIfKilled(dataDir);
    const { recovered } = await openTestStore(dataDir);
    expect(recovered?.restoredFrom).toBe(join(folder, good));
  });

  test('without any backup is set aside, and the data start empty', async () => {
    const dataDir = testFolder();
    writeFileSync(database(dataDir), 'garbage from end to end'.repeat(500));
    const { store, recovered } = await openTestStore(dataDir);
    expect(recovered).toMatchObject({ reason: { code: 'db.started_empty' }, restoredFrom: null });
    expect(readFileSync(join(recovered?.setAside ?? '', 'doorstep.sqlite'), 'utf8')).toContain('garbage');
    expect(names(store)).toEqual([]);
  });

  test.each(['cut off', 'gone'])('that is %s is not taken for a first start', async (how) => {
    const dataDir = await folderWithBackup();
    if (how === 'gone') rmSync(database(dataDir));
    else writeFileSync(database(dataDir), '');
    const { store, recovered } = await openTestStore(dataDir);
    expect(recovered?.reason.code).toBe('db.restored');
    expect(names(store)).toEqual(['backed up']);
  });

  test('keeps its log beside it', async () => {
    const dataDir = await folderWithBackup();
    damagePageOf(dataDir, 'audit');
    writeFileSync(`${database(dataDir)}-wal`, 'what was not written back');
    const { recovered } = await openTestStore(dataDir);
    expect(readFileSync(join(recovered?.setAside ?? '', 'doorstep.sqlite-wal'), 'utf8')).toBe(
      'what was not written back',
    );
  });
});

describe('a recovery that is itself killed', () => {
  /** Where it may have been: after the plan, after each move, with the backup half or wholly in place. */
  const moments = ['planned', 'log moved', 'moved', 'half copied', 'in place'] as const;
  test.each(moments)('%s: is taken up again', async (moment) => {
    const dataDir = await folderWithBackup();
    const [name = ''] = readdirSync(join(dataDir, 'backups'));
    const backup = { path: join(dataDir, 'backups', name), at: someDay };
    const setAside = join(dataDir, 'damaged', 'then');
    const damaged = 'the damaged file';
    const reached = moments.indexOf(moment);
    mkdirSync(setAside, { recursive: true });
    writeFileSync(join(dataDir, 'recovery.json'), JSON.stringify({ setAside, backup }));
    const place = (step: number) => (reached >= step ? setAside : dataDir);
    writeFileSync(join(place(1), 'doorstep.sqlite-wal'), 'its log');
    writeFileSync(join(place(2), 'doorstep.sqlite'), damaged);
    if (reached >= 3) writeFileSync(`${database(dataDir)}.restoring`, 'half');
    if (reached >= 4) copyFileSync(backup.path, database(dataDir));

    const { store, recovered } = await openTestStore(dataDir);
    expect(recovered).toMatchObject({ setAside, restoredFrom: backup.path });
    expect(names(store)).toEqual(['backed up']);
    expect(readFileSync(join(setAside, 'doorstep.sqlite'), 'utf8')).toBe(damaged);
    expect(readFileSync(join(setAside, 'doorstep.sqlite-wal'), 'utf8')).toBe('its log');
    expect(existsSync(join(dataDir, 'recovery.json'))).toBe(false);
  });
});
