import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { schema } from './schema.ts';

type Value = string | number | null | Buffer;
type Row = Record<string, Value>;

/**
 * The practice cloud's own SQLite file. One process at a time: the lock is the kernel's and dies with it.
 * What was committed survives SIGKILL and a power cut (WAL, `synchronous=FULL`).
 */
export class Store {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  /**
   * Opens `practice.sqlite` in `dataDir`, which is made if it is missing.
   * @throws SqliteError with code `SQLITE_BUSY` if another process has it, an Error if it is from a newer version
   */
  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.#db = new Database(join(dataDir, 'practice.sqlite'), { timeout: 1000 });
    try {
      this.#db.pragma('locking_mode = EXCLUSIVE');
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = FULL');
      this.#db.pragma('foreign_keys = ON');
      this.#db.pragma('trusted_schema = OFF');
      this.#db.transaction(() => this.#prepareSchema()).immediate();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #prepareSchema(): void {
    const version = this.#db.pragma('user_version', { simple: true });
    if (version === 1) return;
    if (version !== 0)
      throw new Error(`the practice cloud's data has version ${version}, this program knows 1`);
    this.#db.exec(schema);
    this.#db.pragma('user_version = 1');
  }

  /** The first row of a query, its columns named by `T`. */
  get<T extends object = Row>(sql: string, ...values: readonly Value[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  /** All rows of a query. */
  all<T extends object = Row>(sql: string, ...values: readonly Value[]): T[] {
    return this.#prepare(sql).all(...values) as T[];
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#prepare(sql).run(...values).changes;
  }

  /** Inserts one row, its columns named by the members. */
  insert(table: string, row: Row): void {
    const names = Object.keys(row);
    const marks = names.map(() => '?').join(', ');
    this.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`, ...Object.values(row));
  }

  /** Runs `work` as one transaction; rolls back if it throws. Nests as a savepoint. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  /** A value that is kept beside the tables, such as a key. */
  meta(name: string): string | undefined {
    return this.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value;
  }

  setMeta(name: string, value: string): void {
    this.run(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }

  /** The value of `name`, made by `create` and kept at the first call. */
  metaOnce(name: string, create: () => string): string {
    return this.transaction(() => {
      const known = this.meta(name);
      if (known !== undefined) return known;
      const value = create();
      this.setMeta(name, value);
      return value;
    });
  }

  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
