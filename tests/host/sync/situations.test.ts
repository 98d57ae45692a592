import { v7 as newId } from 'uuid';
import { expect, test } from 'vitest';
import { correctEmail, retrySite } from '../../../electron/host/handover/index.ts';
import {
  addSite,
  anySignal,
  expectOneJob,
  finish,
  openLaptop,
  startCloudBench,
  until,
  untilState,
} from './support/bench.ts';
import type { Laptop } from './support/laptop.ts';

const by = (laptop: Laptop, siteId: string) => ({
  store: laptop.store,
  siteId,
  person: 'Iris Installer',
  now: Date.now,
  newId: () => newId(),
});
const intentOf = (laptop: Laptop, siteId: string, kind: string) => {
  const found = laptop.store.outbox.ofSite(siteId).find((intent) => intent.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};
const untilStuck = (laptop: Laptop, siteId: string, kind: string) =>
  until(
    laptop.store,
    () => intentOf(laptop, siteId, kind).state === 'needs_person',
    () => [laptop.sync.state().state, intentOf(laptop, siteId, kind), Date.now()],
  );

async function signedInLaptop(cloudUrl: string, options: Parameters<typeof openLaptop>[1] = {}) {
  const laptop = await openLaptop(cloudUrl, options);
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  return laptop;
}

test('without a connection a finished site waits, burns no attempt, and goes out by itself afterwards', async () => {
  const bench = await startCloudBench();
  const laptop = await openLaptop(bench.practice.url);
  await laptop.account.signIn(anySignal());
  laptop.net.up = false;
  laptop.sync.start();
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await expect.poll(() => laptop.sync.state().state).toBe('offline');
  expect(laptop.store.sites.get(siteId)?.state).toBe('installed');
  expect(laptop.store.outbox.ofSite(siteId).every((intent) => intent.attempts === 0)).toBe(true);
  expect(laptop.account.state().session).toBe('signed_in');
  laptop.net.up = true;
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
});

test('the connection goes away in the middle of a job and comes back', async () => {
  const bench = await startCloudBench();
  let writes = 0;
  const laptop: Laptop = await openLaptop(bench.practice.url, {
    afterAnswer: ({ url, method }) => {
      if (method === 'GET' || !url.includes('/v1/')) return;
      writes += 1;
      if (writes === 3) laptop.net.up = false;
      if (laptop.net.up) return;
      throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET', syscall: 'read' } });
    },
  });
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await expect.poll(() => laptop.sync.state().state, { timeout: 5_000 }).toBe('offline');
  expect(laptop.store.sites.get(siteId)?.state).toBe('handing_over');
  laptop.net.up = true;
  laptop.sync.wake('network');
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
});

test('what waits while nobody is signed in goes out after the sign-in', async () => {
  const bench = await startCloudBench();
  const laptop = await openLaptop(bench.practice.url);
  laptop.sync.start();
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  expect(laptop.sync.state().state).toBe('signed_out');
  await laptop.account.signIn(anySignal());
  await untilState(laptop.store, siteId, 'released');
  expect(laptop.store.outbox.ofSite(siteId).every((intent) => intent.attempts === 1)).toBe(true);
});

test('a refused refresh pauses the outbox for a sign-in; the same keys go on afterwards (C5, C14)', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  const tokens = laptop.store.account.get()?.tokens as { refreshToken: string };
  const revoked = await fetch(`${bench.practice.url}/oidc/token/revocation`, {
    method: 'POST',
    body: new URLSearchParams({ token: tokens.refreshToken, client_id: 'doorstep' }),
  });
  expect(revoked.status).toBe(200);
  await bench.traps({ token_dies: { after: 0 } });
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await expect.poll(() => laptop.account.state().session, { timeout: 5_000 }).toBe('expired');
  expect(laptop.sync.state().state).toBe('signed_out');
  expect(laptop.store.outbox.counts().needsPerson).toBe(0);
  await laptop.account.signIn(anySignal());
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
});

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

test('a bounced invitation stops the release until the address is corrected', async () => {
  const bench = await startCloudBench();
  let blocked = true;
  const laptop = await signedInLaptop(bench.practice.url, {
    beforeSending: ({ url }) => {
      if (!blocked || !url.endsWith('/release')) return;
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED', syscall: 'connect' } });
    },
  });
  const email = 'bounce-1@example.org';
  const siteId = addSite(laptop.store, { email });
  finish(laptop.store, siteId);
  const attention = () => {
    laptop.sync.wake('sync_now');
    return laptop.store.sites.get(siteId)?.attention?.code;
  };
  await expect.poll(attention, { interval: 200, timeout: 10_000 }).toBe('invitation.bounced');
  laptop.sync.wake('sync_now');
  await untilStuck(laptop, siteId, 'release');
  expect(intentOf(laptop, siteId, 'release').problem?.code).toBe('invitation.bounced');
  blocked = false;
  expect(laptop.store.sites.get(siteId)?.state).toBe('handing_over');
  const right = 'right@example.org';
  correctEmail({ ...by(laptop, siteId), email: right, emailRepeated: right });
  expect(laptop.store.sites.get(siteId)?.attention).toBeNull();
  await untilState(laptop.store, siteId, 'released');
  const events = (await bench.ledger()).map((row) => row.event);
  expect(events.filter((event) => event === 'invitation.corrected')).toHaveLength(1);
  expect(events.indexOf('invitation.corrected')).toBeLessThan(events.indexOf('installation.released'));
  await expect.poll(async () => (await bench.mails(right)).length, { timeout: 6_000 }).toBe(1);
  expect(await bench.mails(email)).toHaveLength(0);
});

