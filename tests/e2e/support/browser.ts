import { type Browser, chromium, type Page } from 'playwright';

/** Chromium of the system, without any traffic of its own. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.DOORSTEP_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** Collects everything a page complains about: errors, and breaches of the content security policy. */
export function watchComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}

/** Runs a part of a job; where it fails, the error says what every open page showed. */
export async function explained<T>(browser: Browser, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    const shown = await Promise.all(
      pages.map(
        async (page) =>
          `${page.url()}\n${await page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String)}`,
      ),
    );
    const reason = caught instanceof Error ? caught.message : String(caught);
    throw new Error(`${reason}\n\nThe pages showed:\n${shown.join('\n\n')}`, { cause: caught });
  }
}
