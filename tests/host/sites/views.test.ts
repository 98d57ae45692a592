import { describe, expect, it } from 'vitest';
import type { DeviceState, DoorCheck, SiteState } from '../../../electron/contract/index.ts';
import { defaultLimits } from '../../../electron/host/rules/index.ts';
import { createSiteList } from '../../../electron/host/site-list.ts';
import { createSites } from '../../../electron/host/sites/index.ts';
import { newIntent, newTestStore, nextId, siteData, someDay } from '../../db/support/store.ts';

const account = {
  limits: new Map([['*', defaultLimits]]),
  tenants: null,
  businessTypes: null,
  clockOffsetMs: null,
  newestFirmware: new Map(),
};

/** A site with a hub and two locks, and what the screens see of it. */
async function openBench() {
  const { store } = await newTestStore();
  const sites = createSites({ store, now: () => someDay, newId: nextId, person: () => 'Iris' });
  const list = createSiteList(store, () => account);
  const siteId = sites.create(siteData('Kade'));
  const hub = sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00', activationCode: '04.A2.FF' });
  const locks = ['01FFEE00112233', '01FFEE00112234'].map((mac) =>
    sites.addDevice(siteId, 'lock', hub, { mac }),
  );
  const row = async () => {
    const end = new AbortController();
    for await (const { rows } of list.watch(end.signal)) {
      const [first] = rows;
      end.abort();
      if (first !== undefined) return first;
    }
    throw new Error('no row');
  };
  return {
    store,
    sites,
    siteId,
    hub,
    locks,
    list,
    row,
    one: () => list.one(siteId),
    site: (state: SiteState, more = {}) => store.sites.change(siteId, { state, ...more }, someDay),
    put: (state: DeviceState, ...ids: string[]) => {
      for (const id of ids) store.devices.change(id, { state }, someDay);
    },
  };
}

const stepsOf = (site: ReturnType<Awaited<ReturnType<typeof openBench>>['one']>) =>
  Object.fromEntries(site.steps.map(({ step, state, done, total }) => [step, `${state} ${done}/${total}`]));

describe('the next step', () => {
  it('leads through the whole job', async () => {
    const { one, row, site, put, hub, locks, store, siteId } = await openBench();
    const [first = '', second = ''] = locks;
    const next = async () => {
      const { kind, count } = (await row()).nextStep;
      expect(one().nextStep).toEqual({ kind, count });
      return `${kind} ${count}`;
    };
    expect(await next()).toBe('start 0');
    site('in_progress');
    expect(await next()).toBe('pair_hub 1');
    put('paired', hub);
    expect(await next()).toBe('set_network 1');
    store.devices.change(hub, { state: 'configured', networkProven: true }, someDay);
    expect(await next()).toBe('attach_locks 2');
    put('attached', first);
    expect(await next()).toBe('attach_locks 1');
    put('tested', first);
    put('faulty', second);
    expect(await next()).toBe('test_doors 1');
    put('tested', second);
    expect(await next()).toBe('finish 0');
    site('installed', { finishedAt: someDay, finishedBy: 'Iris' });
    expect(await next()).toBe('see_outbox 0');
    site('released', { releasedAt: someDay });
    expect(await next()).toBe('follow_owner 0');
    const sent = { email: 'anna@example.org', sentAt: null, expiresAt: null, acceptedAt: null };
    store.sites.change(siteId, { invitation: { ...sent, state: 'accepted' } }, someDay);
    expect(await next()).toBe('none 0');
    store.outbox.enqueue([newIntent(siteId)], someDay);
    store.outbox.claim({ now: someDay, leaseMs: 1, limit: 1, owner: 'o' });
    const [intent] = store.outbox.ofSite(siteId);
    const problem = { code: 'cloud.refused', params: {} } as const;
    store.outbox.settle(intent?.id ?? '', 'o', { kind: 'needs_person', problem }, someDay);
    expect(await next()).toBe('decide 1');
    expect((await row()).unsent).toBe(1);
  });

  it('asks to clear what stands against the finish', async () => {
    const { one, site, put, hub, locks, sites, siteId } = await openBench();
    site('in_progress');
    put('configured', hub);
    put('tested', ...locks);
    sites.update(siteId, siteData('Kade', { country: '' }));
    expect(one().nextStep).toEqual({ kind: 'clear_blockers', count: 1 });
    expect(one().findings.filter(({ severity }) => severity === 'blocker')).toMatchObject([
      { code: 'site.field_missing', params: { field: 'country' }, step: 'customer' },
    ]);
  });
});

