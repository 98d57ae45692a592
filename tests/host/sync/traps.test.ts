import { expect, test } from 'vitest';
import type { TrapChanges } from '../../../electron/host/practice/index.ts';
import {
  addSite,
  anySignal,
  expectOneJob,
  finish,
  openLaptop,
  startCloudBench,
  untilState,
} from './support/bench.ts';

const writes = [
  'POST /installations',
  'PUT /installations/{installation_id}/subscription',
  'POST /installations/{installation_id}/iqs',
  'POST /installations/{installation_id}/repeaters',
  'POST /installations/{installation_id}/locks',
  'PUT /installations/{installation_id}/iqs/{iq_id}/tree',
  'POST /installations/{installation_id}/invitations',
  'PUT /installations/{installation_id}/release',
];

const traps: { name: string; changes: TrapChanges }[] = [
  ...writes.map((match) => ({
    name: `committed, then no answer: ${match}`,
    changes: { commit_then_drop: { times: 1, match } },
  })),
  { name: 'no write is answered at first', changes: { commit_then_drop: { times: 9 } } },
  { name: 'the line drops before anything happens', changes: { drop: { times: 6 } } },
  { name: 'tokens die in the middle', changes: { token_dies: { after: 4 } } },
  { name: 'the cloud asks to slow down', changes: { rate_limit: { times: 3, retry_after: 2 } } },
  { name: 'the cloud fails with HTML', changes: { server_error: { times: 4, status: 503 } } },
  {
    name: 'the cloud fails at every release',
    changes: {
      server_error: { times: 3, status: 500, match: 'PUT /installations/{installation_id}/release' },
    },
  },
  { name: 'not visible yet, as 404', changes: { not_visible_yet: { times: 3, code: 2202 } } },
  { name: 'not visible yet, as 403', changes: { not_visible_yet: { times: 3, code: 2203 } } },
  {
    name: 'not visible yet, in the older form',
    changes: { not_visible_yet: { times: 2, code: 2202 }, legacy_errors: true },
  },
  { name: 'lists are bare', changes: { bare_array: true } },
  { name: 'links say http', changes: { http_next_link: true } },
  {
    name: 'several at once',
    changes: {
      not_visible_yet: { times: 1, code: 2203 },
      commit_then_drop: { times: 3 },
      token_dies: { after: 6 },
      rate_limit: { times: 1, retry_after: 1 },
    },
  },
];

test('one effect each, one mail, in order, whatever the trap (C40)', { timeout: 120_000 }, async () => {
  const bench = await startCloudBench();
  const laptop = await openLaptop(bench.practice.url);
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  for (const { name, changes } of traps) {
    await bench.traps(changes);
    const siteId = addSite(laptop.store);
    finish(laptop.store, siteId);
    await untilState(laptop.store, siteId, 'released').catch((error) => {
      throw new Error(`${name}: ${error.message}`);
    });
    // `not_visible_yet` counts for each id; the others must have struck as often as they were told to.
    if (!('not_visible_yet' in changes)) expect(await bench.trapsLeft(), name).toBe(0);
    const off = Object.fromEntries(Object.keys(changes).map((trap) => [trap, null])) as TrapChanges;
    await bench.traps(off);
    await expectOneJob(bench, laptop.store, siteId);
  }
  const intents = laptop.store.outbox;
  expect(intents.counts()).toEqual({ unsent: 0, needsPerson: 0 });
});
