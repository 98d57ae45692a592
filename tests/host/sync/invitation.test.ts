import { expect, test } from 'vitest';
import { correctEmail } from '../../../electron/host/handover/index.ts';
import { addSite, expectOneJob, finish, startCloudBench, until, untilState } from './support/bench.ts';
import { by, intentOf, signedInLaptop, untilStuck } from './support/site-acts.ts';

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
