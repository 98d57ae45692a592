import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '../electron/contract/errors.ts';
import { createAttempts } from './outbox-attempts.ts';
import { byDependency } from './outbox-order.ts';
import { type IntentRow, intentColumns, intentReader } from './outbox-rows.ts';
import { readJson, writeJson, writeProblem } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import {
  type FrozenRequest,
  type Intent,
  type Moment,
  type NewIntent,
  type Outcome,
  untilWoken,
} from './types.ts';
import type { Vault } from './vault.ts';
import type { Writer } from './writer.ts';

/** What settling needs to know of a leased row. */
interface Held {
  readonly siteId: string;
  readonly kind: Intent['kind'];
  readonly attempts: number;
  readonly sending: number;
  readonly uncertain: number;
}

/** The columns that the end of a try decides. */
interface Ended {
  readonly state: 'waiting' | 'done' | 'needs_person';
  readonly next_at: Moment;
  readonly attempts: number;
  readonly uncertain: number;
  /** No request has left the laptop with this key: the next try is the first. */
  readonly untried: number;
  readonly problem: string | null;
  readonly result: Uint8Array | null;
  readonly done_at: Moment | null;
}

/**
 * Intents for the cloud. A row is waiting, leased, done or with a person, and is never deleted. Between `freeze`
 * and `settle` it counts as sending: if the lease is lost there, what became of the request is unknown (C9).
 */
