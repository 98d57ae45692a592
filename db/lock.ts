import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CodedError } from '../electron/contract/errors.ts';
import { type Connection, withCodes } from './sqlite.ts';

/** The one process that may write in a data folder. */
export interface OwnerLock {
  /** The owner before did not let go: it was killed, or the power went. */
  readonly uncleanBefore: boolean;
  /** Lets go; `clean` false leaves the trace of an unclean exit, so that the next start looks at the data. */
  release(clean: boolean): void;
}

/** How long a newcomer's short look at the owner's name may hold up the writing of it. */
const writeTimeoutMs = 2_000;

/**
 * Takes the data folder. The lock is a file of SQLite that holds a row with the owner's process id and start,
 * and on which the owner keeps SQLite's write lock: the operating system lets go of it with the process, so that
 * neither a stale nor a re-used process id can be mistaken for a living owner, and two newcomers never both win.
 * Never open this file by other means in the same process: closing it would let go of the lock (POSIX).
 * @throws CodedError `app.already_running` with `pid`.
 */
export function takeLock(dataDir: string, now: number): OwnerLock {
  return withCodes(() => {
    const db = new Database(join(dataDir, 'owner.lock'), { timeout: 0 });
    try {
      const uncleanBefore = signIn(db, now);
      return { uncleanBefore, release: (clean) => signOut(db, clean) };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function signIn(db: Connection, now: number): boolean {
  hold(db);
  db.exec(`CREATE TABLE IF NOT EXISTS owner (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1), pid INTEGER NOT NULL, started_at INTEGER NOT NULL) STRICT`);
  const before = db.prepare('SELECT pid FROM owner').get();
  const startedAt = Math.round(now - process.uptime() * 1000);
  db.prepare('INSERT OR REPLACE INTO owner (only_one, pid, started_at) VALUES (1, ?, ?)').run(
    process.pid,
    startedAt,
  );
  commit(db);
  hold(db);
  return before !== undefined;
}

function signOut(db: Connection, clean: boolean): void {
  if (clean) {
    db.exec('DELETE FROM owner');
    commit(db);
  }
  db.close();
}

function hold(db: Connection): void {
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    throw busy ? new CodedError('app.already_running', { pid: ownerOf(db) }) : error;
  }
}

function commit(db: Connection): void {
  db.pragma(`busy_timeout = ${writeTimeoutMs}`);
  db.exec('COMMIT');
  db.pragma('busy_timeout = 0');
}

/** The owner's process id, or 0 where it has not written it yet. */
function ownerOf(db: Connection): number {
  db.pragma(`busy_timeout = ${writeTimeoutMs}`);
  try {
    return db.prepare<[], number>('SELECT pid FROM owner').pluck().get() ?? 0;
  } catch {
    return 0;
  }
}
