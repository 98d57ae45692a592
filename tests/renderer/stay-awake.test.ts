import { join } from 'node:path';
import { chromium } from 'playwright';
import { expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/launch/build.ts';
import { fakeAttach, fakeId, fakeWorld } from '../support/fake-data.ts';
import { startFakeHost } from '../support/fake-host.ts';

const root = join(import.meta.dirname, '../..');

it('keeps the computer awake while a device is worked on, and lets it sleep afterwards', {
  timeout: 120_000,
}, async () => {
  await ensureBuilt(root, 'renderer', () => {});
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
  const host = await startFakeHost(join(root, 'dist/renderer'), fakeWorld());
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      const request = navigator.wakeLock.request.bind(navigator.wakeLock);
      navigator.wakeLock.request = async (type) => {
        const lock = await request(type);
        document.documentElement.dataset.awake = 'yes';
        lock.addEventListener('release', () => {
          document.documentElement.dataset.awake = 'no';
        });
        return lock;
      };
    });
    await page.goto(host.url);
    await page.getByRole('heading').first().waitFor();
    expect(await page.locator('html').getAttribute('data-awake')).toBeNull();
    host.change((world) => {
      const site = world.sites.get(fakeId(1));
      if (site) world.work = fakeAttach(site);
    });
    await page.locator('html[data-awake=yes]').waitFor();
    host.change((world) => {
      if (world.work) world.work = { ...world.work, state: 'done' };
    });
    await page.locator('html[data-awake=no]').waitFor();
  } finally {
    await browser.close();
    await host.close();
  }
});
