import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { CodedError } from '../electron/contract/errors.ts';
import { createAccount } from './account.ts';
import { createAudit } from './audit.ts';
import { backupIsDue, copyData, listBackups, makeBackup } from './backup.ts';
import { createChecks } from './checks.ts';
import { createDevices } from './devices.ts';
import { withFileCodes } from './files.ts';
import { createHealth } from './health.ts';
import { type OwnerLock, takeLock } from './lock.ts';
import { migrate, newestOf, pendingOf, readHeader } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { createOutbox } from './outbox.ts';
import {
  databaseFile,
  examine,
  forgetRecovery,
  putBackup,
  type Recovered,
  type Replaced,
  recover,
  resumeRecovery,
  unreadRecovery,
} from './recovery.ts';
import { createSettings } from './settings.ts';
import { createSites } from './sites.ts';
import { type Connection, codedSqlite, connect, withCodesIn } from './sqlite.ts';
import type { Store } from './store.ts';
import { openVault, type Vault, type VaultKeySource } from './vault.ts';
import { createWifi } from './wifi.ts';
import { createWork } from './work.ts';
import { createWriter } from './writer.ts';

export type { Recovered } from './recovery.ts';
export type { VaultKeySource } from './vault.ts';

export interface StoreOptions {
  readonly dataDir: string;
  readonly vault: VaultKeySource;
  now(): number;
  /** Reads beside a writer; every write is refused with `db.read_only`. */
  readonly readOnly?: boolean;
}

export interface OpenedStore {
  readonly store: Store;
  /** What the person must be told and has not read yet: the data file was damaged, and what took its place. */
  readonly recovered: Recovered | null;
  /** Adds one more way to open the same data, e.g. a key file for the command line beside the keychain. */
  addKey(source: VaultKeySource): Promise<void>;
}

const newestVersion = newestOf(migrations);

/**
 * Opens the data of a folder: one writer at a time, brought to the newest schema, backed up once a day.
 * After an unclean exit every page is looked at; a damaged file is set aside and the newest good backup restored.
 * @throws CodedError `app.already_running` with `pid`, `app.data_folder`, and those of `db.*`.
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  try {
    return options.readOnly === true ? await openReader(options) : await openWriter(options);
  } catch (error) {
    throw codedSqlite(error);
  }
}

/** Copies the data of a folder to a new file, also while the app runs. Errors: those of {@link copyData}. */
export async function backUp(dataDir: string, target: string): Promise<void> {
  try {
    await copyData(databaseFile(dataDir), target, newestVersion);
  } catch (error) {
    throw codedSqlite(error);
  }
}

/**
 * Puts a backup in place of the data of a folder and keeps these beside it.
 * @throws CodedError `app.already_running` with `pid`, and those of {@link putBackup}.
 */
export function restore(dataDir: string, backup: string, now: number): Replaced {
  return withFileCodes(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = takeLock(dataDir, now);
    try {
      return putBackup(dataDir, backup, newestVersion, now);
    } finally {
      // What was put in place is looked at by the next start.
      lock.release(false);
    }
  });
}

async function openReader({ dataDir, vault: source, now }: StoreOptions): Promise<OpenedStore> {
  if (!existsSync(databaseFile(dataDir))) throw new CodedError('db.not_there', { path: dataDir });
  const db = connect(databaseFile(dataDir), { readOnly: true });
  try {
    const { version, empty } = readHeader(db, newestVersion);
    if (empty) throw new CodedError('db.not_there', { path: dataDir });
    if (version < newestVersion) throw new CodedError('db.older_schema');
    const vault = await openVault(db, source, { now: now(), readOnly: true });
    return opened({ db, vault, now, dataDir, recovered: null, release: () => undefined });
  } catch (error) {
    db.close();
    throw error;
  }
}

async function openWriter({ dataDir, vault: source, now }: StoreOptions): Promise<OpenedStore> {
  const lock = withFileCodes(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return takeLock(dataDir, now());
  });
  let db: Connection | undefined;
  try {
    db = await openSound(dataDir, lock, now());
    const recovered = withFileCodes(dataDir, () => unreadRecovery(dataDir));
    const vault = await openVault(db, source, { now: now(), readOnly: false });
    return opened({ db, vault, now, dataDir, recovered, release: lock.release });
  } catch (error) {
    db?.close();
    // Not clean: what stood in the way is looked into by the next start as well.
    lock.release(false);
    throw error;
  }
}

/** A connection to data that is whole and of the newest schema, recovered first where it must be. */
async function openSound(dataDir: string, lock: OwnerLock, now: number): Promise<Connection> {
  const database = databaseFile(dataDir);
  withFileCodes(dataDir, () => {
    resumeRecovery(dataDir);
    const unclean = lock.uncleanBefore || logIsLeft(database);
    const found = examine(database, newestVersion, unclean);
    // Nothing where there was something once: the file was lost or cut off.
    const lost = found === 'empty' && listBackups(dataDir).length > 0;
    if (found === 'damaged' || lost) recover(dataDir, newestVersion, now);
  });
  try {
    return await openCurrent(dataDir, now);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'db.damaged') throw error;
    // Damage that the header did not show, found while the data was copied.
    withFileCodes(dataDir, () => recover(dataDir, newestVersion, now));
    return openCurrent(dataDir, now);
  }
}

async function openCurrent(dataDir: string, now: number): Promise<Connection> {
  const db = connect(databaseFile(dataDir), { readOnly: false });
  try {
    const { empty, version } = readHeader(db, newestVersion);
    const pending = pendingOf(migrations, version);
    if (pending.length > 0) {
      if (!empty) await makeBackup(db, dataDir, now);
      migrate(db, pending);
    } else if (backupIsDue(dataDir, now)) {
      await makeDailyBackup(db, dataDir, now);
    }
    return db;
  } catch (error) {
    db.close();
    throw codedSqlite(error);
  }
}

/** A full disk must not keep the app from starting: its data can still be read and sent. */
async function makeDailyBackup(db: Connection, dataDir: string, now: number): Promise<void> {
  try {
    await makeBackup(db, dataDir, now);
  } catch (error) {
    const told = codedSqlite(error);
    if (told instanceof CodedError && told.code === 'db.damaged') throw told;
  }
}

/** A log that was not written back shows that the last writer did not close. */
function logIsLeft(database: string): boolean {
  return existsSync(database) && existsSync(`${database}-wal`) && statSync(`${database}-wal`).size > 0;
}

function opened(parts: {
  db: Connection;
  vault: Vault;
  now: () => number;
  dataDir: string;
  recovered: Recovered | null;
  release: (clean: boolean) => void;
}): OpenedStore {
  const { db, vault, now, dataDir, recovered, release } = parts;
  const health = createHealth(db, recovered, () => withFileCodes(dataDir, () => forgetRecovery(dataDir)));
  const coded = <T extends object>(part: T): T => withCodesIn(part, health);
  const writer = createWriter(db);
  const store: Store = {
    ...coded({ transaction: writer.transaction }),
    onChange: writer.onChange,
    health,
    close() {
      if (!db.open) return;
      db.close();
      release(health.isSound());
    },
    sites: coded(createSites(db, writer)),
    devices: coded(createDevices(db, writer, vault)),
    checks: coded(createChecks(db, writer)),
    work: coded(createWork(db, writer)),
    outbox: coded(createOutbox(db, writer, vault)),
    account: coded(createAccount(db, writer, vault)),
    wifi: coded(createWifi(db, vault)),
    audit: coded(createAudit(db)),
    settings: coded(createSettings(db)),
  };
  return { store, recovered, addKey: (source) => vault.addKey(source, now()) };
}
