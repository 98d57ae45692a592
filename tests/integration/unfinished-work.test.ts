import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Api, first, openHost, testFolder } from './support/host.ts';

const program = join(import.meta.dirname, 'support', 'attach-by-card.ts');
const cards = ['7C.1A.01', '7C.1A.02'];

/** Runs until the hub waits for the maintenance card, and dies there. */
async function attachUntilKilled(dataDir: string): Promise<void> {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  expect(String(line).trim()).toBe('waiting');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Presents the card at whatever lock is waited for, until the work has ended. */
async function presentCards(api: Api, macOf: ReadonlyMap<string, string>): Promise<string> {
  for await (const work of await api.work.watch()) {
    if (work === null) continue;
    if (work.state !== 'running') return work.state;
    const mac = macOf.get(work.deviceIds[0] ?? '');
    if (work.needs === 'present_card' && mac !== undefined) await api.practice.presentCard({ mac });
  }
  return 'closed';
}

describe('work that its process did not live to end', { timeout: 60_000 }, () => {
  it('goes on by itself at the next start, beside its devices', async () => {
    const dataDir = testFolder();
    await attachUntilKilled(dataDir);
    const { api, host } = await openHost(dataDir);
    expect(await first(api.work.watch())).toMatchObject({ kind: 'attach', state: 'running' });
    const { store } = host.context.core();
    const locks = cards.flatMap((mac) => store.devices.findByMac(mac));
    const macOf = new Map(locks.map(({ id, mac }) => [id, mac ?? '']));
    expect(await presentCards(api, macOf)).toBe('done');
    expect(locks.map(({ id }) => store.devices.get(id)?.state)).toEqual(['attached', 'attached']);
    expect(store.work.unfinished()).toEqual([]);
  });

  it('is left as it was where the host closes in the middle; nothing else begins, no site is finished', async () => {
    const dataDir = testFolder();
    await attachUntilKilled(dataDir);
    const { api, close } = await openHost(dataDir);
    const work = await first(api.work.watch(), (now) => now?.needs === 'present_card');
    const siteId = work?.siteId ?? '';
    await expect(api.sites.finish({ siteId })).rejects.toMatchObject({ data: { code: 'work.busy' } });
    await expect(api.sites.remove({ siteId })).rejects.toMatchObject({ data: { code: 'site.in_work' } });
    await close();

    const later = await openHost(dataDir);
    expect(await first(later.api.work.watch())).toBeNull();
    const { store } = later.host.context.core();
    expect(store.work.unfinished()).toEqual([]);
    expect(cards.flatMap((mac) => store.devices.findByMac(mac)).map(({ state }) => state)).toEqual([
      'code_captured',
      'code_captured',
    ]);
  });
});
