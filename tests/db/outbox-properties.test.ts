import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { createOutbox } from '../../db/outbox.ts';
import { createSites } from '../../db/sites.ts';
import type { Store } from '../../db/store.ts';
import type { FrozenRequest, Outcome } from '../../db/types.ts';
import { createSeals, type Vault } from '../../db/vault.ts';
import { createWriter } from '../../db/writer.ts';
import { nextId, siteData, someDay } from './support/store.ts';

/**
 * Random work on an outbox against a model of what may happen. What is judged here is order and counting, not
 * durability, so the tables stand in memory; `durability.test.ts` and `crash.test.ts` judge the disk.
 */
const problem = { code: 'cloud.offline', params: {} } as const;
const leaseMs = 1_000;

type Step =
  | {
      readonly kind: 'enqueue';
      readonly site: number;
      readonly count: number;
      readonly links: readonly number[];
    }
  | { readonly kind: 'claim'; readonly worker: number; readonly limit: number }
  | { readonly kind: 'freeze'; readonly pick: number }
  | {
      readonly kind: 'settle';
      readonly pick: number;
      readonly outcome: Outcome;
      readonly asWorker: number | null;
    }
  | { readonly kind: 'crash' }
  | { readonly kind: 'wake' }
  | { readonly kind: 'retry_site'; readonly site: number }
  | { readonly kind: 'advance'; readonly ms: number };

const pick = fc.nat(1_000);
const worker = fc.nat(2);
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Outcome>({ kind: 'done', result: { ok: true } }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('retry' as const),
      afterMs: fc.nat(3_000),
      problem: fc.constant(problem),
      uncertain: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('paused' as const),
      reason: fc.constantFrom('offline' as const, 'sign_in' as const, 'rate_limited' as const),
      afterMs: fc.option(fc.nat(3_000)),
      uncertain: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Outcome>({ kind: 'needs_person', problem }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('enqueue' as const),
    site: fc.nat(2),
    count: fc.integer({ min: 1, max: 4 }),
    links: fc.array(pick, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('claim' as const), worker, limit: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('freeze' as const), pick }),
  fc.record({
    kind: fc.constant('settle' as const),
    pick,
    outcome,
    asWorker: fc.option(worker, { freq: 4 }),
  }),
  fc.constant<Step>({ kind: 'crash' }),
  fc.constant<Step>({ kind: 'wake' }),
  fc.record({ kind: fc.constant('retry_site' as const), site: fc.nat(2) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(1_500) }),
);

/** What the model knows of one intent. */
interface Known {
  readonly id: string;
  readonly site: number;
  readonly needs: readonly string[];
  state: 'waiting' | 'leased' | 'done' | 'needs_person';
  owner: string | null;
  leaseEnd: number;
  done: number;
  /** What may have reached the cloud and must be repeated unchanged. */
  bound: FrozenRequest | null;
}

class Rehearsal {
  now = someDay;
  readonly known: Known[] = [];
  readonly siteIds: string[];
  readonly outbox: Store['outbox'];
  readonly db = new Database(':memory:');

  constructor() {
    this.db.pragma('foreign_keys = ON');
    migrate(this.db, migrations);
    const writer = createWriter(this.db);
    const vault: Vault = {
      ...createSeals(new Uint8Array(32)),
      addKey: () => Promise.reject(new Error('unused')),
    };
    const sites = createSites(this.db, writer);
    this.siteIds = [0, 1, 2].map((number) => {
      const id = nextId();
      sites.insert(id, siteData(`site ${number}`), someDay);
      return id;
    });
    this.outbox = createOutbox(this.db, writer, vault);
  }

  run(action: Step): void {
    if (action.kind === 'enqueue') this.enqueue(action);
    else if (action.kind === 'claim') this.claim(`worker ${action.worker}`, action.limit);
    else if (action.kind === 'freeze') this.freeze(action.pick);
    else if (action.kind === 'settle') this.settle(action);
    else if (action.kind === 'crash') this.crash();
    else if (action.kind === 'wake') this.outbox.wake(this.now);
    else if (action.kind === 'retry_site') this.retrySite(action.site);
    else this.now += action.ms;
  }

  crash(): void {
    this.outbox.voidLeases(this.now);
    for (const intent of this.leased()) Object.assign(intent, { state: 'waiting', owner: null });
  }

  retrySite(site: number): void {
    this.outbox.retrySite(this.siteIds[site] ?? '', this.now);
    for (const intent of this.known) {
      if (intent.site === site && intent.state === 'needs_person') intent.state = 'waiting';
    }
  }

  leased(): Known[] {
    return this.known.filter(({ state }) => state === 'leased');
  }

  get(id: string): Known {
    const found = this.known.find((intent) => intent.id === id);
    if (found === undefined) throw new Error(`the outbox made up ${id}`);
    return found;
  }

