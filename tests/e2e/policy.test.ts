import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/launch/build.ts';
import { type LoopbackApp, startLoopbackApp } from '../../electron/loopback/index.ts';
import { openBrowser } from './support/browser.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'doorstep-policy-'));
let app: LoopbackApp;

beforeAll(async () => {
  await ensureBuilt(root, 'renderer', console.log);
  app = await startLoopbackApp({
    settings: { version: '0.0.0', dataDir: folder, vault: { kind: 'key_file' }, practice: true, cloud: null },
    port: 0,
    rendererDir: join(root, 'dist', 'renderer'),
    openExternal: () => {},
  });
});
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('keeps the strict policy from the first moment, and a reload finds its session', async () => {
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      violations.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  const violations = () => page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(app.origin)) outside.push(request.url());
  });

  await page.goto(app.url);
  await page.locator('main').waitFor();
  expect(new URL(page.url()).hash).not.toContain('token');
  // A press is where react-aria makes its one style.
  await page.getByRole('button').first().focus();
  expect(await violations()).toEqual([]);
  // That the listener hears: this style is not the allowed one.
  await page.evaluate(() => {
    document.head.append(Object.assign(document.createElement('style'), { textContent: 'b { color: red }' }));
  });
  await expect.poll(violations).toEqual(['style-src-elem inline']);

  await page.reload();
  await page.locator('main').waitFor();
  expect(await violations()).toEqual([]);
  expect(outside).toEqual([]);
  await browser.close();
});