describe('the step rail', () => {
  it('shows each step from nothing done to done', async () => {
    const { one, put, hub, locks, store, site } = await openBench();
    expect(stepsOf(one())).toEqual({
      customer: 'done 9/9',
      hardware: 'not_yet 0/3',
      network: 'not_yet 0/1',
      doors: 'not_yet 0/2',
      handover: 'not_yet 0/1',
    });
    put('paired', hub);
    put('attached', ...locks);
    put('tested', locks[0] ?? '');
    expect(stepsOf(one())).toMatchObject({ hardware: 'done 3/3', network: 'not_yet 0/1', doors: 'open 1/2' });
    put('tested', ...locks);
    store.devices.change(hub, { networkProven: true }, someDay);
    store.devices.change(locks[0] ?? '', { rssi: -95 }, someDay);
    expect(stepsOf(one())).toMatchObject({ network: 'done 1/1', doors: 'warning 2/2', handover: 'open 0/1' });
    site('installed', { finishedAt: someDay });
    expect(stepsOf(one()).handover).toBe('done 1/1');
  });

  it('tells what is wrong from what is only open', async () => {
    const { one, sites, siteId, hub } = await openBench();
    sites.update(siteId, siteData('Kade', { country: '', timeZone: '', businessType: '' }));
    expect(stepsOf(one()).customer).toBe('open 6/9');
    sites.update(siteId, siteData('Kade', { timeZone: 'Asia/Tokyo' }));
    expect(stepsOf(one()).customer).toBe('blocker 8/9');
    sites.addDevice(siteId, 'lock', hub, { mac: '01FFEE00112233' });
    expect(stepsOf(one()).hardware).toBe('blocker 0/4');
  });
});

describe('a door', () => {
  it('is counted, shown with its newest checks, and without any code', async () => {
    const { one, row, locks, store, put } = await openBench();
    const [lock = ''] = locks;
    const check = (name: DoorCheck, result: 'passed' | 'failed', at: number) =>
      store.checks.insert({ deviceId: lock, check: name, result, by: 'lock', at, detail: 'ok' });
    check('motor', 'failed', someDay);
    check('motor', 'passed', someDay + 1);
    check('heard', 'passed', someDay + 2);
    put('tested', lock);
    const site = one();
    const shown = site.devices.find(({ id }) => id === lock);
    expect(shown?.checks.map(({ check, result }) => `${check} ${result}`).toSorted()).toEqual([
      'heard passed',
      'motor passed',
    ]);
    expect(site.doors).toEqual({ planned: 2, attached: 1, tested: 1 });
    const { macs, doors } = await row();
    expect(macs.toSorted()).toEqual(['01FFEE00112233', '01FFEE00112234', '04.A3.00']);
    expect(doors).toEqual(site.doors);
    expect(JSON.stringify([site, await row()])).not.toMatch(/04\.?A2\.?FF/i);
    expect(site.devices[0]).toMatchObject({
      hasActivationCode: true,
      registered: false,
      networkProven: false,
    });
  });
});

describe('the list', () => {
  it('gives all rows first, then what changed and what is gone', async () => {
    const { list, sites, siteId } = await openBench();
    const other = sites.create(siteData('Gracht'));
    const end = new AbortController();
    const events = list.watch(end.signal);
    const next = async () => (await events.next()).value ?? undefined;
    expect((await next())?.rows.map(({ name }) => name).toSorted()).toEqual(['Gracht', 'Kade']);
    sites.update(siteId, siteData('Kade 2'));
    sites.remove(other);
    const change = await next();
    expect(change).toMatchObject({ seq: 2, kind: 'change', rows: [{ name: 'Kade 2' }], removed: [other] });
    const last = events.next();
    end.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });
});
