import { CodedError } from '../electron/contract/errors.ts';
import { applicationId, type Connection, codedSqlite, withCodes } from './sqlite.ts';

/** One step of the schema: one file, one test. */
export interface Migration {
  /** A multiple of ten, kept in `user_version`. */
  readonly version: number;
  /**
   * Whether it drops and makes a table anew. Foreign keys are then off around it, since SQLite ignores the
   * switch inside a transaction and a dropped parent would silently take its children along.
   */
  readonly rebuildsTables: boolean;
  readonly sql: string;
}

/** What the header of a file says. */
export interface Header {
  /** Nothing has been written to it yet. */
  readonly empty: boolean;
  readonly version: number;
}

/**
 * Reads the header and refuses what this version must not touch.
 * @throws CodedError `db.foreign_file`, `db.from_newer_app`; `db.damaged` where there is no header to read.
 */
export function readHeader(db: Connection, newestVersion: number): Header {
  const { id, version, tables } = withCodes(() => ({
    id: Number(db.pragma('application_id', { simple: true })),
    version: Number(db.pragma('user_version', { simple: true })),
    tables: Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()),
  }));
  const empty = id === 0 && version === 0 && tables === 0;
  if (!empty && id !== applicationId) throw new CodedError('db.foreign_file');
  if (version > newestVersion) {
    throw new CodedError('db.from_newer_app', { found: version, known: newestVersion });
  }
  return { empty, version };
}

/** The migrations that a file of this version still lacks. */
export function pendingOf(migrations: readonly Migration[], version: number): readonly Migration[] {
  return migrations.filter((migration) => migration.version > version);
}

/** The version after the last of them. */
export function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Applies each in one transaction of its own, with its `user_version`.
 * @throws CodedError `db.migration_failed`; the file is then as the migration before left it. Disk failures keep
 * their own code.
 */
export function migrate(db: Connection, migrations: readonly Migration[]): void {
  for (const migration of migrations) {
    try {
      apply(db, migration);
    } catch (error) {
      throw failureOf(migration, error);
    }
  }
}

function apply(db: Connection, { version, rebuildsTables, sql }: Migration): void {
  if (rebuildsTables) db.pragma('foreign_keys = OFF');
  try {
    db.transaction(() => {
      db.exec(sql);
      const broken = db.pragma('foreign_key_check') as unknown[];
      if (broken.length > 0) throw new CodedError('db.migration_failed', { version, broken: broken.length });
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${version}`);
    }).immediate();
  } finally {
    if (rebuildsTables) db.pragma('foreign_keys = ON');
  }
}

function failureOf({ version }: Migration, error: unknown): CodedError {
  const told = codedSqlite(error);
  const ownCode = told instanceof CodedError && told.code !== 'app.internal' && told.code !== 'db.refused';
  return ownCode ? told : new CodedError('db.migration_failed', { version }, { cause: error });
}
