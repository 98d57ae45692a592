import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodedError } from '../electron/contract/errors.ts';
import { syncFile, syncFolder } from './files.ts';
import { readHeader } from './migrate.ts';
import { type Connection, connect, withCodes } from './sqlite.ts';

/** A copy of the whole database in one file. */
export interface Backup {
  readonly path: string;
  /** When it was made. */
  readonly at: number;
}

/** The newest are kept. */
const backupsKept = 5;
const backupAgeMs = 24 * 60 * 60 * 1000;
/** Pages between two looks at the event loop. */
const pagesPerStep = 2_000;

/** `backup-000012-1767225600000.sqlite`: by number, since a laptop's clock may jump. */
const fileForm = /^backup-(\d{6,})-(\d+)\.sqlite$/;

/** The backups of a data folder, newest first. */
export function listBackups(dataDir: string): Backup[] {
  return numbered(dataDir).map(({ path, at }) => ({ path, at }));
}

/** Whether the newest backup is older than a day, or from a time that has not come yet. */
export function backupIsDue(dataDir: string, now: number): boolean {
  const newest = listBackups(dataDir)[0];
  return newest === undefined || Math.abs(now - newest.at) > backupAgeMs;
}

/**
 * Copies the open database, looks at the copy, and keeps it as the newest of five.
 * @throws CodedError `db.damaged` where the copy is not sound: then none of the older ones is given up for it.
 */
export async function makeBackup(db: Connection, dataDir: string, now: number): Promise<Backup> {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const partial = join(folder, 'backup.partial');
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(partial + suffix, { force: true });
  await db.backup(partial, { progress: () => pagesPerStep });
  const existing = numbered(dataDir);
  const number = String((existing[0]?.number ?? 0) + 1).padStart(6, '0');
  const backup = { path: join(folder, `backup-${number}-${now}.sqlite`), at: now };
  finish(partial);
  renameSync(partial, backup.path);
  syncFolder(folder);
  for (const old of existing.slice(backupsKept - 1)) rmSync(old.path);
  return backup;
}

/**
 * Copies the data of a folder to a new file, beside a running app as well. Sealed values stay sealed: the copy opens
 * with the keys that the data open with.
 * @throws CodedError `db.not_there`, `db.file_exists`, `db.cannot_open`, `db.damaged`, and those of the disk.
 */
export async function copyData(database: string, target: string, newestVersion: number): Promise<void> {
  if (!existsSync(database)) throw new CodedError('db.not_there', { path: dirname(database) });
  if (existsSync(target)) throw new CodedError('db.file_exists', { path: target });
  if (!existsSync(dirname(target))) throw new CodedError('db.cannot_open', { path: dirname(target) });
  const partial = `${target}.partial`;
  const db = connect(database, { readOnly: true });
  try {
    readHeader(db, newestVersion);
    await db.backup(partial, { progress: () => pagesPerStep });
  } finally {
    db.close();
  }
  finish(partial);
  renameSync(partial, target);
  syncFolder(dirname(target));
}

/** Makes the copy one file that can be read without others beside it, proves it, and makes it last. */
function finish(path: string): void {
  const db = connect(path, { readOnly: false });
  try {
    proveSound(db);
    withCodes(() => db.pragma('journal_mode = DELETE'));
  } finally {
    db.close();
  }
  syncFile(path);
}

/**
 * SQLite's own look at every page.
 * @throws CodedError `db.damaged`.
 */
export function proveSound(db: Connection): void {
  withCodes(() => {
    const answer = db.pragma('quick_check(1)', { simple: true });
    if (answer !== 'ok') throw new CodedError('db.damaged');
  });
}

function numbered(dataDir: string): (Backup & { number: number })[] {
  const folder = folderOf(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => fileForm.exec(name))
    .filter((match) => match !== null)
    .map(([name, number, at]) => ({ path: join(folder, name), number: Number(number), at: Number(at) }))
    .sort((one, other) => other.number - one.number);
}

const folderOf = (dataDir: string) => join(dataDir, 'backups');