export function createOutbox(db: Connection, writer: Writer, vault: Vault): Store['outbox'] {
  const intentOf = intentReader(vault);
  const attempts = createAttempts(db);

  const insert = db.prepare(`
    INSERT INTO outbox (id, site_id, kind, subject_id, payload, state, open_needs, next_at, attempts, sending,
      uncertain, created_at)
    VALUES (@id, @siteId, @kind, @subjectId, @payload, 'waiting', 0, @now, 0, 0, 0, @now)`);
  const insertNeed = db.prepare('INSERT OR IGNORE INTO outbox_needs (intent_id, needed_id) VALUES (?, ?)');
  const countNeeds = db.prepare(`
    UPDATE outbox SET open_needs = (
      SELECT count(*) FROM outbox_needs JOIN outbox AS needed ON needed.id = outbox_needs.needed_id
      WHERE outbox_needs.intent_id = outbox.id AND needed.state <> 'done')
    WHERE id = ?`);
  const claim = db.prepare<unknown[], IntentRow>(`
    UPDATE outbox SET state = 'leased', owner = @owner, next_at = @leaseEnd,
      uncertain = max(uncertain, sending), sending = 0
    WHERE sequence IN (
      SELECT sequence FROM outbox
      WHERE state IN ('waiting', 'leased') AND open_needs = 0 AND next_at <= @now
      ORDER BY sequence LIMIT @limit)
    RETURNING ${intentColumns}`);
  const request = db.prepare<[string], { state: string; uncertain: number; request: Uint8Array | null }>(
    'SELECT state, uncertain, request FROM outbox WHERE id = ?',
  );
  const freeze = db.prepare(`
    UPDATE outbox SET request = @request, attempts = attempts + 1, sending = 1,
      first_tried_at = coalesce(first_tried_at, @now)
    WHERE id = @id`);
  const held = db.prepare<[string, string], Held>(`
    SELECT site_id AS siteId, kind, attempts, sending, uncertain FROM outbox
    WHERE id = ? AND state = 'leased' AND owner = ?`);
  const end = db.prepare(`
    UPDATE outbox SET state = @state, owner = NULL, next_at = @next_at, attempts = @attempts, sending = 0,
      uncertain = @uncertain, problem = @problem, result = @result, done_at = @done_at,
      first_tried_at = iif(@untried, NULL, first_tried_at), request = iif(@untried, NULL, request)
    WHERE id = @id`);
  const freeDependants = db.prepare(`
    UPDATE outbox SET open_needs = open_needs - 1
    WHERE id IN (SELECT intent_id FROM outbox_needs WHERE needed_id = ?)`);
  const retrySite = db.prepare(`
    UPDATE outbox SET state = 'waiting', next_at = @now, attempts = 0, problem = NULL,
      first_tried_at = iif(uncertain, first_tried_at, NULL), request = iif(uncertain, request, NULL)
    WHERE site_id = @siteId AND state = 'needs_person'`);
  const voidLeases = db.prepare<unknown[], string>(`
    UPDATE outbox SET state = 'waiting', owner = NULL, next_at = @now, uncertain = max(uncertain, sending), sending = 0
    WHERE state = 'leased' RETURNING site_id`);
  const wake = db.prepare<unknown[], string>(`
    UPDATE outbox SET next_at = @now
    WHERE state = 'waiting' AND next_at > @now RETURNING site_id`);

  const touch = (siteIds: Iterable<string>) => {
    for (const siteId of siteIds) writer.touched({ siteId, outbox: true });
  };

  const openRequest = (id: string, sealed: Uint8Array): FrozenRequest =>
    readJson(
      'outbox',
      'request',
      vault.open({ table: 'outbox', column: 'request', rowId: id }, sealed),
    ) as FrozenRequest;

  const sealJson = (column: string, rowId: string, value: unknown): Buffer =>
    vault.seal({ table: 'outbox', column, rowId }, writeJson(value));

  const insertOne = ({ needs: _, ...intent }: NewIntent, now: Moment) =>
    insert.run({
      ...intent,
      payload: intent.payload === null ? null : sealJson('payload', intent.id, intent.payload),
      now,
    });

  return {
    enqueue: (intents, now) =>
      writer.transaction(() => {
        for (const intent of byDependency(intents)) insertOne(intent, now);
        for (const { id, needs } of intents) {
          for (const needed of needs) insertNeed.run(id, needed);
          if (needs.length > 0) countNeeds.run(id);
        }
        touch(intents.map(({ siteId }) => siteId));
      }),

    claim: ({ now, leaseMs, limit, owner }) =>
      writer.transaction(() => {
        const rows = claim.all({ now, leaseEnd: Math.ceil(now + leaseMs), limit, owner });
        touch(rows.map(({ siteId }) => siteId));
        // RETURNING promises no order.
        return rows.sort((one, other) => one.sequence - other.sequence).map(intentOf);
      }),

    request(id) {
      const row = request.get(id);
      return row?.request ? openRequest(id, row.request) : undefined;
    },

    freeze: (id, asked, now) =>
      writer.transaction(() => {
        const row = request.get(id);
        if (row?.state !== 'leased') throw new CodedError('db.lease_lost');
        if (row.uncertain === 1 && row.request !== null && !sameIntent(openRequest(id, row.request), asked)) {
          throw new CodedError('db.request_frozen');
        }
        freeze.run({ id, request: sealJson('request', id, asked), now });
      }),

    settle: (id, owner, outcome, now) =>
      writer.transaction(() => {
        const row = held.get(id, owner);
        if (row === undefined) return false;
        end.run({ id, ...endOf(row, outcome, now, (result) => sealJson('result', id, result)) });
        if (outcome.kind === 'done') freeDependants.run(id);
        attempts.add(id, row, outcome, now);
        touch([row.siteId]);
        return true;
      }),

    retrySite(siteId, now) {
      if (retrySite.run({ siteId, now }).changes > 0) touch([siteId]);
    },
    voidLeases: (now) => writer.transaction(() => touch(voidLeases.pluck().all({ now }))),
    wake: (now) => writer.transaction(() => touch(wake.pluck().all({ now }))),
    attempts: attempts.ofSite,
    ...createOutboxViews(db, intentOf),
  };
}

