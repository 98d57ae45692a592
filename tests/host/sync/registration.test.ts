import { v7 as newId } from 'uuid';
import { expect, test } from 'vitest';
import { retrySite } from '../../../electron/host/handover/index.ts';
import {
  addSite,
  anySignal,
  expectOneJob,
  finish,
  openLaptop,
  startCloudBench,
  untilState,
} from './support/bench.ts';
import type { Laptop } from './support/laptop.ts';
import { by, intentOf, signedInLaptop, untilStuck } from './support/site-acts.ts';

test('sites go out side by side, and one that is stuck holds nobody up', async () => {
  const bench = await startCloudBench();
  const open = new Set<string>();
  let most = 0;
  let sitesAtOnce = 0;
  const laptop = await openLaptop(bench.practice.url, {
    beforeSending: async ({ url, method }) => {
      if (method === 'GET') return;
      open.add(url);
      most = Math.max(most, open.size);
      const sites = new Set([...open].map((path) => /installations\/([^/]+)/.exec(path)?.[1] ?? 'new'));
      sitesAtOnce = Math.max(sitesAtOnce, sites.size);
      await new Promise((resolve) => setTimeout(resolve, 30));
      open.delete(url);
    },
  });
  await laptop.account.signIn(anySignal());
  const stuck = addSite(laptop.store, { iqCode: '00.00.00' });
  const others = [addSite(laptop.store), addSite(laptop.store)];
  for (const siteId of [stuck, ...others]) finish(laptop.store, siteId);
  laptop.sync.start();
  for (const siteId of others) await untilState(laptop.store, siteId, 'released');
  expect(sitesAtOnce).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
  for (const siteId of others) await expectOneJob(bench, laptop.store, siteId);

  await untilStuck(laptop, stuck, 'add_iq');
  const site = laptop.store.sites.get(stuck);
  expect(site?.state).toBe('handing_over');
  expect(site?.attention?.code).toBe('cloud.activation_code_rejected');
  const hub = laptop.store.devices.ofSite(stuck).find((device) => device.kind === 'iq');
  laptop.store.devices.change(hub?.id ?? '', { activationCode: '7A.7B.7C' }, Date.now());
  retrySite(by(laptop, stuck));
  expect(laptop.store.sites.get(stuck)?.attention).toBeNull();
  await untilState(laptop.store, stuck, 'released');
  await expectOneJob(bench, laptop.store, stuck);
});

test('locks are registered as what they are, one with PIN as the nearest that the cloud knows', async () => {
  const bench = await startCloudBench();
  const sent = new Map<string, string>();
  const laptop = await signedInLaptop(bench.practice.url, {
    beforeSending: ({ url, method, body }) => {
      if (method !== 'POST' || !url.endsWith('/locks')) return;
      const { customer_reference: name, lock_type: lockType } = JSON.parse(body);
      sent.set(name, lockType);
    },
  });
  const lockTypes = [
    ['cylinder', 'cylinder'],
    ['cylinder_pin', 'cylinder'],
    ['escutcheon', 'escutcheon'],
    ['escutcheon_pin', 'escutcheon_pin'],
    ['wall_reader', 'wall_reader'],
    ['wall_reader_pin', 'wall_reader_pin'],
    [null, 'unknown'],
  ] as const;
  const siteId = addSite(laptop.store, { locks: lockTypes.length });
  const locks = laptop.store.devices.ofSite(siteId).filter(({ kind }) => kind === 'lock');
  for (const [index, { id }] of locks.entries()) {
    laptop.store.devices.change(id, { model: lockTypes[index]?.[0] ?? null }, Date.now());
  }
  finish(laptop.store, siteId);
  await untilState(laptop.store, siteId, 'released');
  expect(locks.map(({ name }) => sent.get(name))).toEqual(lockTypes.map(([, lockType]) => lockType));
});

test('a code that another site has already goes to a person', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  const first = addSite(laptop.store, { iqCode: '5A.5B.5C' });
  finish(laptop.store, first);
  await untilState(laptop.store, first, 'released');
  const second = addSite(laptop.store, { iqCode: '5A.5B.5C' });
  finish(laptop.store, second);
  await untilStuck(laptop, second, 'add_iq');
  expect(intentOf(laptop, second, 'add_iq').problem?.code).toBe('cloud.activation_code_taken');
  expect(intentOf(laptop, second, 'release').state).toBe('waiting');
});

