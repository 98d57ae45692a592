import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Migration, migrate, newestOf, pendingOf } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { type Connection, connect } from '../../db/sqlite.ts';
import { schemaOf } from './support/schema.ts';
import { problemOf, testFolder } from './support/store.ts';

function newDatabase(): Connection {
  const db = connect(join(testFolder(), 'new.sqlite'), { readOnly: false });
  onTestFinished(() => void db.close());
  return db;
}

const versionOf = (db: Connection) => db.pragma('user_version', { simple: true });

const parents: Migration = {
  version: 10,
  rebuildsTables: false,
  sql: `CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT) STRICT;
    CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE CASCADE) STRICT;
    INSERT INTO parents VALUES (1, 'one'), (2, 'two');
    INSERT INTO children VALUES (1, 1), (2, 2);`,
};
const rebuild = (copy: string): Migration => ({
  version: 20,
  rebuildsTables: true,
  sql: `CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    INSERT INTO parents_new ${copy};
    DROP TABLE parents;
    ALTER TABLE parents_new RENAME TO parents;`,
});

describe('the migrations', () => {
  test('are numbered in tens, each in a file of its number', () => {
    const versions = migrations.map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => (index + 1) * 10));
    const files = readdirSync(join(import.meta.dirname, '../../db/migrations')).filter((name) =>
      /^\d/.test(name),
    );
    expect(files.map((name) => Number(name.slice(0, 4)))).toEqual(versions);
    const tests = readdirSync(import.meta.dirname);
    for (const name of files) expect(tests).toContain(`migration-${name.slice(0, 4)}.test.ts`);
  });

  test('from every historic form lead to the same schema as a fresh start', () => {
    const fresh = newDatabase();
    migrate(fresh, migrations);
    for (const { version } of migrations) {
      const historic = newDatabase();
      migrate(
        historic,
        migrations.filter((migration) => migration.version <= version),
      );
      expect(versionOf(historic)).toBe(version);
      migrate(historic, pendingOf(migrations, version));
      expect(versionOf(historic)).toBe(newestOf(migrations));
      expect(schemaOf(historic)).toBe(schemaOf(fresh));
    }
  });
});

describe('applying', () => {
  test('a rebuilt table keeps its children, and foreign keys are on again', () => {
    const db = newDatabase();
    migrate(db, [parents, rebuild('SELECT * FROM parents')]);
    expect(db.prepare('SELECT count(*) FROM children').pluck().get()).toBe(2);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('children that would be orphaned stop it, and everything is as before', () => {
    const db = newDatabase();
    migrate(db, [parents]);
    const before = schemaOf(db);
    expect(problemOf(() => migrate(db, [rebuild('SELECT * FROM parents WHERE id = 1')]))).toEqual({
      code: 'db.migration_failed',
      params: { version: 20, broken: 1 },
    });
    expect(versionOf(db)).toBe(10);
    expect(schemaOf(db)).toBe(before);
    expect(db.prepare('SELECT name FROM parents ORDER BY id').pluck().all()).toEqual(['one', 'two']);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('one that fails half way leaves nothing of itself, and the ones before it', () => {
    const db = newDatabase();
    const broken: Migration = {
      version: 20,
      rebuildsTables: false,
      sql: 'CREATE TABLE half (x) STRICT; INSERT INTO nowhere VALUES (1);',
    };
    expect(problemOf(() => migrate(db, [parents, broken]))).toEqual({
      code: 'db.migration_failed',
      params: { version: 20 },
    });
    expect(versionOf(db)).toBe(10);
    expect(schemaOf(db)).not.toContain('half');
  });

  test('a full disk keeps its own code', () => {
    const db = newDatabase();
    db.pragma('max_page_count = 3');
    expect(problemOf(() => migrate(db, migrations))).toMatchObject({ code: 'db.disk_full' });
    expect(versionOf(db)).toBe(0);
  });
});