/** What is read of the outbox. */
function createOutboxViews(db: Connection, intentOf: (row: IntentRow) => Intent) {
  const ofSite = db.prepare<[string], IntentRow>(
    `SELECT ${intentColumns} FROM outbox WHERE site_id = ? ORDER BY sequence`,
  );
  const get = db.prepare<[string], IntentRow>(`SELECT ${intentColumns} FROM outbox WHERE id = ?`);
  const openSites = db
    .prepare<[], string>('SELECT DISTINCT site_id FROM outbox WHERE done_at IS NULL ORDER BY site_id')
    .pluck();
  const counts = db.prepare<[], { unsent: number; needsPerson: number }>(`
    SELECT count(*) AS unsent, count(*) FILTER (WHERE state = 'needs_person') AS needsPerson
    FROM outbox WHERE state IN ('waiting', 'leased', 'needs_person')`);
  const unsentOfSites = db
    .prepare<[], [string, number]>(
      'SELECT site_id, count(*) FROM outbox WHERE done_at IS NULL GROUP BY site_id ORDER BY site_id',
    )
    .raw();
  const sentSince = db.prepare<[Moment], number>('SELECT count(*) FROM outbox WHERE done_at >= ?').pluck();
  const nextDue = db
    .prepare<[Moment], Moment | null>(
      `SELECT min(next_at) FROM outbox WHERE state = 'waiting' AND open_needs = 0 AND next_at < ?`,
    )
    .pluck();

  return {
    ofSite: (siteId: string) => ofSite.all(siteId).map(intentOf),
    get(id: string) {
      const row = get.get(id);
      return row === undefined ? undefined : intentOf(row);
    },
    openSites: () => openSites.all(),
    counts: () => counts.get() ?? { unsent: 0, needsPerson: 0 },
    unsentOfSites: () => new Map(unsentOfSites.all()),
    sentSince: (moment: Moment) => sentSince.get(moment) ?? 0,
    nextDue: () => nextDue.get(untilWoken) ?? null,
  };
}

/** How a try that ended so leaves its row. */
function endOf(row: Held, outcome: Outcome, now: Moment, seal: (result: unknown) => Uint8Array): Ended {
  const still = {
    next_at: now,
    attempts: row.attempts,
    uncertain: 0,
    untried: 0,
    result: null,
    done_at: null,
  };
  switch (outcome.kind) {
    case 'done':
      return { ...still, state: 'done', problem: null, result: seal(outcome.result), done_at: now };
    case 'retry':
      return {
        ...still,
        state: 'waiting',
        next_at: Math.ceil(now + outcome.afterMs),
        // An answer to this very try frees the key (C9); without a try nothing new is known.
        uncertain: Number(outcome.uncertain || (row.sending === 0 && row.uncertain === 1)),
        problem: writeProblem(outcome.problem),
      };
    case 'paused': {
      // Token and rate are looked at before the key (C1): such an answer says nothing of an earlier try.
      const uncertain = Number(outcome.uncertain || row.uncertain === 1);
      const counts = outcome.reason === 'rate_limited' || row.sending === 0;
      const tries = counts ? row.attempts : row.attempts - 1;
      return {
        ...still,
        state: 'waiting',
        next_at: outcome.afterMs === null ? untilWoken : Math.ceil(now + outcome.afterMs),
        attempts: tries,
        uncertain,
        untried: Number(tries === 0 && uncertain === 0),
        problem: null,
      };
    }
    case 'needs_person': {
      const unknown = outcome.uncertain ?? (row.sending === 0 && row.uncertain === 1);
      return {
        ...still,
        state: 'needs_person',
        uncertain: Number(unknown),
        problem: writeProblem(outcome.problem),
      };
    }
  }
}

/** The same intent to the cloud: `If-Match` is no part of it, nor is the order of members (C6). */
function sameIntent(one: FrozenRequest, other: FrozenRequest): boolean {
  const fingerprint = ({ method, path, query, body }: FrozenRequest) =>
    JSON.parse(writeJson({ method, path, query, body }));
  return isDeepStrictEqual(fingerprint(one), fingerprint(other));
}
