import Database from 'better-sqlite3';
import { CodedError, type ErrorCode } from '../electron/contract/errors.ts';

/** A connection to one SQLite file. */
export type Connection = Database.Database;

/** What a column may hold and a statement may be given. */
export type SqlValue = string | number | Uint8Array | null;

/** `Door` in ASCII: says in the file's header that it is ours. */
export const applicationId = 0x44_6f_6f_72;

/** How long a statement waits for another connection, e.g. a reader of the command line. */
const busyTimeoutMs = 5_000;

/** The log is cut back to this size after a checkpoint, so that one large import does not keep it large. */
const journalSizeLimitBytes = 16 * 1024 * 1024;

/**
 * Opens a file. A writer gets WAL with a sync at every commit: what a call has returned from survives a power cut.
 * @throws CodedError by SQLite's result code, see {@link codeOf}.
 */
export function connect(path: string, options: { readOnly: boolean }): Connection {
  return withCodes(() => {
    const db = new Database(path, {
      readonly: options.readOnly,
      fileMustExist: options.readOnly,
      timeout: busyTimeoutMs,
    });
    try {
      db.pragma('trusted_schema = OFF');
      db.pragma('foreign_keys = ON');
      if (!options.readOnly) makeDurable(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function makeDurable(db: Connection): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  // A file that may not be written stays in the mode it has.
  if (mode !== 'wal') throw new CodedError('db.read_only');
  // better-sqlite3 is built with NORMAL for WAL, which may lose the last commits in a power cut.
  db.pragma('synchronous = FULL');
  // On macOS fsync alone leaves the data in the drive's cache; elsewhere these change nothing.
  db.pragma('fullfsync = ON');
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma(`journal_size_limit = ${journalSizeLimitBytes}`);
}

/** Our code for a result code of SQLite (https://sqlite.org/rescode.html), extended codes by their primary one. */
export function codeOf(resultCode: string): ErrorCode {
  const primary = resultCode.split('_').slice(0, 2).join('_');
  switch (primary) {
    case 'SQLITE_FULL':
      return 'db.disk_full';
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return 'db.read_only';
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return 'db.damaged';
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return 'db.busy';
    case 'SQLITE_IOERR':
      return 'db.disk_error';
    case 'SQLITE_CANTOPEN':
      return 'db.cannot_open';
    case 'SQLITE_CONSTRAINT':
    case 'SQLITE_TOOBIG':
    case 'SQLITE_MISMATCH':
      return 'db.refused';
    default:
      return 'app.internal';
  }
}

/** Runs `work`; a failure of SQLite comes out as a CodedError, everything else as it was. */
export function withCodes<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw codedSqlite(error);
  }
}

/** A failure of SQLite as a CodedError; anything else unchanged. */
export function codedSqlite(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  return new CodedError(codeOf(error.code), { result: error.code }, { cause: error });
}

/** Hears how each call ended. */
export interface CallListener {
  failed(error: CodedError): void;
  succeeded(): void;
}

/** The same functions, with SQLite's failures as CodedErrors; `listener` hears how each call ended. */
export function withCodesIn<T extends object>(part: T, listener: CallListener): T {
  const coded = Object.entries(part).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
    name,
    (...args: unknown[]) => {
      try {
        const answer = call(...args);
        listener.succeeded();
        return answer;
      } catch (error) {
        const told = codedSqlite(error);
        if (told instanceof CodedError) listener.failed(told);
        throw told;
      }
    },
  ]);
  return Object.fromEntries(coded) as T;
}
