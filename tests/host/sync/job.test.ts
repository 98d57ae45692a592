import { expect, test } from 'vitest';
import {
  addSite,
  anySignal,
  expectOneJob,
  finish,
  openLaptop,
  startCloudBench,
  untilState,
} from './support/bench.ts';

test('a finished site is registered, its owner invited once, and released', async () => {
  const bench = await startCloudBench();
  const laptop = await openLaptop(bench.practice.url);
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  expect(laptop.store.sites.get(siteId)?.state).toBe('installed');
  await untilState(laptop.store, siteId, 'released');
  await expectOneJob(bench, laptop.store, siteId);
  const site = laptop.store.sites.get(siteId);
  expect(site?.siteUid).toMatch(/^[A-Z]{2}\d{8,12}$/);
  expect(site?.invitation?.email).toBe(site?.owner.email);
  expect(site?.releasedAt).not.toBeNull();
  expect(laptop.store.devices.ofSite(siteId).every((device) => device.cloudId !== null)).toBe(true);
  expect(laptop.sync.state().state).toBe('online');
});
