import * as fc from 'fast-check';
import { v7 as newId } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../db/store.ts';
import type { DeviceRecord, NewIntent } from '../../../db/types.ts';
import type { DeviceKind } from '../../../electron/contract/index.ts';
import {
  attentionFromIntents,
  correctEmail,
  finishSite,
  outboxOf,
  planHandover,
  retrySite,
  stagesOf,
  stateFromIntents,
  treeBelow,
} from '../../../electron/host/handover/index.ts';
import { newTestStore, siteData } from '../../db/support/store.ts';

const device = (kind: DeviceKind, id: string, parentId: string | null, position = 0): DeviceRecord => ({
  id,
  siteId: 'site',
  parentId,
  position,
  kind,
  name: id,
  model: null,
  radio: null,
  mac: null,
  hasActivationCode: true,
  door: '',
  floor: '',
  notes: '',
  state: 'tested',
  serial: null,
  firmware: null,
  rssi: null,
  batteryPercent: null,
  batteryAt: null,
  reach: null,
  heldByHub: null,
  heldByParent: null,
  clockSetAt: null,
  clockOffsetMs: null,
  heardAt: null,
  networkProven: true,
  cloudId: null,
  subscription: null,
});

function plan(devices: readonly DeviceRecord[], voucher = 'PRO-50-1'): NewIntent[] {
  let count = 0;
  return planHandover({ siteId: 'site', voucher, devices, finish: null, newId: () => `intent-${count++}` });
}

/** Everything that must be done before an intent. */
function allBefore(intents: readonly NewIntent[], id: string): Set<string> {
  const found = new Set<string>();
  const visit = (at: string) => {
    for (const need of intents.find((intent) => intent.id === at)?.needs ?? []) {
      if (!found.has(need)) visit(need);
      found.add(need);
    }
  };
  visit(id);
  return found;
}

const someDevices = [
  device('iq', 'hub', null),
  device('repeater', 'r2', 'hub', 1),
  device('repeater', 'r1', 'hub', 0),
  device('lock', 'l2', 'r1', 1),
  device('lock', 'l1', 'r1', 0),
  device('lock', 'l3', 'r2'),
];

