import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { openBrowser, watchComplaints } from './browser.ts';
import { type CloudProgram, startCloud } from './cloud.ts';
import { type Program, startProgram } from './program.ts';

/** The devices of the job: one hub and three locks in one radio field. */
export const hub = { mac: '04.A3.00', code: '04.A2.FF' } as const;
export const locks = ['01FFEE00112233', '01FFEE0011223A', '01FFEE00118C04'] as const;

/** A register of one site with a hub and three locks. */
export const register = [
  'site,business_type,country,time_zone,street,postcode,city,owner_name,owner_email,owner_language,voucher,device,parent,kind,model,radio,activation_code,mac,door,floor,notes',
  `Kaffeerösterei „Süd“,hospitality,DE,Europe/Berlin,Marktplatz 1,89073,Ulm,Zoë Müller,zoe@example.org,de,PRO-50-0001,Keller,,iq,IQ3,,,${hub.mac},,,"Zählerraum,\nhinter der Tür"`,
  `,,,,,,,,,,,Eingang,Keller,lock,escutcheon,blue_net,,${locks[0]},Eingang,0,`,
  `,,,,,,,,,,,Lager,Keller,lock,cylinder,blue_net,,${locks[1]},Lager,-1,`,
  `,,,,,,,,,,,Büro,Keller,lock,escutcheon,blue_net,,${locks[2]},Büro,1,`,
].join('\n');

/** Everything an end-to-end test needs: devices, cloud, app and browser, each a process of its own. */
export interface Stage {
  readonly folder: string;
  readonly devices: Program;
  readonly browser: Browser;
  cloud: CloudProgram;
  /** Starts the app on the stage's data folder and opens it in a page that watches for complaints. */
  openApp(): Promise<{ app: Program; page: Page; complaints: string[] }>;
  /** Ends everything and removes the folder. */
  strike(): Promise<void>;
}

/** Sets the stage. `lockPorts` gives each lock a serial port of its own, so that the laptop reaches it. */
export async function setStage({ lockPorts = false } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-e2e-'));
  writeFileSync(join(folder, 'register.csv'), register);
  const port = (index: number) => (lockPorts ? ['--pty', join(folder, `lock${index}`)] : []);
  const devices = startProgram('electron/cli/virtual-device.ts', [
    ...['iq', '--pty', join(folder, 'hub'), '--mac', hub.mac, '--code', hub.code],
    ...locks.flatMap((mac, index) => ['lock', '--mac', mac, ...port(index)]),
  ]);
  for (const mac of [hub.mac, ...locks])
    await devices.line((line) => line.includes(mac), `the device ${mac}`);
  const cloud = await startCloud(join(folder, 'cloud'));
  const browser = await openBrowser();
  const running: Program[] = [devices];
  const stage: Stage = {
    folder,
    devices,
    browser,
    cloud,
    async openApp() {
      const app = startProgram('electron/launch/start.ts', [
        '--loopback',
        '--no-open',
        ...['--data', join(folder, 'data')],
        ...['--cloud', cloud.url, '--issuer', `${cloud.url}/oidc`],
      ]);
      running.push(app);
      const line = await app.line((text) => text.includes('http://127.0.0.1'), 'its address');
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      page.setDefaultTimeout(30_000);
      const complaints = watchComplaints(page);
      await page.goto(line.slice(line.indexOf('http://')));
      return { app, page, complaints };
    },
    async strike() {
      await browser.close();
      for (const program of running) await program.stop();
      await stage.cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

/** Signs in as an installer would: in another page, on the provider's own form. */
export async function signIn(stage: Stage, app: Program, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  const told = await app.line((text) => text.includes('Open this address'), 'the sign-in page');
  const provider = await stage.browser.newPage();
  await provider.goto(told.slice(told.indexOf('http')));
  await provider.locator('input[name=email]').fill('installer@example.org');
  await provider.locator('input[name=password]').fill('Practice-2026');
  await provider.locator('button[type=submit]').click();
  await provider.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Sites', level: 1 }).waitFor();
  await provider.close();
}

/** Imports the register and opens its site. */
export async function importRegister(stage: Stage, page: Page): Promise<void> {
  await page
    .getByRole('link', { name: 'Import register' })
    .or(page.getByRole('button', { name: 'Import register' }))
    .first()
    .click();
  await page.locator('input[type=file]').setInputFiles(join(stage.folder, 'register.csv'));
  await page.getByRole('button', { name: 'Import 1 site' }).click();
  await page.getByRole('button', { name: 'Start, Kaffeerösterei „Süd“' }).click();
  await page.getByRole('heading', { name: 'Kaffeerösterei „Süd“', level: 1 }).waitFor();
}

/** Goes to a step of the open site. */
export async function goTo(
  page: Page,
  step: 'Customer' | 'Hardware' | 'Network' | 'Doors' | 'Handover',
): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Steps of this site' })
    .getByRole('link', { name: step })
    .click();
}

/** Adds a serial port by its path. */
export async function addPort(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Add port' }).first().click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Path of the port' }).fill(path);
  await page.getByRole('dialog').getByRole('button', { name: 'Add port' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Tests every door of the site: every check that a person is asked, passes. */
export async function testDoors(page: Page, count: number): Promise<void> {
  await goTo(page, 'Doors');
  for (let door = 0; door < count; door += 1) {
    await page.getByRole('button', { name: 'Test this door' }).click();
    const done = page.getByRole('region', { name: 'Running work' }).getByText('is tested');
    const inHand = page.locator('li[aria-current=step]');
    const yes = inHand.getByRole('button', { name: 'Yes, passed' });
    for (;;) {
      await done.or(yes).first().waitFor();
      if (await done.isVisible()) break;
      const check = (await inHand.locator('b').first().textContent()) ?? '';
      await yes.click();
      await inHand.filter({ hasText: check }).waitFor({ state: 'detached' });
    }
    await page.getByRole('region', { name: 'Running work' }).getByRole('button', { name: 'Close' }).click();
    if (door + 1 < count) await page.getByRole('button', { name: /^Next:/ }).click();
  }
}
