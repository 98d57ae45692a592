import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../db/account.ts';
import { createAudit } from '../../db/audit.ts';
import { createChecks } from '../../db/checks.ts';
import { createDevices } from '../../db/devices.ts';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createSettings } from '../../db/settings.ts';
import { createSites } from '../../db/sites.ts';
import type { Connection } from '../../db/sqlite.ts';
import { createSeals, type Vault } from '../../db/vault.ts';
import { createWifi } from '../../db/wifi.ts';
import { createWork } from '../../db/work.ts';
import { createWriter } from '../../db/writer.ts';

interface Planned {
  readonly sql: string;
  readonly steps: readonly string[];
}

/** Tables of one row at most, which nothing but a scan can read. */
const single = /^SCAN (account|vault|last_wifi)\b/;
/** What is meant to read everything: the lists, and groups over the partial index of what is not sent. */
const whole = [
  /FROM sites ORDER BY id$/,
  /FROM devices ORDER BY id$/,
  /^SELECT DISTINCT site_id FROM outbox WHERE done_at IS NULL/,
  /^SELECT site_id, count\(\*\) FROM outbox WHERE done_at IS NULL/,
];

/** Every statement that the aggregates prepare, with SQLite's plan for it. */
function planEverything(): Planned[] {
  const db = new Database(':memory:');
  migrate(db, migrations);
  const prepared: string[] = [];
  const noting = new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === 'prepare') {
        return (sql: string) => {
          prepared.push(sql.replace(/\s+/g, ' ').trim());
          return target.prepare(sql);
        };
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as Connection;
  const writer = createWriter(db);
  const vault: Vault = {
    ...createSeals(new Uint8Array(32)),
    addKey: () => Promise.reject(new Error('unused')),
  };
  createSites(noting, writer);
  createDevices(noting, writer, vault);
  createChecks(noting, writer);
  createWork(noting, writer);
  createOutbox(noting, writer, vault);
  createAccount(noting, writer, vault);
  createAudit(noting);
  createSettings(noting);
  createWifi(noting, vault);
  return prepared.map((sql) => {
    const rows = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(parametersOf(sql));
    return { sql, steps: rows.map(({ detail }) => detail) };
  });
}

/** Something for each parameter: plans do not depend on the values. */
function parametersOf(sql: string): unknown {
  const named = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, 1]);
  return named.length > 0 ? Object.fromEntries(named) : [...sql.matchAll(/\?/g)].map(() => 1);
}

describe('query plans', () => {
  let plans: Planned[] = [];
  beforeAll(() => {
    plans = planEverything();
  });

  test('no statement walks through a whole table but those that are meant to', () => {
    expect(plans.length).toBeGreaterThan(40);
    const scanning = plans.filter(({ steps }) =>
      steps.some((step) => step.startsWith('SCAN') && !single.test(step)),
    );
    const surprising = scanning.filter(({ sql }) => !whole.some((form) => form.test(sql)));
    expect(surprising).toEqual([]);
    expect(scanning).toHaveLength(whole.length);
  });

  test.each([
    ['claim', /^UPDATE outbox SET state = 'leased'/, 'outbox_due (state=? AND open_needs=? AND next_at<?)'],
    ['counts', /^SELECT count\(\*\) AS unsent/, 'outbox_due (state=?)'],
    ['nextDue', /^SELECT min\(next_at\)/, 'outbox_due (state=? AND open_needs=? AND next_at<?)'],
    ['wake', /^UPDATE outbox SET next_at/, 'outbox_due (state=?)'],
    ['unsentOfSites', /^SELECT site_id, count/, 'outbox_unsent'],
    ['sentSince', /^SELECT count\(\*\) FROM outbox WHERE done_at/, 'outbox_sent (done_at>?)'],
    ['outbox.ofSite', /FROM outbox WHERE site_id = \? ORDER BY/, 'outbox_of_site (site_id=?)'],
    ['devices.ofSite', /FROM devices WHERE site_id = \? ORDER BY/, 'devices_of_site (site_id=?)'],
    ['findByMac', /FROM devices WHERE mac = \?/, 'devices_by_mac (mac=?)'],
    ['findByActivationCode', /WHERE activation_code_hash = \?/, 'devices_by_code (activation_code_hash=?)'],
    ['findByName', /FROM sites WHERE name_key = \?/, 'sites_by_name (name_key=?)'],
  ])('%s goes through its index', (_name, form, index) => {
    const found = plans.filter(({ sql }) => form.test(sql));
    expect(found).toHaveLength(1);
    expect(found[0]?.steps.some((step) => step.includes(index))).toBe(true);
  });
});
