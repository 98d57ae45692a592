import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { firstTables } from '../../db/migrations/0010-first-tables.ts';
import { measurements } from '../../db/migrations/0020-measurements.ts';
import { connect } from '../../db/sqlite.ts';
import { schemaOf } from './support/schema.ts';
import { testFolder } from './support/store.ts';

test('0020 adds what was measured to devices that are there, and keeps them', () => {
  const db = connect(join(testFolder(), 'old.sqlite'), { readOnly: false });
  migrate(db, [firstTables]);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  db.exec(`
    INSERT INTO sites (id, name, name_key, business_type, country, time_zone, street, postcode, city,
      owner_name, owner_email, owner_email_repeated, owner_language, tenant, voucher, notes, state, created_at,
      updated_at)
    VALUES ('s', 'Kade', 'kade', '', '', '', '', '', '', '', '', '', 'nl', '', '', '', 'planned', 1, 1);
    INSERT INTO devices (id, site_id, position, kind, name, door, floor, notes, state, network_proven, rssi)
    VALUES ('d', 's', 0, 'lock', 'A', '', '', '', 'attached', 0, -61);`);
  migrate(db, [measurements]);
  expect(db.pragma('user_version', { simple: true })).toBe(20);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(
    db.prepare('SELECT rssi, reach, battery_at, clock_set_at, clock_offset_ms FROM devices').get(),
  ).toEqual({ rssi: -61, reach: null, battery_at: null, clock_set_at: null, clock_offset_ms: null });
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()).toEqual([
    ...tables,
    'last_wifi',
  ]);
  // A released migration never changes: this file is what it made when it was released.
  expect(schemaOf(db)).toBe(readFileSync(join(import.meta.dirname, 'schema-0020.sql'), 'utf8'));
  db.close();
});
