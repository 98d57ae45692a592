import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../db/open.ts';
import type { SiteData } from '../../electron/contract/index.ts';
import type { Figure } from './figure.ts';

const rounds = 12;
const perRound = 50;

/**
 * Time of one durable enqueue (a change of the site and an intent with a sealed payload, in one transaction of the
 * store) against bare better-sqlite3 doing the same two statements at the same settings, without seals, indices of
 * its own making or listeners. Rounds of both take turns, so that a busy disk slows both; the medians count.
 */
export async function benchEnqueue(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-bench-'));
  try {
    const ours = await openOurs(join(folder, 'ours'));
    const bare = openBare(join(folder, 'bare.sqlite'));
    const oursMs: number[] = [];
    const bareMs: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const pair = [timeOf(ours.enqueue), timeOf(bare.enqueue)] as const;
      // The first round warms up.
      if (round === 0) continue;
      oursMs.push(pair[0]);
      bareMs.push(pair[1]);
    }
    ours.close();
    bare.close();
    const [value, peer] = [median(oursMs), median(bareMs)];
    const note = `bare better-sqlite3, ${bare.settings}, ${rounds} × ${perRound} transactions each`;
    return { name: 'durable enqueue', value, peer, ratio: value / peer, unit: 'ms', note };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const payload = { email: 'owner@example.org', expected: { iqs: 1, repeaters: 2, locks: 16 } };
const idOf = (number: number) => `019508d0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

async function openOurs(dataDir: string) {
  const vault = { kind: 'key_file', path: join(dataDir, 'key') } as const;
  const { store } = await openStore({ dataDir, vault, now: Date.now });
  store.sites.insert(idOf(0), site, Date.now());
  return {
    enqueue(number: number) {
      store.transaction(() => {
        store.sites.change(idOf(0), { lastWorkedAt: number }, number);
        const intent = { id: idOf(number), siteId: idOf(0), kind: 'invite_owner', subjectId: null } as const;
        store.outbox.enqueue([{ ...intent, payload, needs: [] }], number);
      });
    },
    close: () => store.close(),
  };
}

function openBare(path: string) {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.exec(`
    CREATE TABLE sites (id TEXT PRIMARY KEY, last_worked_at INTEGER, updated_at INTEGER) STRICT;
    CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
      site_id TEXT NOT NULL REFERENCES sites (id), kind TEXT NOT NULL, payload TEXT, state TEXT NOT NULL,
      next_at INTEGER NOT NULL) STRICT;
    CREATE INDEX due ON outbox (state, next_at);`);
  db.prepare('INSERT INTO sites VALUES (?, 0, 0)').run(idOf(0));
  const change = db.prepare('UPDATE sites SET last_worked_at = @number, updated_at = @number WHERE id = @id');
  const insert = db.prepare(`
    INSERT INTO outbox (id, site_id, kind, payload, state, next_at)
    VALUES (@id, @siteId, 'invite_owner', @payload, 'waiting', @number)`);
  const both = db.transaction((number: number) => {
    change.run({ number, id: idOf(0) });
    insert.run({ id: idOf(number), siteId: idOf(0), payload: JSON.stringify(payload), number });
  });
  const synchronous = db.pragma('synchronous', { simple: true }) === 2 ? 'FULL' : 'other';
  return {
    settings: `journal_mode=${db.pragma('journal_mode', { simple: true })} synchronous=${synchronous}`,
    enqueue: (number: number) => both.immediate(number),
    close: () => db.close(),
  };
}

const counters = new Map<(number: number) => void, number>();

/** Milliseconds for one call, over a round of them. */
function timeOf(enqueue: (number: number) => void): number {
  const first = (counters.get(enqueue) ?? 0) + 1;
  counters.set(enqueue, first + perRound - 1);
  const start = performance.now();
  for (let number = first; number < first + perRound; number += 1) enqueue(number);
  return (performance.now() - start) / perRound;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const site: SiteData = {
  name: 'Bench',
  businessType: 'office',
  country: 'NL',
  timeZone: 'Europe/Amsterdam',
  address: { street: 'Kade 1', postcode: '1011 AB', city: 'Amsterdam' },
  owner: {
    fullName: 'Owner',
    email: 'owner@example.org',
    emailRepeated: 'owner@example.org',
    language: 'nl',
  },
  tenant: '',
  voucher: '',
  notes: '',
};