  enqueue({ site, count, links }: Extract<Step, { kind: 'enqueue' }>): void {
    const siteId = this.siteIds[site] ?? '';
    const made: Known[] = [];
    for (let index = 0; index < count; index += 1) {
      const candidates = [...this.known.filter((intent) => intent.site === site), ...made];
      const needs =
        candidates.length === 0
          ? []
          : links.map((link) => candidates[(link + index) % candidates.length]?.id ?? '');
      made.push({
        id: nextId(),
        site,
        needs,
        state: 'waiting',
        owner: null,
        leaseEnd: 0,
        done: 0,
        bound: null,
      });
    }
    const intents = made.map(({ id, needs }) => ({
      id,
      siteId,
      kind: 'add_lock' as const,
      subjectId: null,
      payload: null,
      needs,
    }));
    // Given in reverse: order is the outbox's business.
    this.outbox.enqueue(intents.toReversed(), this.now);
    this.known.push(...made);
  }

  claim(owner: string, limit: number): void {
    const claimed = this.outbox.claim({ now: this.now, leaseMs, limit, owner });
    expect(claimed.length).toBeLessThanOrEqual(limit);
    for (const intent of claimed) {
      const known = this.get(intent.id);
      expect(known.needs.every((id) => this.get(id).state === 'done')).toBe(true);
      expect(known.state === 'waiting' || (known.state === 'leased' && known.leaseEnd <= this.now)).toBe(
        true,
      );
      Object.assign(known, { state: 'leased', owner, leaseEnd: this.now + leaseMs });
    }
  }

  freeze(choice: number): void {
    const leased = this.leased();
    const known = leased[choice % leased.length];
    if (known === undefined) return;
    const request = this.outbox.request(known.id) ?? requestOf(choice);
    this.outbox.freeze(known.id, request, this.now);
    // Whatever was possibly bound to the key goes out unchanged.
    if (known.bound !== null) expect(request).toEqual(known.bound);
    known.bound = request;
  }

  settle({ pick: choice, outcome: end, asWorker }: Extract<Step, { kind: 'settle' }>): void {
    const known = this.known[choice % this.known.length];
    if (known === undefined) return;
    const owner = asWorker === null ? (known.owner ?? 'nobody') : `worker ${asWorker}`;
    const before = this.outbox.get(known.id);
    const holds = known.state === 'leased' && known.owner === owner;
    expect(this.outbox.settle(known.id, owner, end, this.now)).toBe(holds);
    if (!holds) {
      expect(this.outbox.get(known.id)).toEqual(before);
      return;
    }
    const uncertain = this.outbox.get(known.id)?.uncertain ?? false;
    if (!uncertain) known.bound = null;
    known.owner = null;
    known.state = end.kind === 'retry' || end.kind === 'paused' ? 'waiting' : end.kind;
    if (end.kind === 'done') known.done += 1;
  }

  /** What must hold after every step. */
  check(): void {
    const stored = new Map(
      this.siteIds.flatMap((id) => this.outbox.ofSite(id)).map((intent) => [intent.id, intent]),
    );
    expect(stored.size).toBe(this.known.length);
    for (const known of this.known) {
      expect(stored.get(known.id)?.state).toBe(known.state);
      expect(known.done).toBeLessThanOrEqual(1);
      if (known.bound !== null) expect(this.outbox.request(known.id)).toEqual(known.bound);
    }
    const unsent = this.known.filter(({ state }) => state !== 'done');
    const needsPerson = unsent.filter(({ state }) => state === 'needs_person').length;
    expect(this.outbox.counts()).toEqual({ unsent: unsent.length, needsPerson });
    expect(new Set(this.outbox.openSites())).toEqual(new Set(unsent.map(({ site }) => this.siteIds[site])));
    const drifted = this.db.prepare(`SELECT count(*) FROM outbox WHERE open_needs <> (
      SELECT count(*) FROM outbox_needs JOIN outbox AS needed ON needed.id = needed_id
      WHERE intent_id = outbox.id AND needed.state <> 'done')`);
    expect(drifted.pluck().get()).toBe(0);
  }

  /** With every obstacle out of the way, everything goes out, each once. */
  drain(): void {
    for (const site of [0, 1, 2]) this.retrySite(site);
    this.crash();
    for (let round = 0; round <= this.known.length; round += 1) {
      this.outbox.wake(this.now);
      this.claim('last', 100);
      for (const { id } of this.leased()) {
        expect(this.outbox.settle(id, 'last', { kind: 'done', result: null }, this.now)).toBe(true);
        Object.assign(this.get(id), { state: 'done', owner: null, done: this.get(id).done + 1, bound: null });
      }
    }
    expect(this.known.map(({ done }) => done)).toEqual(this.known.map(() => 1));
    expect(this.outbox.nextDue()).toBeNull();
  }
}

const requestOf = (number: number): FrozenRequest => ({
  method: 'POST',
  path: `/v1/${number}`,
  query: {},
  ifMatch: null,
  body: { number },
});

describe('outbox, at random', () => {
  test('keeps order, loses nothing, does nothing twice', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const rehearsal = new Rehearsal();
        try {
          for (const action of steps) {
            rehearsal.run(action);
            rehearsal.check();
          }
          rehearsal.drain();
          rehearsal.check();
        } finally {
          rehearsal.db.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
