import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installerPassword } from '../../electron/host/practice/index.ts';
import { openBrowser } from '../e2e/support/browser.ts';
import { invitedSite, type Person, release, startTestCloud, type TestCloud } from './support/cloud.ts';
import { goodPassword } from './support/owner.ts';

describe('the pages in a real browser', { timeout: 120_000 }, () => {
  let test: TestCloud;
  let person: Person;
  let browser: Browser;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await test.close();
  });

  /** A page whose every complaint is collected: blocked by CSP, missing, broken. */
  const openPage = async (colorScheme: 'light' | 'dark'): Promise<{ page: Page; complaints: string[] }> => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1024, height: 800 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      const isExpected = /favicon|status of 4(01|10|22)/.test(`${message.text()} ${message.location().url}`);
      if (message.type() === 'error' && !isExpected) complaints.push(message.text());
    });
    return { page, complaints };
  };
  const expectAccessible = async (page: Page) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([]);
  };

  it('lets an owner in from the mail to the site, by keyboard, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const email = `${colorScheme}@example.org`;
      const site = await invitedSite(test, person, email, 'en');
      await release(person, site.id);
      const { page, complaints } = await openPage(colorScheme);
      await page.goto(`${test.url}/practice/mailbox`);
      if (colorScheme === 'light') await expectAccessible(page);
      await page
        .getByRole('link', { name: /invitation/ })
        .first()
        .click();
      await page.getByLabel('Password', { exact: true }).fill('short');
      await page.getByLabel('Password, again').fill('short');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await expectAccessible(page);
      await page.getByLabel('Password', { exact: true }).fill(goodPassword);
      await page.getByLabel('Password, again').fill(goodPassword);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/owner/log-in');
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(goodPassword);
      await page.keyboard.press('Enter');
      await page.locator(`[data-site-uid="${site.site_uid}"]`).waitFor();
      await page.getByRole('button', { name: 'Let the installer in' }).click();
      await page.getByText('The installer may make changes until').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('link', { name: 'Sign up' }).click();
      if (colorScheme === 'light') await expectAccessible(page);
      await page.goto(site.mail.links[0] ?? '');
      await page.getByText('This link does not work any more').waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  it('signs an installer in and leads back to the app’s own port', async () => {
    const callback = createServer((_request, response) => response.end('<title>Back in Doorstep</title>'));
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
    const { port } = callback.address() as AddressInfo;
    const { page, complaints } = await openPage('light');
    const search = new URLSearchParams({
      client_id: 'doorstep',
      response_type: 'code',
      redirect_uri: `http://127.0.0.1:${port}/callback`,
      scope: 'openid offline_access installer_api',
      prompt: 'consent',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    await page.goto(`${test.url}/oidc/auth?${search}`);
    await expectAccessible(page);
    await page.getByLabel('E-mail').fill('installer@example.org');
    await page.getByLabel('Password').fill(installerPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/callback\?code=/);
    expect(complaints).toEqual([]);
    callback.closeAllConnections();
    callback.close();
  });
});