describe('the plan of a handover', () => {
  test('names each thing once, in an order that can be followed', () => {
    const intents = plan(someDevices);
    expect(intents.map(({ kind }) => kind)).toEqual([
      'create_installation',
      'redeem_voucher',
      'add_iq',
      'add_repeater',
      'add_repeater',
      'add_lock',
      'add_lock',
      'add_lock',
      'replace_tree',
      'invite_owner',
      'release',
    ]);
    const seen = new Set<string>();
    for (const intent of intents) {
      expect(intent.needs.every((need) => seen.has(need))).toBe(true);
      seen.add(intent.id);
    }
  });

  test('a site without a voucher redeems none; a hub without devices keeps its empty tree', () => {
    const kinds = plan([device('iq', 'hub', null)], ' ').map(({ kind }) => kind);
    expect(kinds).toEqual(['create_installation', 'add_iq', 'invite_owner', 'release']);
  });

  test('whatever the site: no invitation before everything else, no release before the invitation', () => {
    const kinds = fc.array(fc.constantFrom<DeviceKind>('iq', 'repeater', 'lock'), { maxLength: 30 });
    fc.assert(
      fc.property(kinds, fc.boolean(), (chosen, hasVoucher) => {
        const devices = chosen.map((kind, index) => {
          const hub = chosen.slice(0, index).lastIndexOf('iq');
          return device(kind, `d${index}`, kind === 'iq' || hub < 0 ? null : `d${hub}`, index);
        });
        const intents = plan(devices, hasVoucher ? 'PRO-1-A' : '');
        const [invitation] = intents.filter(({ kind }) => kind === 'invite_owner');
        const [release] = intents.filter(({ kind }) => kind === 'release');
        const others = intents.filter((intent) => intent !== invitation && intent !== release);
        expect(allBefore(intents, invitation?.id ?? '')).toEqual(new Set(others.map(({ id }) => id)));
        expect(allBefore(intents, release?.id ?? '').has(invitation?.id ?? '')).toBe(true);
        for (const tree of intents.filter(({ kind }) => kind === 'replace_tree')) {
          const added = intents
            .filter(({ id }) => allBefore(intents, tree.id).has(id))
            .map(({ subjectId }) => subjectId);
          const below = treeBelow(tree.subjectId ?? '', devices).map(({ id }) => id);
          expect(added).toEqual(expect.arrayContaining([tree.subjectId, ...below]));
        }
      }),
    );
  });

  test('a tree lists parents first, by position; a circle ends', () => {
    expect(treeBelow('hub', someDevices).map(({ id }) => id)).toEqual(['r1', 'l1', 'l2', 'r2', 'l3']);
    const circle = [device('repeater', 'a', 'b'), device('repeater', 'b', 'a')];
    expect(treeBelow('b', circle).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

const now = () => Date.UTC(2026, 10, 23, 12);
const by = (store: Store, siteId: string) => ({ store, siteId, person: 'Iris', now, newId: () => newId() });

async function finishedSite() {
  const { store } = await newTestStore();
  const siteId = newId();
  store.sites.insert(siteId, siteData('Kade'), now());
  const hub = newId();
  const base = { siteId, position: 0, model: null, radio: null, mac: null, door: '', floor: '', notes: '' };
  store.devices.insert(
    { ...base, id: hub, parentId: null, kind: 'iq', name: 'IQ', activationCode: '1A.2B.3C' },
    now(),
  );
  store.devices.insert(
    { ...base, id: newId(), parentId: hub, kind: 'lock', name: 'Door', activationCode: null },
    now(),
  );
  finishSite(by(store, siteId));
  const intent = (kind: string) => {
    const found = store.outbox.ofSite(siteId).find((one) => one.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };
  /** Tries an intent as the worker would, with this end. */
  const settle = (kind: string, outcome: Parameters<Store['outbox']['settle']>[2]) => {
    for (const claimed of store.outbox.claim({ now: now(), leaseMs: 1, limit: 99, owner: 'w' })) {
      const request = { method: 'POST', path: '/', query: {}, ifMatch: null, body: {} } as const;
      store.outbox.freeze(claimed.id, request, now());
      const end =
        claimed.kind === kind
          ? outcome
          : ({ kind: 'paused', reason: 'offline', afterMs: 0, uncertain: false } as const);
      store.outbox.settle(claimed.id, 'w', end, now());
    }
  };
  return { store, siteId, intent, settle };
}
const done = { kind: 'done', result: null } as const;
const refused = {
  kind: 'needs_person',
  problem: { code: 'cloud.validation_failed', params: { status: 400, detail: '', trace: '' } },
} as const;

describe('the finish', () => {
  test('is one transaction: state, statement, intents, audit', async () => {
    const { store, siteId, intent } = await finishedSite();
    expect(store.sites.get(siteId)).toMatchObject({
      state: 'installed',
      finishedAt: now(),
      finishedBy: 'Iris',
    });
    const finish = { finishedAt: now(), clockOffsetMs: null, expected: { iqs: 1, repeaters: 0, locks: 1 } };
    expect(intent('invite_owner').payload).toEqual(finish);
    expect(intent('release').payload).toEqual(finish);
    expect(store.audit.ofSite(siteId, 10).map(({ action }) => action)).toContain('site.finished');
    expect(() => finishSite(by(store, siteId))).toThrow(expect.objectContaining({ code: 'site.finished' }));
    expect(() => finishSite(by(store, newId()))).toThrow(expect.objectContaining({ code: 'site.not_found' }));
  });

  test('leaves nothing where it fails half-way', async () => {
    const { store } = await newTestStore();
    const siteId = newId();
    store.sites.insert(siteId, siteData('Kade'), now());
    let ids = 0;
    const broken = () => {
      ids += 1;
      if (ids === 3) throw new Error('no more ids');
      return newId();
    };
    expect(() => finishSite({ ...by(store, siteId), newId: broken })).toThrow('no more ids');
    expect(store.sites.get(siteId)).toMatchObject({ state: 'planned', finishedAt: null });
    expect(store.outbox.ofSite(siteId)).toEqual([]);
  });
});

describe('state, attention and stages', () => {
  test('follow the intents', async () => {
    const { store, siteId, settle } = await finishedSite();
    const look = () => {
      const [site, intents] = [store.sites.get(siteId), store.outbox.ofSite(siteId)];
      if (site === undefined) throw new Error('no site');
      const stages = stagesOf(site, store.devices.ofSite(siteId), intents);
      const stage = (name: string) => stages.find((one) => one.stage === name)?.state;
      return {
        state: stateFromIntents(site, intents),
        attention: attentionFromIntents(site, intents)?.code,
        stage,
      };
    };
    expect(look().state).toBe('installed');
    expect(['site', 'voucher', 'papers', 'release'].map(look().stage)).toEqual([
      'waiting',
      'waiting',
      'not_needed',
      'waiting',
    ]);
    settle('create_installation', done);
    expect(look().state).toBe('handing_over');
    expect(look().stage('site')).toBe('done');
    settle('add_iq', refused);
    expect(look().attention).toBe('cloud.validation_failed');
    expect(look().stage('hubs')).toBe('needs_person');
    const [shown] = outboxOf(store, now()).sites;
    expect(shown).toMatchObject({
      group: 'needs_person',
      siteName: 'Kade',
      problem: { code: 'cloud.validation_failed' },
    });
    expect(shown?.history[0]).toMatchObject({
      outcome: expect.any(String),
      at: new Date(now()).toISOString(),
    });
    retrySite(by(store, siteId));
    expect(look().attention).toBeUndefined();
    for (const kind of ['redeem_voucher', 'add_iq', 'add_lock', 'replace_tree', 'invite_owner', 'release'])
      settle(kind, done);
    expect(look().state).toBe('released');
    expect(outboxOf(store, now()).sites).toHaveLength(0);
    store.sites.change(siteId, { state: 'released', releasedAt: now() }, now());
    expect(outboxOf(store, now()).sites[0]?.group).toBe('sent');
  });

  test('before the finish the stages tell what would go out', async () => {
    const { store } = await newTestStore();
    store.sites.insert('0190a5b2-0000-7000-8000-000000000001', siteData('Kade', { voucher: '' }), now());
    const [site] = store.sites.all();
    if (site === undefined) throw new Error('no site');
    const stages = stagesOf(site, someDevices, []);
    expect(stages.find(({ stage }) => stage === 'locks')).toEqual({
      stage: 'locks',
      state: 'waiting',
      done: 0,
      total: 5,
    });
    expect(stages.find(({ stage }) => stage === 'voucher')?.state).toBe('not_needed');
  });
});

test('an intent that rests until it is woken has no next try to show', async () => {
  const { store, settle } = await finishedSite();
  settle('create_installation', { kind: 'paused', reason: 'rate_limited', afterMs: 0, uncertain: false });
  settle('create_installation', { kind: 'paused', reason: 'offline', afterMs: null, uncertain: false });
  expect(outboxOf(store, now()).sites[0]).toMatchObject({ group: 'resting', nextTryAt: null });
});

describe('correcting the owner’s address', () => {
  const kinds = (store: Store, siteId: string) =>
    store.outbox
      .ofSite(siteId)
      .map(({ kind }) => kind)
      .filter((kind) => /update|correct|resend/.test(kind));
  const right = { email: 'right@example.org', emailRepeated: 'Right@Example.org' };

  test('asks for an address, twice the same', async () => {
    const { store, siteId } = await finishedSite();
    const wrong = (email: string, emailRepeated: string) => () =>
      correctEmail({ ...by(store, siteId), email, emailRepeated });
    expect(wrong('nobody', 'nobody')).toThrow(expect.objectContaining({ code: 'OWNER_EMAIL_FORMAT' }));
    expect(wrong('a@example.org', 'b@example.org')).toThrow(
      expect.objectContaining({ code: 'OWNER_EMAIL_MISMATCH' }),
    );
  });

  test('before anything went out: only here', async () => {
    const { store, siteId } = await finishedSite();
    correctEmail({ ...by(store, siteId), ...right });
    expect(kinds(store, siteId)).toEqual([]);
    expect(store.sites.get(siteId)?.owner).toMatchObject({ email: right.email, emailRepeated: right.email });
  });

  test('after the site may be there: changed there, before the invitation', async () => {
    const { store, siteId, settle, intent } = await finishedSite();
    const unknown = { kind: 'paused', reason: 'offline', afterMs: 0, uncertain: true } as const;
    settle('create_installation', unknown);
    correctEmail({ ...by(store, siteId), ...right });
    expect(kinds(store, siteId)).toEqual(['update_installation']);
    expect(intent('update_installation').payload).toEqual({ email: right.email });
  });

  test('after the invitation: corrected there, one after the other; never once the owner is in', async () => {
    const { store, siteId, settle } = await finishedSite();
    for (const kind of [
      'create_installation',
      'redeem_voucher',
      'add_iq',
      'add_lock',
      'replace_tree',
      'invite_owner',
    ])
      settle(kind, done);
    correctEmail({ ...by(store, siteId), ...right });
    correctEmail({ ...by(store, siteId), email: 'second@example.org', emailRepeated: 'second@example.org' });
    expect(kinds(store, siteId)).toEqual(['correct_invitation', 'correct_invitation']);
    const claimed = store.outbox.claim({ now: now(), leaseMs: 1, limit: 99, owner: 'w' });
    expect(claimed.filter(({ kind }) => kind === 'correct_invitation').map(({ payload }) => payload)).toEqual(
      [{ email: right.email }],
    );
    const invitation = {
      state: 'accepted',
      email: 'x',
      sentAt: null,
      expiresAt: null,
      acceptedAt: null,
    } as const;
    store.sites.change(siteId, { invitation }, now());
    expect(() => correctEmail({ ...by(store, siteId), ...right })).toThrow(
      expect.objectContaining({ code: 'cloud.invitation_closed' }),
    );
  });

  test('the same address again: a new mail only where the last one is lost', async () => {
    const { store, siteId, settle } = await finishedSite();
    for (const kind of [
      'create_installation',
      'redeem_voucher',
      'add_iq',
      'add_lock',
      'replace_tree',
      'invite_owner',
    ])
      settle(kind, done);
    const email = store.sites.get(siteId)?.owner.email ?? '';
    const again = () =>
      correctEmail({ ...by(store, siteId), email: email.toUpperCase(), emailRepeated: email });
    const invitation = { state: 'sent', email, sentAt: null, expiresAt: null, acceptedAt: null } as const;
    store.sites.change(siteId, { invitation }, now());
    again();
    expect(kinds(store, siteId)).toEqual([]);
    store.sites.change(siteId, { invitation: { ...invitation, state: 'expired' } }, now());
    again();
    expect(kinds(store, siteId)).toEqual(['resend_invitation']);
  });
});
