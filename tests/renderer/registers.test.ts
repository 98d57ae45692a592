import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/launch/build.ts';
import { fakeId, fakeWorld } from '../support/fake-data.ts';
import { type FakeHost, startFakeHost } from '../support/fake-host.ts';

const root = join(import.meta.dirname, '../..');
let browser: Browser;
let host: FakeHost;
let page: Page;

beforeAll(async () => {
  await ensureBuilt(root, 'renderer', () => {});
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
}, 120_000);

afterAll(() => browser.close());

beforeEach(async () => {
  host = await startFakeHost(join(root, 'dist/renderer'), fakeWorld());
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(8_000);
});

afterEach(async () => {
  await page.close();
  await host.close();
});

const inputsOf = (name: string) => host.calls.filter((call) => call.name === name).map(({ input }) => input);

async function choose(content: string): Promise<void> {
  await page.goto(`${host.url}/sites/import`);
  await page
    .getByLabel('Register file')
    .setInputFiles({ name: 'doors.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
}

describe('a register on the screen', { timeout: 60_000 }, () => {
  it('shows each difference to what is there, and no activation code', async () => {
    await choose('good');
    await page.getByText('Marktplatz 4a, Rückgebäude').waitFor();
    const rows = await page.getByRole('row').allInnerTexts();
    const said = rows.map((text) => text.replace(/\s+/g, ' ').trim());
    expect(said).toContain('Row 2 Site Voucher blank → PRO-50-2027');
    expect(said).toContain('Row 3 IQ Keller Activation code replaced');
    expect(said).toContain('Row 31 Fahrradraum New device');
    expect(said).toContain('and 7 more differences 2 devices are not in the register and stay as they are');
  });

  it('asks which column is which, sends what the person says, and can be asked again', async () => {
    await choose('foreign');
    const read = page.getByRole('button', { name: 'Read the register' });
    await page.getByText('1 needed column is missing').first().waitFor();
    expect(await read.getAttribute('aria-disabled')).toBe('true');

    await page.getByRole('button', { name: /Device name/ }).click();
    await page.getByRole('option', { name: 'Bezeichnung' }).click();
    await page.getByRole('button', { name: /Activation code/ }).click();
    await page.getByRole('option', { name: 'Not in this file' }).click();
    await read.click();
    await page.getByRole('button', { name: 'Change columns' }).waitFor();
    expect(inputsOf('register.map')).toEqual([
      {
        previewId: fakeId(7001),
        places: { site: 0, street: 1, postcode: 2, city: 3, device: 4, kind: 5, notes: 7 },
      },
    ]);

    await page.getByRole('button', { name: 'Change columns' }).click();
    await page.getByText('Which column is which?').waitFor();
  });

  it('leaves as a file in either form: the template, all sites, and those that are shown', async () => {
    await page.goto(`${host.url}/sites/import`);
    await page.getByRole('button', { name: 'Download template' }).click();
    const [template] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Excel workbook (.xlsx)' }).click(),
    ]);
    expect(template.suggestedFilename()).toBe('register.xlsx');

    await page.goto(host.url);
    const save = async (form: string) => {
      await page.getByRole('button', { name: 'Export register' }).click();
      await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: form }).click()]);
    };
    await save('CSV file (.csv)');
    await page.getByRole('searchbox').fill('Hotel Zur Alten Post');
    await expect.poll(() => page.getByRole('grid').getByRole('row').count()).toBe(1);
    await save('Excel workbook (.xlsx)');
    expect(inputsOf('register.export')).toEqual([
      { siteIds: null, form: 'csv' },
      { siteIds: [expect.any(String)], form: 'xlsx' },
    ]);
  });
});
