import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { CodedError, type Problem } from '../electron/contract/errors.ts';
import { problemSchema } from '../electron/contract/model.ts';
import { type Backup, listBackups, proveSound } from './backup.ts';
import { syncFile, syncFolder } from './files.ts';
import { type Losses, lossesOf } from './losses.ts';
import { readHeader } from './migrate.ts';
import { type Connection, connect } from './sqlite.ts';

/** What was done about a damaged file, to be told to the person. */
export interface Recovered {
  readonly reason: Problem;
  /** Folder with the damaged file as it was found. */
  readonly setAside: string;
  /** Path of the backup that took its place; null where there was none and the data starts empty. */
  readonly restoredFrom: string | null;
  /** The sites of the damaged file that are not here, or not as they were. */
  readonly losses: Losses;
}

/** The database's file in a data folder. */
export const databaseFile = (dataDir: string) => join(dataDir, 'doorstep.sqlite');

const besideFiles = ['', '-wal', '-shm'];

/** Written before the first file is moved, so that a recovery that is itself interrupted is taken up again. */
const planSchema = z.object({
  setAside: z.string(),
  backup: z.object({ path: z.string(), at: z.number() }).nullable(),
  /** The person put this backup in place: nothing was damaged, and nothing is to be told at the next start. */
  chosen: z.boolean().default(false),
});
type Plan = z.infer<typeof planSchema>;
const planFile = (dataDir: string) => join(dataDir, 'recovery.json');

/** Kept until the person has read it, through any number of starts. */
const noticeSchema = z.object({
  reason: problemSchema,
  setAside: z.string(),
  restoredFrom: z.string().nullable(),
  losses: z.object({
    sites: z.array(z.object({ name: z.string(), lost: z.enum(['all', 'newest']) })),
    more: z.number(),
    complete: z.boolean(),
  }),
});
const noticeFile = (dataDir: string) => join(dataDir, 'recovered.json');

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
export function recover(dataDir: string, newestVersion: number, now: number): void {
  const backup = listBackups(dataDir).find(({ path }) => isGoodBackup(path, newestVersion)) ?? null;
  const plan = { setAside: freeFolder(join(dataDir, 'damaged'), now), backup, chosen: false };
  writeWhole(planFile(dataDir), plan);
  carryOut(dataDir, plan);
}

function writeWhole(path: string, content: object): void {
  writeFileSync(`${path}.partial`, JSON.stringify(content), { mode: 0o600 });
  syncFile(`${path}.partial`);
  renameSync(`${path}.partial`, path);
  syncFolder(dirname(path));
}

/** What the person has not read yet of the last recovery. A notice that is itself damaged keeps nobody from starting. */
export function unreadRecovery(dataDir: string): Recovered | null {
  if (!existsSync(noticeFile(dataDir))) return null;
  try {
    return noticeSchema.parse(JSON.parse(readFileSync(noticeFile(dataDir), 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** The person has read it. */
export function forgetRecovery(dataDir: string): void {
  rmSync(noticeFile(dataDir), { force: true });
}

/** Takes up a recovery that was interrupted, if there is one. */
export function resumeRecovery(dataDir: string): void {
  if (!existsSync(planFile(dataDir))) return;
  carryOut(dataDir, planSchema.parse(JSON.parse(readFileSync(planFile(dataDir), 'utf8'))));
}

/** Each step may be met half done, and is then done again or skipped. */
function carryOut(dataDir: string, { setAside, backup, chosen }: Plan): void {
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
  if (!chosen) {
    const restoredFrom = backup?.path ?? null;
    const losses = lossesOf(join(setAside, 'doorstep.sqlite'), backup === null ? null : database);
    const told: Recovered = { reason: reasonOf(setAside, backup), setAside, restoredFrom, losses };
    writeWhole(noticeFile(dataDir), told);
  }
  rmSync(planFile(dataDir));
  syncFolder(dataDir);
}

/** What a chosen backup took the place of. */
export interface Replaced {
  /** Folder with the data as they were; null where there were none. */
  readonly setAside: string | null;
  /** The sites of those data that are not in the backup, or not as new. */
  readonly losses: Losses;
}

/**
 * Puts a backup that the person chose in place of the data; these are set aside in `replaced/`, never deleted.
 * The caller holds the folder's lock.
 * @throws CodedError `db.backup_unusable`, `db.from_newer_app`, and those of the disk. Nothing was changed then.
 */
export function putBackup(dataDir: string, backup: string, newestVersion: number, now: number): Replaced {
  resumeRecovery(dataDir);
  refuseUnusable(backup, databaseFile(dataDir), newestVersion);
  const had = existsSync(databaseFile(dataDir));
  const plan = {
    setAside: freeFolder(join(dataDir, 'replaced'), now),
    backup: { path: backup, at: now },
    chosen: true,
  };
  writeWhole(planFile(dataDir), plan);
  carryOut(dataDir, plan);
  if (!had) return { setAside: null, losses: { sites: [], more: 0, complete: true } };
  const losses = lossesOf(join(plan.setAside, 'doorstep.sqlite'), databaseFile(dataDir));
  return { setAside: plan.setAside, losses };
}

function refuseUnusable(path: string, database: string, newestVersion: number): void {
  const refuse = (reason: string) => new CodedError('db.backup_unusable', { path, reason });
  if (!existsSync(path)) throw refuse('missing');
  const found = examine(path, newestVersion, true);
  if (found !== 'sound') throw refuse(found);
  const key = keyCheckOf(database);
  if (key !== undefined && !keyCheckOf(path)?.equals(key)) throw refuse('other_key');
}

/** What tells one data key from another; undefined where the file cannot be read for it. */
function keyCheckOf(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  let db: Connection | undefined;
  try {
    db = connect(path, { readOnly: true });
    return db.prepare<[], Buffer>('SELECT key_check FROM vault').pluck().get();
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
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
