import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { firstTables } from '../../db/migrations/0010-first-tables.ts';
import { connect } from '../../db/sqlite.ts';
import { schemaOf } from './support/schema.ts';
import { testFolder } from './support/store.ts';

test('0010 makes the first tables, all STRICT, in a file that says whose it is', () => {
  const db = connect(join(testFolder(), 'new.sqlite'), { readOnly: false });
  migrate(db, [firstTables]);
  expect(db.pragma('user_version', { simple: true })).toBe(10);
  expect(db.pragma('application_id', { simple: true })).toBe(0x446f6f72);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('synchronous', { simple: true })).toBe(2);
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(db.pragma('trusted_schema', { simple: true })).toBe(0);
  const tables = db.pragma('table_list') as { schema: string; name: string; type: string; strict: number }[];
  const ours = tables.filter(
    ({ schema, type, name }) => schema === 'main' && type === 'table' && !name.startsWith('sqlite_'),
  );
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter(({ strict }) => strict === 0)).toEqual([]);
  // A released migration never changes: this file is what it made when it was released.
  expect(schemaOf(db)).toBe(readFileSync(join(import.meta.dirname, 'schema-0010.sql'), 'utf8'));
  db.close();
});
