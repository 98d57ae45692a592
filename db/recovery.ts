import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { CodedError, type Problem } from '../electron/contract/errors.ts';
import { type Backup, listBackups, proveSound } from './backup.ts';
import { syncFile, syncFolder } from './files.ts';
import { readHeader } from './migrate.ts';
import { type Connection, connect } from './sqlite.ts';

/** What was done about a damaged file, to be told to the person. */
export interface Recovered {
  readonly reason: Problem;
  /** Folder with the damaged file as it was found. */
  readonly setAside: string;
  /** Path of the backup that took its place; null where there was none and the data starts empty. */
  readonly restoredFrom: string | null;
}

/** The database's file in a data folder. */
export const databaseFile = (dataDir: string) => join(dataDir, 'doorstep.sqlite');

const besideFiles = ['', '-wal', '-shm'];

/** Written before the first file is moved, so that a recovery that is itself interrupted is taken up again. */
const planSchema = z.object({
  setAside: z.string(),
  backup: z.object({ path: z.string(), at: z.number() }).nullable(),
});
type Plan = z.infer<typeof planSchema>;
const planFile = (dataDir: string) => join(dataDir, 'recovery.json');

/**
 * Looks at the file without changing a byte of it or of its log: a reader neither checkpoints nor deletes.
 * @throws CodedError what {@link readHeader} refuses, and failures that are not the file's own.
 */
export function examine(
  path: string,
  newestVersion: number,
  everyPage: boolean,
): 'sound' | 'empty' | 'damaged' {
  if (!existsSync(path)) return 'empty';
  let db: Connection | undefined;
  try {
    db = connect(path, { readOnly: true });
    const { empty } = readHeader(db, newestVersion);
    if (everyPage) proveSound(db);
    return empty ? 'empty' : 'sound';
  } catch (error) {
    if (error instanceof CodedError && error.code === 'db.damaged') return 'damaged';
    throw error;
  } finally {
    db?.close();
  }
}

/** Sets the damaged file aside and puts the newest good backup in its place. Nothing is deleted. */
export function recover(dataDir: string, newestVersion: number, now: number): Recovered {
  const backup = listBackups(dataDir).find(({ path }) => isGoodBackup(path, newestVersion)) ?? null;
  const plan = { setAside: freeFolder(join(dataDir, 'damaged'), now), backup };
  writeFileSync(`${planFile(dataDir)}.partial`, JSON.stringify(plan));
  syncFile(`${planFile(dataDir)}.partial`);
  renameSync(`${planFile(dataDir)}.partial`, planFile(dataDir));
  syncFolder(dataDir);
  return carryOut(dataDir, plan);
}

/** Takes up a recovery that was interrupted, if there is one. */
export function resumeRecovery(dataDir: string): Recovered | null {
  if (!existsSync(planFile(dataDir))) return null;
  return carryOut(dataDir, planSchema.parse(JSON.parse(readFileSync(planFile(dataDir), 'utf8'))));
}

/** Each step may be met half done, and is then done again or skipped. */
function carryOut(dataDir: string, { setAside, backup }: Plan): Recovered {
  mkdirSync(setAside, { recursive: true, mode: 0o700 });
  const database = databaseFile(dataDir);
  for (const suffix of besideFiles) {
    const target = join(setAside, `doorstep.sqlite${suffix}`);
    // What stands here although it was set aside already is the backup, put in place before.
    if (existsSync(database + suffix) && !existsSync(target)) renameSync(database + suffix, target);
  }
  syncFolder(setAside);
  if (backup !== null) putInPlace(backup, database);
  syncFolder(dataDir);
  rmSync(planFile(dataDir));
  syncFolder(dataDir);
  return { reason: reasonOf(setAside, backup), setAside, restoredFrom: backup?.path ?? null };
}

function putInPlace(backup: Backup, database: string): void {
  const partial = `${database}.restoring`;
  copyFileSync(backup.path, partial);
  syncFile(partial);
  renameSync(partial, database);
}

function reasonOf(setAside: string, backup: Backup | null): Problem {
  if (backup === null) return { code: 'db.started_empty', params: { setAside } };
  return { code: 'db.restored', params: { setAside, backupAt: backup.at } };
}

/** A backup that cannot be used, for whatever reason, is passed over. */
function isGoodBackup(path: string, newestVersion: number): boolean {
  try {
    return examine(path, newestVersion, true) === 'sound';
  } catch {
    return false;
  }
}

function freeFolder(parent: string, now: number): string {
  const name = new Date(now).toISOString().replaceAll(':', '-');
  for (let number = 1; ; number += 1) {
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}
