import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron as electron } from 'playwright';
import { describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/launch/build.ts';
import { installedElectron } from '../../electron/launch/electron-binary.ts';

const root = join(import.meta.dirname, '../..');
const program = installedElectron(root, process.platform, process.env);
const required = process.env.DOORSTEP_REQUIRE_ELECTRON === '1';
if (program === undefined && !required)
  console.log('No Electron on this machine: its smoke tests are skipped.');

describe.skipIf(program === undefined && !required)('the app in Electron', () => {
  it('opens its window, sandboxed, with a host behind it', async () => {
    expect(program).toBeDefined();
    await ensureBuilt(root, 'app', console.log);
    const dataDir = mkdtempSync(join(tmpdir(), 'doorstep-electron-'));
    const app = await electron.launch({
      executablePath: program ?? '',
      args: [root, '--practice', '--data', dataDir],
    });
    const page = await app.firstWindow();
    await page.waitForSelector('main');
    expect(page.url()).toMatch(/^doorstep:\/\/app\//);
    expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined');
    const preferences = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.webContents.isDevToolsOpened()),
    );
    expect(preferences).toEqual([false]);
    await app.close();
    rmSync(dataDir, { recursive: true });
  }, 120_000);
});