test('an address corrected after the site was created and before the owner was invited gets the only mail', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  const siteId = addSite(laptop.store, { iqCode: '00.00.00', email: 'wrong@example.org' });
  finish(laptop.store, siteId);
  await untilStuck(laptop, siteId, 'add_iq');
  const hub = laptop.store.devices.ofSite(siteId).find((device) => device.kind === 'iq');
  laptop.store.devices.change(hub?.id ?? '', { activationCode: '8A.8B.8C' }, Date.now());
  // Slow, so that an invitation that did not wait for the correction would go to the wrong address.
  await bench.traps({
    server_error: { times: 3, status: 503, match: 'PATCH /installations/{installation_id}' },
  });
  correctEmail({ ...by(laptop, siteId), email: 'right@example.org', emailRepeated: 'Right@example.org' });
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
  expect(await bench.mails('wrong@example.org')).toHaveLength(0);
});

test('after 429 the whole host is left alone for as long as it asks (C15)', async () => {
  const bench = await startCloudBench();
  const began = performance.now();
  const sentAt: number[] = [];
  const laptop = await openLaptop(bench.practice.url, {
    beforeSending: ({ url }) => void (url.includes('/v1/') && sentAt.push((performance.now() - began) * 20)),
  });
  await laptop.account.signIn(anySignal());
  await bench.traps({ rate_limit: { times: 1, retry_after: 30, match: 'POST /installations' } });
  const siteIds = [addSite(laptop.store), addSite(laptop.store)];
  for (const siteId of siteIds) finish(laptop.store, siteId);
  laptop.sync.start();
  for (const siteId of siteIds) await untilState(laptop.store, siteId, 'released');
  // Nothing of the other site left either, nor a probe.
  const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
  expect(gaps.some((gap) => gap >= 29_000)).toBe(true);
  const tries = siteIds.map((siteId) => intentOf(laptop, siteId, 'create_installation').attempts);
  expect(tries.sort()).toEqual([1, 2]);
});

test('a cloud that answers nonsense is named as such; nothing is lost, and the job ends once it speaks sense', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  laptop.net.nonsense = true;
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await until(
    laptop.store,
    () => intentOf(laptop, siteId, 'create_installation').problem?.code === 'cloud.unreadable_answer',
  );
  expect(laptop.store.outbox.counts().needsPerson).toBe(0);
  laptop.net.nonsense = false;
  laptop.sync.wake('sync_now');
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
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

test('closing leaves a call under way to its key; the next start finds what it did', async () => {
  const bench = await startCloudBench();
  let hang = true;
  const laptop = await signedInLaptop(bench.practice.url, {
    afterAnswer: ({ method, url }) => {
      if (method === 'POST' && url.endsWith('/installations') && hang) return new Promise<void>(() => {});
      return undefined;
    },
  });
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await expect.poll(async () => (await bench.ledger()).length).toBe(1);
  await laptop.close();
  hang = false;
  const next = await openLaptop(bench.practice.url, { dataDir: laptop.dataDir });
  expect(intentOf(next, siteId, 'create_installation').state).toBe('leased');
  next.sync.start();
  await untilState(next.store, siteId, 'released');
  await expectOneJob(bench, next.store, siteId);
});

test('an invitation that expired is shown, sent again, and followed until the owner is in', async () => {
  const bench = await startCloudBench();
  const laptop = await signedInLaptop(bench.practice.url);
  const email = 'late@example.org';
  const siteId = addSite(laptop.store, { email });
  finish(laptop.store, siteId);
  await untilState(laptop.store, siteId, 'released');
  await expect.poll(async () => (await bench.mails(email)).length, { timeout: 6_000 }).toBe(1);
  await bench.advance(73 * 3600);
  laptop.sync.wake('sync_now');
  await until(laptop.store, () => laptop.store.sites.get(siteId)?.attention?.code === 'invitation.expired');
  correctEmail({ ...by(laptop, siteId), email, emailRepeated: email });
  await until(laptop.store, () => laptop.store.sites.get(siteId)?.invitation?.state === 'sent');
  await expect.poll(async () => (await bench.mails(email)).length, { timeout: 6_000 }).toBe(2);
  expect(laptop.store.sites.get(siteId)?.attention).toBeNull();
  expect((await bench.ledger()).filter((row) => row.event === 'invitation.resent')).toHaveLength(1);
});