test.for([
  { ours: true, name: 'taken over where our own MAC shows it' },
  { ours: false, name: 'left to a person where it is not ours' },
])('a hub that somebody registered in our installation is $name', async ({ ours }) => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  const siteId = addSite(laptop.store, { iqCode: '00.00.00' });
  finish(laptop.store, siteId);
  await untilStuck(laptop, siteId, 'add_iq');
  const hub = laptop.store.devices.ofSite(siteId).find((device) => device.kind === 'iq');
  const installationId = laptop.store.sites.get(siteId)?.cloudId ?? '';
  const iq = {
    name: 'By hand',
    activationCode: '6A.6B.6C',
    mac: ours ? (hub?.mac ?? null) : '99.99.99',
    model: 'IQ3',
    timeZone: null,
  };
  const request = laptop.cloud.request({ kind: 'add_iq', installationId, iq });
  await laptop.cloud.send('add_iq', request, newId(), anySignal());
  laptop.store.devices.change(hub?.id ?? '', { activationCode: '6A.6B.6C' }, Date.now());
  retrySite(by(laptop, siteId));
  if (ours) {
    await untilState(laptop.store, siteId, 'released');
    await expectOneJob(bench, laptop.store, siteId, { foreignKeys: 1 });
  } else {
    await untilStuck(laptop, siteId, 'add_iq');
    expect(intentOf(laptop, siteId, 'add_iq').problem?.code).toBe('cloud.activation_code_taken');
  }
});

test('a tree that somebody changes between reading and writing is read again, then written once', async () => {
  const bench = await startCloudBench();
  let meddled = false;
  const laptop: Laptop = await openLaptop(bench.practice.url, {
    beforeSending: async ({ url, method, body }) => {
      if (method !== 'PUT' || !url.endsWith('/tree') || meddled) return;
      meddled = true;
      const [, installationId = '', iqId = ''] = /installations\/([^/]+)\/iqs\/([^/]+)/.exec(url) ?? [];
      const { iq_tree_items: items } = JSON.parse(body);
      const { etag } = await laptop.cloud.tree(installationId, iqId, anySignal());
      const repeater = { id: items[0].id, parentId: null, kind: 'repeater' as const };
      const request = laptop.cloud.request({
        kind: 'replace_tree',
        installationId,
        iqId,
        items: [repeater],
        etag,
      });
      await laptop.cloud.send('replace_tree', request, newId(), anySignal());
    },
  });
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await untilState(laptop.store, siteId, 'released');
  const replaced = (await bench.ledger()).filter((row) => row.event === 'tree.replaced');
  expect(replaced).toHaveLength(2);
  expect(replaced[1]?.idempotency_key).toBe(intentOf(laptop, siteId, 'replace_tree').id);
  expect(intentOf(laptop, siteId, 'replace_tree').attempts).toBe(2);
});

test('a tree that is right already is not written', async () => {
  const bench = await startCloudBench();
  let written = false;
  const laptop: Laptop = await openLaptop(bench.practice.url, {
    beforeSending: async ({ url, method }) => {
      const [, installationId = '', iqId] = /installations\/([^/]+)\/iqs\/([^/]+)\/tree/.exec(url) ?? [];
      if (iqId === undefined || method !== 'GET' || written) return;
      written = true;
      const { etag } = await laptop.cloud.tree(installationId, iqId, anySignal());
      const lock = laptop.store.devices.ofSite(siteId).find((device) => device.kind === 'lock');
      const items = [{ id: lock?.cloudId ?? '', parentId: null, kind: 'lock' as const }];
      const request = laptop.cloud.request({ kind: 'replace_tree', installationId, iqId, items, etag });
      await laptop.cloud.send('replace_tree', request, newId(), anySignal());
    },
  });
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  const siteId = addSite(laptop.store, { locks: 1, repeaters: 0 });
  finish(laptop.store, siteId);
  await untilState(laptop.store, siteId, 'released');
  expect(intentOf(laptop, siteId, 'replace_tree').attempts).toBe(0);
  expect((await bench.ledger()).filter((row) => row.event === 'tree.replaced')).toHaveLength(1);
});

test('a lock beyond the seats is there, and known to be suspended (C20)', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  // Slow, so that a lock that did not wait for the voucher would be told as suspended.
  await bench.traps({
    server_error: { times: 3, status: 503, match: 'PUT /installations/{installation_id}/subscription' },
  });
  const siteId = addSite(laptop.store, { voucher: 'LITE-2-SEATS', locks: 3 });
  finish(laptop.store, siteId);
  await untilState(laptop.store, siteId, 'released');
  const locks = laptop.store.devices.ofSite(siteId).filter((device) => device.kind === 'lock');
  expect(locks.map((lock) => lock.subscription).sort()).toEqual(['subscribed', 'subscribed', 'suspended']);
});

test('what was first tried more than a year ago is not repeated unasked (C11)', async () => {
  const bench = await startCloudBench();
  const laptop = await openLaptop(bench.practice.url);
  await laptop.account.signIn(anySignal());
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  const longAgo = Date.now() - 366 * 24 * 60 * 60_000;
  const { store } = laptop;
  const [claimed] = store.outbox.claim({ now: Date.now(), leaseMs: 1000, limit: 1, owner: 'then' });
  const request = { method: 'POST', path: '/installations', query: {}, ifMatch: null, body: {} } as const;
  store.outbox.freeze(claimed?.id ?? '', request, longAgo);
  laptop.sync.start();
  await untilStuck(laptop, siteId, 'create_installation');
  expect(store.sites.get(siteId)?.attention?.code).toBe('cloud.intent_too_old');
  expect(await bench.ledger()).toHaveLength(0);
  // A person who has looked may send it again all the same.
  retrySite(by(laptop, siteId));
  await untilState(store, siteId, 'released');
});
