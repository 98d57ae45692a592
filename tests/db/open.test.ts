import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../db/migrations/index.ts';
import { openStore } from '../../db/open.ts';
import { codeOf } from '../../db/sqlite.ts';
import {
  addSite,
  keyFileOf,
  newTestStore,
  openTestStore,
  problemOf,
  siteData,
  someDay,
  testFolder,
} from './support/store.ts';

const dayMs = 24 * 3_600_000;
const database = (dataDir: string) => join(dataDir, 'doorstep.sqlite');

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'opened',
    (error: { problem?: unknown }) => error.problem ?? error,
  );
}

/** Changes a closed database from outside. */
function edit(dataDir: string, sql: string): void {
  const db = new Database(database(dataDir));
  db.exec(sql);
  db.close();
}

describe('one writer', () => {
  test('a second one is refused with the process id of the first, a reader is not', async () => {
    const { store, dataDir } = await newTestStore();
    const id = addSite(store, 'before');
    expect(await refusal(openTestStore(dataDir))).toEqual({
      code: 'app.already_running',
      params: { pid: process.pid },
    });
    const { store: reader } = await openTestStore(dataDir, { readOnly: true });
    expect(reader.sites.get(id)?.name).toBe('before');
    store.sites.update(id, siteData('after'), someDay);
    expect(reader.sites.get(id)?.name).toBe('after');
    expect(problemOf(() => reader.sites.remove(id))).toMatchObject({ code: 'db.read_only' });
    reader.close();
    addSite(store, 'goes on');
  });

  test('another process is refused, and takes over when the owner is killed', async () => {
    const dataDir = testFolder();
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'support/owner.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    expect(await refusal(openTestStore(dataDir))).toEqual({
      code: 'app.already_running',
      params: { pid: owner.pid },
    });
    const ended = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await ended;
    const { store, recovered } = await openTestStore(dataDir);
    expect(recovered).toBeNull();
    // What the killed owner had committed is here.
    expect(store.sites.all().map(({ name }) => name)).toEqual(['of the owner']);
  });

  test('a process id that is in use again stops nobody', async () => {
    const { store, dataDir } = await newTestStore();
    store.close();
    const lock = new Database(join(dataDir, 'owner.lock'));
    // Process 1 is always alive, and it is not the owner.
    lock.exec('INSERT INTO owner (only_one, pid, started_at) VALUES (1, 1, 0)');
    lock.close();
    const { store: again } = await openTestStore(dataDir);
    addSite(again);
  });

  test('closing twice is no fault', async () => {
    const { store } = await newTestStore();
    store.close();
    store.close();
  });
});

describe('what is not ours to touch', () => {
  test('data of a newer app are refused by writer and reader and stay byte for byte', async () => {
    const { store, dataDir } = await newTestStore();
    store.close();
    edit(dataDir, 'PRAGMA user_version = 99990');
    const before = readFileSync(database(dataDir));
    const newer = { code: 'db.from_newer_app', params: { found: 99990, known: migrations.at(-1)?.version } };
    expect(await refusal(openTestStore(dataDir))).toEqual(newer);
    expect(await refusal(openTestStore(dataDir, { readOnly: true }))).toEqual(newer);
    expect(readFileSync(database(dataDir)).equals(before)).toBe(true);
    expect(existsSync(join(dataDir, 'damaged'))).toBe(false);
  });

  test('a database of another program is refused and stays', async () => {
    const dataDir = testFolder();
    edit(dataDir, 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    const before = readFileSync(database(dataDir));
    expect(await refusal(openTestStore(dataDir))).toMatchObject({ code: 'db.foreign_file' });
    expect(readFileSync(database(dataDir)).equals(before)).toBe(true);
  });

  test('a reader makes nothing', async () => {
    const dataDir = testFolder();
    expect(await refusal(openTestStore(dataDir, { readOnly: true }))).toMatchObject({ code: 'db.not_there' });
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe('a disk that does not play along', () => {
  test('each result code of SQLite has its code', () => {
    expect(
      [
        'FULL',
        'READONLY_DBMOVED',
        'CORRUPT_INDEX',
        'NOTADB',
        'BUSY_SNAPSHOT',
        'IOERR_FSYNC',
        'CANTOPEN',
        'PERM',
      ].map((code) => codeOf(`SQLITE_${code}`)),
    ).toEqual([
      'db.disk_full',
      'db.read_only',
      'db.damaged',
      'db.damaged',
      'db.busy',
      'db.disk_error',
      'db.cannot_open',
      'db.read_only',
    ]);
  });

  test('a folder that may only be read is told', () => {
    const dataDir = testFolder();
    chmodSync(dataDir, 0o555);
    const script = join(import.meta.dirname, 'support/try-open.ts');
    const printed = execFileSync(process.execPath, [script, dataDir, join(dataDir, 'key')]);
    expect(JSON.parse(printed.toString())).toEqual({ code: 'db.read_only', params: { path: dataDir } });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('a file in place of the folder is told', async () => {
    const dataDir = join(testFolder(), 'file');
    writeFileSync(dataDir, '');
    const vault = keyFileOf(testFolder());
    expect(await refusal(openStore({ dataDir, vault, now: () => someDay }))).toMatchObject({
      code: 'app.data_folder',
    });
  });

  test('settings of the connection hold', async () => {
    const { store, dataDir } = await newTestStore();
    addSite(store);
    store.close();
    const db = new Database(database(dataDir), { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('application_id', { simple: true })).toBe(0x446f6f72);
    db.close();
  });
});

describe('backups', () => {
  const backupsOf = (dataDir: string) => readdirSync(join(dataDir, 'backups')).sort();
  const openAndClose = async (dataDir: string, now: number) => {
    const { store } = await openStore({ dataDir, vault: keyFileOf(dataDir), now: () => now });
    store.close();
  };

  test('one a day, the newest five, each whole by itself', async () => {
    const { store, dataDir } = await newTestStore();
    addSite(store, 'kept');
    store.close();
    // Just over a day later each time.
    const day = (number: number) => someDay + number * (dayMs + 1);
    await openAndClose(dataDir, day(1));
    await openAndClose(dataDir, day(1) + dayMs);
    expect(backupsOf(dataDir)).toEqual([`backup-000001-${day(1)}.sqlite`]);
    for (let number = 2; number <= 7; number += 1) await openAndClose(dataDir, day(number));
    const newestFive = [3, 4, 5, 6, 7].map((number) => `backup-00000${number}-${day(number)}.sqlite`);
    expect(backupsOf(dataDir)).toEqual(newestFive);
    const copy = new Database(join(dataDir, 'backups', backupsOf(dataDir)[4] ?? ''), { readonly: true });
    expect(copy.prepare('SELECT name FROM sites').pluck().all()).toEqual(['kept']);
    copy.close();
    expect(backupsOf(dataDir)).toHaveLength(5);
  });

  test('a clock that ran ahead neither stops them nor lets the wrong ones go', async () => {
    const { store, dataDir } = await newTestStore();
    store.close();
    await openAndClose(dataDir, someDay + 400 * dayMs);
    await openAndClose(dataDir, someDay);
    expect(backupsOf(dataDir)).toEqual([
      `backup-000001-${someDay + 400 * dayMs}.sqlite`,
      `backup-000002-${someDay}.sqlite`,
    ]);
  });
});
