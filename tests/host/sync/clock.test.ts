import { expect, test } from 'vitest';
import { startShiftedCloud } from '../account/support/start-shifted-cloud.ts';
import { addSite, anySignal, finish, openLaptop, testFolder, untilState } from './support/bench.ts';

test('a laptop that is days behind tells the finish in the cloud’s time, and shows the difference (C4)', async () => {
  const offMs = 3 * 24 * 60 * 60_000;
  const bodies: string[] = [];
  const laptop = await openLaptop(await startShiftedCloud(testFolder(), offMs), {
    beforeSending: ({ url, body }) => {
      if (url.endsWith('/release')) bodies.push(body);
    },
  });
  // Finished before the cloud was ever heard: the difference is measured later.
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  await untilState(laptop.store, siteId, 'released');
  const told = Date.parse(JSON.parse(bodies[0] ?? '{}').finished_at);
  // Waits run faster than the clock in this test: minutes are the finest that can be asked for.
  expect(Math.abs(told - (Date.now() + offMs))).toBeLessThan(10 * 60_000);
  expect(Math.abs((laptop.sync.state().clockOffsetMs ?? 0) - offMs)).toBeLessThan(10 * 60_000);
});
