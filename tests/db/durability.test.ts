import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTestStore, testFolder } from './support/store.ts';

const script = join(import.meta.dirname, 'support/enqueue-forever.ts');

test('what was promised is there after a kill, in whole transactions', async () => {
  const dataDir = testFolder();
  const writer = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void writer.kill('SIGKILL'));
  let printed = '';
  const ended = once(writer, 'exit');
  writer.stdout.on('data', (bytes: Buffer) => {
    printed += bytes.toString();
    // In the full run of it: the kill falls into or between commits.
    if (printed.split('\n').length > 200) writer.kill('SIGKILL');
  });
  await ended;
  const promised = printed.split('\n').filter((line) => line.startsWith('intent-'));
  expect(promised.length).toBeGreaterThan(100);
  const { store, recovered } = await openTestStore(dataDir);
  expect(recovered).toBeNull();
  const stored = store.outbox.ofSite('site').map(({ id }) => id);
  expect(stored.slice(0, promised.length)).toEqual(promised);
  // At most the one that was being printed.
  expect(stored.length - promised.length).toBeLessThanOrEqual(1);
  expect(store.sites.get('site')?.lastWorkedAt).toBe(stored.length);
});

/**
 * A kill proves nothing about a power cut: what was written survives it in the system's memory. So this looks at
 * the calls to the system: between two promises the log must have been synced after it was last written.
 */
const traced = process.platform === 'linux' && spawnSync('strace', ['-V']).status === 0;
if (!traced) console.log('durability: no strace here, the order of write and sync is not looked at');
test.runIf(traced)('nothing is promised before the log was synced', () => {
  const dataDir = testFolder();
  const trace = join(dataDir, 'trace');
  mkdirSync(join(dataDir, 'data'));
  const calls = 'trace=write,pwrite64,fsync,fdatasync';
  const limit = '20';
  execFileSync(
    'strace',
    ['-f', '-y', '-e', calls, '-o', trace, process.execPath, script, join(dataDir, 'data'), limit],
    {
      stdio: 'ignore',
    },
  );
  let unsynced = 0;
  let syncedSince = false;
  let promises = 0;
  const broken: string[] = [];
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    if (/\bpwrite64\(\d+<[^>]*-wal>/.test(line)) {
      unsynced += 1;
      syncedSince = false;
    } else if (/\b(fsync|fdatasync)\(\d+<[^>]*-wal>/.test(line)) {
      unsynced = 0;
      syncedSince = true;
    } else if (/\bwrite\(1<.*"intent-/.test(line)) {
      promises += 1;
      if (unsynced > 0 || !syncedSince) broken.push(line);
      syncedSince = false;
    }
  }
  expect(promises).toBe(Number(limit));
  expect(broken).toEqual([]);
});
