import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { siteData } from '../db/support/store.ts';
import { type Api, first, openHost, testFolder, untilOnline } from './support/host.ts';

const program = join(import.meta.dirname, 'support', 'open-and-close.ts');

/** Every watch of the contract. */
const watchesOf = (api: Api, siteId: string) => ({
  app: api.app.watch(),
  sites: api.sites.watch(),
  site: api.sites.watchOne({ siteId }),
  discovery: api.discovery.watch(),
  work: api.work.watch(),
  outbox: api.outbox.watch(),
  practice: api.practice.watch(),
});

describe("a host's life", () => {
  it('ends every watch when it closes, and closes twice without harm', async () => {
    const { api, close, host } = await openHost(testFolder());
    const { siteId } = await api.sites.create(siteData('Kade'));
    const watches = Object.entries(watchesOf(api, siteId));
    const ends = watches.map(async ([name, watching]) => {
      let snapshots = 0;
      for await (const _ of (await watching) as AsyncIterable<unknown>) snapshots += 1;
      return [name, snapshots > 0];
    });
    await Promise.all(Object.values(watchesOf(api, siteId)).map(async (watching) => (await watching).next()));
    await close();
    expect(await Promise.all(ends)).toEqual(watches.map(([name]) => [name, true]));
    await host.close();
  });

  it('leaves nothing behind that keeps its process alive', { timeout: 40_000 }, async () => {
    const options = { timeout: 30_000, killSignal: 'SIGKILL' } as const;
    const { stdout } = await promisify(execFile)(process.execPath, [program, testFolder()], options);
    expect(stdout.trim()).toBe('closed');
  });

  it('begins practice beside the real work, and remembers it', async () => {
    const dataDir = testFolder();
    const before = await openHost(dataDir, { practice: false });
    const { api } = before;
    expect(await first(api.app.watch())).toMatchObject({ mode: 'unset', person: null });
    expect(await first(api.practice.watch())).toBeNull();
    await expect(api.practice.importSample()).rejects.toMatchObject({ data: { code: 'practice.off' } });
    await expect(api.account.signIn()).rejects.toMatchObject({
      data: { code: 'account.cloud_not_configured' },
    });
    await api.sites.create(siteData('Real work'));
    const ended = (async () => {
      for await (const { mode } of await api.app.watch()) expect(mode).toBe('unset');
    })();
    await Promise.all([api.app.practise(), api.app.practise()]);
    await ended;
    expect(await first(api.app.watch())).toMatchObject({
      mode: 'practice',
      person: { fullName: 'Iris Installer' },
    });
    expect((await first(api.sites.watch())).rows).toEqual([]);
    await api.app.practise();
    await before.close();

    const later = await openHost(dataDir, { practice: false });
    await untilOnline(later.api);
    expect(await first(later.api.app.watch())).toMatchObject({ mode: 'practice' });
  });

  it('is one at a time in a folder', async () => {
    const dataDir = testFolder();
    await openHost(dataDir);
    await expect(openHost(dataDir)).rejects.toMatchObject({ code: 'app.already_running' });
  });
});
