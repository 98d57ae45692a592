import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { firstTables } from '../../db/migrations/0010-first-tables.ts';
import { measurements } from '../../db/migrations/0020-measurements.ts';
import { heldBy } from '../../db/migrations/0030-held-by.ts';
import { connect } from '../../db/sqlite.ts';
import { schemaOf } from './support/schema.ts';
import { testFolder } from './support/store.ts';

test('0030 lets every device be held by nobody, and every check count', () => {
  const db = connect(join(testFolder(), 'old.sqlite'), { readOnly: false });
  migrate(db, [firstTables, measurements]);
  db.exec(`
    INSERT INTO sites (id, name, name_key, business_type, country, time_zone, street, postcode, city,
      owner_name, owner_email, owner_email_repeated, owner_language, tenant, voucher, notes, state, created_at,
      updated_at)
    VALUES ('s', 'Kade', 'kade', '', '', '', '', '', '', '', '', '', 'nl', '', '', '', 'planned', 1, 1);
    INSERT INTO devices (id, site_id, position, kind, name, door, floor, notes, state, network_proven, rssi)
    VALUES ('d', 's', 0, 'lock', 'A', '', '', '', 'attached', 0, -61);`);
  migrate(db, [heldBy]);
  expect(db.pragma('user_version', { simple: true })).toBe(30);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.prepare('SELECT rssi, held_by_hub, held_by_parent, checks_from FROM devices').get()).toEqual({
    ...{ rssi: -61, held_by_hub: null, held_by_parent: null, checks_from: 0 },
  });
  // A released migration never changes: this file is what it made when it was released.
  expect(schemaOf(db)).toBe(readFileSync(join(import.meta.dirname, 'schema-0030.sql'), 'utf8'));
  db.close();
});
