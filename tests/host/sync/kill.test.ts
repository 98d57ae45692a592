import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  addSite,
  anySignal,
  expectOneJob,
  finish,
  openLaptop,
  startCloudBench,
  testFolder,
} from './support/bench.ts';

/** Runs the worker until it dies or is done; answers its exit code, null when it was killed. */
function runWorker(cloudUrl: string, dataDir: string, when: string, count: number): Promise<number | null> {
  const file = join(import.meta.dirname, 'support', 'worker-process.ts');
  const child = spawn('node', [file, cloudUrl, dataDir, when, String(count)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 30_000,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      signal === 'SIGTERM' ? reject(new Error('it hangs')) : resolve(code),
    );
  });
}

test.for([
  // Not always at the same write: else it could not get on.
  { when: 'answer', from: 1, name: 'after commits, before their answers are seen' },
  { when: 'before', from: 4, name: 'before requests leave' },
])('killed $name: nothing is lost, nothing happens twice', { timeout: 120_000 }, async ({ when, from }) => {
  const bench = await startCloudBench();
  const dataDir = testFolder();
  const laptop = await openLaptop(bench.practice.url, { dataDir });
  await laptop.account.signIn(anySignal());
  const siteId = addSite(laptop.store);
  finish(laptop.store, siteId);
  await laptop.close();

  let kills = 0;
  while ((await runWorker(bench.practice.url, dataDir, when, from + (kills % 3))) === null) {
    kills += 1;
    expect(kills, 'it makes no headway').toBeLessThan(30);
  }
  expect(kills).toBeGreaterThan(1);

  const after = await openLaptop(bench.practice.url, { dataDir });
  expect(after.store.sites.get(siteId)?.state).toBe('released');
  expect(after.store.outbox.counts()).toEqual({ unsent: 0, needsPerson: 0 });
  await expectOneJob(bench, after.store, siteId);
});
