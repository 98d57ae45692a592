import { expect, test } from 'vitest';
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
import { intentOf, signedInLaptop } from './support/site-acts.ts';

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
