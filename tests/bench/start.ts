import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { openBrowser } from '../e2e/support/browser.ts';
import { startProgram } from '../e2e/support/program.ts';
import type { Figure } from './figure.ts';

/** So often everything is started; the middle one counts. */
const rounds = 5;

/**
 * Start of the app to usable, in milliseconds: the host from its process to the address, against an empty Node
 * process; the page from its address to the first screen, against an empty page in the same browser.
 */
export async function benchStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-bench-'));
  const browser = await openBrowser();
  try {
    const hosts: number[] = [];
    const pages: number[] = [];
    const empties: number[] = [];
    const nodes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { hostMs, pageMs } = await startOnce(browser, folder);
      hosts.push(hostMs);
      pages.push(pageMs);
      empties.push(await emptyPage(browser));
      nodes.push(await emptyNode());
    }
    const settings = `median of ${rounds}, practice mode, empty database, renderer built, Chromium headless`;
    return [
      figure('start: process to address', middle(hosts), middle(nodes), `${settings}; peer: node -e ""`),
      figure(
        'start: address to first screen',
        middle(pages),
        middle(empties),
        `${settings}; peer: about:blank with a heading`,
      ),
    ];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOnce(browser: Browser, folder: string): Promise<{ hostMs: number; pageMs: number }> {
  const began = performance.now();
  const args = ['--practice', '--loopback', '--no-open', '--data', folder];
  const app = startProgram('electron/launch/start.ts', args);
  try {
    const line = await app.line((text) => text.includes('http://127.0.0.1'), 'its address');
    const hostMs = performance.now() - began;
    const page = await browser.newPage();
    const opened = performance.now();
    await page.goto(line.slice(line.indexOf('http://')));
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Sites' }).waitFor();
    const pageMs = performance.now() - opened;
    await page.close();
    return { hostMs, pageMs };
  } finally {
    await app.stop();
  }
}

async function emptyPage(browser: Browser): Promise<number> {
  const page = await browser.newPage();
  const opened = performance.now();
  await page.goto('data:text/html,<h1>Sites</h1>');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const ms = performance.now() - opened;
  await page.close();
  return ms;
}

async function emptyNode(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ['-e', '']), 'exit');
  return performance.now() - began;
}

function figure(name: string, value: number, peer: number, note: string): Figure {
  return { name, value, peer, ratio: value / peer, unit: 'ms', note };
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
