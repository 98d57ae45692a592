import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recovery, Site } from '../../electron/contract/index.ts';
import { ensureBuilt } from '../../electron/launch/build.ts';
import { fakeAttach, fakeId, fakeTest, fakeTwoWays, fakeWorld } from '../support/fake-data.ts';
import { fakeUpdate, withFirmware } from '../support/fake-firmware.ts';
import { type FakeHost, startFakeHost } from '../support/fake-host.ts';

const root = join(import.meta.dirname, '../..');
const LOOK_TIMEOUT_MS = 60_000;
const siteId = fakeId(1);

let browser: Browser;
let host: FakeHost;
let context: BrowserContext;
let page: Page;
let violations: string[];
let errors: string[];

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
  await openPage();
});

afterEach(async () => {
  await context.close();
  await host.close();
  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
});

/** A fresh page that collects what the policy refused and what the page threw. */
async function openPage(): Promise<void> {
  context = await browser.newContext({
    colorScheme: 'light',
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  page = await context.newPage();
  page.setDefaultTimeout(8_000);
  violations = [];
  errors = [];
  await page.exposeFunction('noteViolation', (text: string) => {
    violations.push(text);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // @ts-expect-error given by the test
      window.noteViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /formatjs|React/i.test(message.text())) errors.push(message.text());
  });
}

async function go(path: string): Promise<void> {
  await page.goto(host.url + path);
  await page.getByRole('heading').first().waitFor();
}

async function openSheet(name: string): Promise<void> {
  await page.getByRole('button', { name: `More about ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Measure, log and history' }).click();
  await page.getByRole('dialog', { name }).waitFor();
}

/** Opens the firmware of the drawn site, whose devices are old, current and not known. */
async function openFirmware(): Promise<void> {
  host.change((world) => {
    const site = world.sites.get(siteId);
    if (site) world.sites.set(siteId, withFirmware(site));
  });
  await page.getByRole('button', { name: /^Firmware \d+: so many devices/ }).click();
  await page.getByRole('region', { name: 'Firmware of the devices' }).waitFor();
}

/** The devices that run older firmware, as the host would update them. */
function oldOnes(site: Site): string[] {
  return site.findings.flatMap(({ code, deviceId }) =>
    code === 'FIRMWARE_OLD' && deviceId !== undefined ? [deviceId] : [],
  );
}

/** Opens the dialog of one entry of a device's menu in the tree. */
async function openAct(name: string, act: string): Promise<void> {
  await page.getByRole('button', { name: `More about ${name}` }).click();
  await page.getByRole('menuitem', { name: act }).click();
  await page.getByRole('dialog').waitFor();
}

async function chooseRegister(content: string, shown: string): Promise<void> {
  await page
    .getByLabel('Register file')
    .setInputFiles({ name: 'doors.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByText(shown).first().waitFor();
}

/** The inputs of all calls of one name, in their order. */
function inputsOf(name: string): unknown[] {
  return host.calls.filter((call) => call.name === name).map(({ input }) => input);
}

const fakeRecovery: Recovery = {
  problem: {
    code: 'db.restored',
    params: { setAside: 'D:\\Doorstep\\damaged\\2026-03-02', backupAt: Date.UTC(2026, 2, 1, 16, 40) },
  },
  sites: [
    { name: 'Hotel Adler', lost: 'all' },
    { name: 'Kaffeerösterei „Süd“', lost: 'newest' },
  ],
  more: 1,
  complete: false,
};

/** The screens, each in the state in which it has most to show. */
const screens: ReadonlyArray<readonly [name: string, path: string, act: () => Promise<unknown>]> = [
  ['sites', '/', () => page.getByRole('row', { name: /Hotel Zur Alten Post/ }).waitFor()],
  ['new site', '/sites/new', () => page.getByLabel('Name of the site').waitFor()],
  [
    'register with faults',
    '/sites/import',
    async () => {
      await page
        .getByLabel('Register file')
        .setInputFiles({ name: 'register.csv', mimeType: 'text/csv', buffer: Buffer.from('bad') });
      await page.getByText('Row 4').waitFor();
    },
  ],
  ['register with differences', '/sites/import', () => chooseRegister('good', 'Zimmer 104')],
  ['foreign register', '/sites/import', () => chooseRegister('foreign', 'Which column is which?')],
  [
    'customer',
    `/sites/${siteId}/customer`,
    () => page.getByLabel('Owner’s e-mail', { exact: true }).waitFor(),
  ],
  [
    'hardware at work',
    `/sites/${siteId}/hardware`,
    async () => {
      host.change((world) => {
        const site = world.sites.get(siteId);
        if (site) world.work = fakeAttach(site);
      });
      await page
        .getByText(/Hold the maintenance card/)
        .first()
        .waitFor();
    },
  ],
  [
    'found over two ways, and ports that cannot be used',
    `/sites/${siteId}/hardware`,
    async () => {
      host.change((world) => {
        world.discovery = {
          ...world.discovery,
          bluetooth: 'forbidden',
          bluetoothProblem: {
            code: 'ble.forbidden',
            params: { system: 'linux', program: '/opt/Doorstep/doorstep' },
          },
          devices: [...world.discovery.devices, ...fakeTwoWays()],
        };
      });
      await page.getByText('usermod -aG dialout').waitFor();
      await page.getByText('Now over Bluetooth').first().waitFor();
    },
  ],
  [
    'other ports of the laptop',
    '/settings',
    async () => {
      await page.getByRole('button', { name: 'Add port' }).click();
      await page.getByRole('button', { name: '/dev/ttyS0' }).waitFor();
    },
  ],
  [
    'pairing with a wrong code',
    `/sites/${siteId}/hardware`,
    async () => {
      await page.getByRole('button', { name: 'Pair 4F.A1.3C' }).click();
      await page.getByRole('textbox', { name: 'Activation code' }).fill('7c0be9');
      await page.getByRole('button', { name: 'Try this code' }).click();
      await page.getByText('3 tries left').waitFor();
    },
  ],
  [
    'network measured',
    `/sites/${siteId}/network`,
    async () => {
      await page.getByRole('button', { name: 'Set and test' }).click();
      await page.getByText('Port 40001 is closed').waitFor();
    },
  ],
  [
    'network that the hub does not hear',
    `/sites/${siteId}/network`,
    async () => {
      await page.getByRole('button', { name: 'Let the hub listen' }).click();
      await page.getByRole('button', { name: 'Use Gäste' }).waitFor();
      await page.getByLabel('Network name').fill('Alte-Post-5G');
      await page.getByText('The hub does not hear this Wi-Fi').waitFor();
    },
  ],
  [
    'way of each device',
    `/sites/${siteId}/hardware`,
    async () => {
      host.change((world) => {
        const site = world.sites.get(siteId);
        if (site === undefined) return;
        const devices = site.devices.map((each) =>
          each.name === 'Verteiler EG' ? { ...each, state: 'paired' as const } : each,
        );
        world.sites.set(siteId, { ...site, devices });
      });
      await page.getByRole('button', { name: 'How each goes' }).click();
      await page.getByText('Over Bluetooth, on the bench: 3').waitFor();
    },
  ],
  [
    'firmware in the middle of an update',
    `/sites/${siteId}/hardware`,
    async () => {
      await openFirmware();
      host.change((world) => {
        const site = world.sites.get(siteId);
        if (site) world.work = fakeUpdate(site, oldOnes(site));
      });
      await page.getByText('Not updated').waitFor();
      await page.getByText('62%').first().waitFor();
    },
  ],
  [
    'firmware images, and a file that is none',
    `/sites/${siteId}/hardware`,
    async () => {
      await openFirmware();
      await page.getByRole('button', { name: 'Images' }).click();
      await page
        .getByLabel('Firmware image file')
        .setInputFiles({ name: 'hub.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') });
      await page.getByText('hub.zip is no firmware image').waitFor();
    },
  ],
  [
    'work that failed',
    '/outbox',
    async () => {
      host.change((world) => {
        const site = world.sites.get(siteId);
        if (site)
          world.work = {
            ...fakeAttach(site),
            state: 'failed',
            needs: null,
            problem: { code: 'commission.half_attached', params: { device: 'Zimmer 207' } },
          };
      });
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    },
  ],
  [
    'clock that nobody knows',
    `/sites/${siteId}/hardware`,
    async () => {
      host.change((world) => {
        world.clockTrusted = false;
      });
      await page.getByRole('button', { name: 'Pair 4F.A1.3C' }).click();
      await page.getByRole('textbox', { name: 'Activation code' }).fill('7c0be8');
      await page.getByRole('button', { name: 'Try this code' }).click();
      await page.getByRole('button', { name: 'Yes, it is right' }).waitFor();
    },
  ],
  [
    'detaching a repeater by force, with the doors below it',
    `/sites/${siteId}/hardware`,
    async () => {
      await openAct('Flur 1. OG', 'Detach…');
      await page.getByRole('button', { name: 'It is broken or lost' }).click();
      await page.getByText('Detached by force').waitFor();
    },
  ],
  [
    'another hub in the place of one',
    `/sites/${siteId}/hardware`,
    async () => {
      await openAct('Technikraum UG', 'Replace by another hub…');
      await page.getByText('The new hub starts without network settings.').waitFor();
    },
  ],
  [
    'device with its log',
    `/sites/${siteId}/hardware`,
    async () => {
      await openSheet('Zimmer 101');
      await page.getByRole('button', { name: 'Measure now' }).click();
      await page.getByText('Short green, seldom').waitFor();
      await page.getByRole('button', { name: 'Read the log' }).click();
      await page.getByText('12 older entries are lost here').waitFor();
    },
  ],
  [
    'door that is heard weakly',
    `/sites/${siteId}/doors`,
    async () => {
      await page.getByRole('option', { name: /Lieferanteneingang/ }).click();
      await page.getByText('The hub hears it weakly').waitFor();
    },
  ],
  [
    'door that is tested',
    `/sites/${siteId}/doors`,
    async () => {
      await page.getByRole('option', { name: /Zimmer 207/ }).click();
      host.change((world) => {
        const site = world.sites.get(siteId);
        if (site) world.work = fakeTest(site);
      });
      await page.getByRole('button', { name: 'Yes, passed' }).waitFor();
    },
  ],
  [
    'handover',
    `/sites/${siteId}/handover`,
    () => page.getByRole('button', { name: 'Finish installation' }).waitFor(),
  ],
  ['outbox', '/outbox', () => page.getByRole('button', { name: 'Correct and resend' }).waitFor()],
  ['settings', '/settings', () => page.getByRole('radio', { name: 'Dark' }).waitFor()],
  [
    'data that come from a backup',
    '/',
    async () => {
      host.change((world) => {
        world.app = { ...world.app, recovery: fakeRecovery };
      });
      await page.getByText('Hotel Adler').waitFor();
    },
  ],
  [
    'disk that is full',
    '/outbox',
    async () => {
      host.change((world) => {
        world.app = { ...world.app, unsaved: { code: 'db.disk_full', params: {} } };
      });
      await page.getByText('The disk is full').waitFor();
    },
  ],
  [
    'practice panel',
    '/outbox',
    async () => {
      await page.getByRole('button', { name: 'Practice' }).click();
      await page.getByText('7C.0B.E8').waitFor();
      await page.getByRole('button', { name: 'Settings of 01FFEE0011227F' }).click();
      await page.getByRole('switch', { name: 'Jammed' }).waitFor();
    },
  ],
];

/** What axe finds on the page as it is, one line per rule; all its rules unless one is named. */
async function axeFindings(rule?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations: found } = await (rule === undefined ? axe : axe.withRules([rule])).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

describe('axe finds nothing, large and light, small and dark, and in high contrast', () => {
  it.each(screens)('on: %s', { timeout: LOOK_TIMEOUT_MS }, async (_name, path, act) => {
    await go(path);
    await act();
    await expect.poll(shownTheme).toBe('light');
    expect(await axeFindings()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1024, height: 640 });
    await expect.poll(shownTheme).toBe('dark');
    expect(await axeFindings()).toEqual([]);
    await page.emulateMedia({ contrast: 'more' });
    await expect.poll(shownTheme).toBe('contrast');
    expect(await axeFindings('color-contrast')).toEqual([]);
    // Nothing of a screen may be wider than the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
  });
});

const shownTheme = () => page.evaluate(() => document.documentElement.dataset.theme);

describe('the content security policy', () => {
  it('is in force, and a breach of it is noticed', { timeout: LOOK_TIMEOUT_MS }, async () => {
    await go('/');
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(style);
    });
    await expect.poll(() => violations.length).toBe(1);
    violations = [];
  });
});

describe('the first start', () => {
  it('asks its question, and practises', { timeout: LOOK_TIMEOUT_MS }, async () => {
    host.change((world) => {
      world.app = { ...world.app, mode: 'unset', cloud: { ...world.app.cloud, state: 'not_configured' } };
      world.rows = [];
    });
    await go('/');
    await page.getByRole('heading', { name: 'Sign in, or practise first?' }).waitFor();
    expect(await axeFindings()).toEqual([]);
    await page.getByRole('button', { name: 'Practise' }).click();
    await page.getByRole('button', { name: 'Load practice register' }).click();
    await expect.poll(() => host.calls.map((call) => call.name)).toContain('practice.importSample');
  });
});

describe('data that come from a backup', () => {
  it('are told until the person has read it, also before the first question', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    host.change((world) => {
      world.app = { ...world.app, mode: 'unset', recovery: fakeRecovery };
    });
    await go('/');
    await page.getByText('more may be missing than is named here').waitFor();
    await page.getByRole('button', { name: 'I have read this' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(inputsOf('app.forgetRecovery')).toHaveLength(1);
  });
});

describe('the practice panel', () => {
  it('opens one device at a time, and switches its faults by keyboard', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    host.change((world) => {
      const [first] = world.practice?.devices ?? [];
      if (world.practice === null || first === undefined) return;
      const many = Array.from({ length: 23 }, (_, index) => ({
        ...first,
        kind: index === 0 ? ('iq' as const) : ('lock' as const),
        model: index === 0 ? 'IQ3' : 'escutcheon',
        mac: index === 0 ? first.mac : `01FFEE001122${(index + 16).toString(16).toUpperCase()}`,
      }));
      world.practice = { ...world.practice, devices: many };
    });
    await go('/outbox');
    await page.getByRole('button', { name: 'Practice', exact: true }).click();
    await page.getByRole('button', { name: /^Settings of 4F/ }).click();
    await page.getByRole('switch', { name: 'Port in use' }).waitFor();
    await page.getByRole('searchbox', { name: 'Find a virtual device' }).fill('0011221a');
    expect(await page.getByRole('button', { name: /^Settings of/ }).count()).toBe(1);
    await page.getByRole('button', { name: /^Settings of/ }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('switch', { name: 'Port in use' }).count()).toBe(0);
    await page.getByRole('switch', { name: 'Jammed' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('1 fault').waitFor();
    expect(inputsOf('practice.setFault')).toEqual([{ mac: '01FFEE0011221A', fault: 'jammed', on: true }]);
    await page.getByRole('button', { name: 'Everything well again' }).click();
    await expect.poll(() => inputsOf('practice.makeWell')).toHaveLength(1);
  });
});

describe('by keyboard alone', () => {
  it('a site is found, opened, and its tree walked', { timeout: LOOK_TIMEOUT_MS }, async () => {
    await go('/');
    await page.getByRole('row', { name: /Hotel Zur/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('hotel zur');
    await page.getByText('1 site shown').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Hotel Zur Alten Post/ }).waitFor();
    expect(page.url()).toContain(`/sites/${siteId}/hardware`);
    await page.getByRole('treeitem', { name: /Technikraum UG/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() => page.getByRole('treeitem', { name: /Flur 1/ }).getAttribute('aria-expanded'))
      .toBe('false');
    await page.keyboard.press('End');
    await page.getByRole('treeitem', { name: /Büro 16/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Edit Büro 16' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('a found lock is bound to the place that waits for one', { timeout: LOOK_TIMEOUT_MS }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await page.getByRole('button', { name: 'Bind 01FFEE0011B001' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Bind here').first().waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent ?? ''))
      .toContain('Zimmer 209');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => host.calls.find((call) => call.name === 'devices.bindFound')?.input)
      .toMatchObject({ foundId: 'ble:1' });
  });

  it('a check at the door is answered with one key, and N leads on', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/doors`);
    await page.getByRole('option', { name: /Zimmer 207/ }).click();
    host.change((world) => {
      const site = world.sites.get(siteId);
      if (site) world.work = fakeTest(site);
    });
    await page.getByRole('button', { name: 'Yes, passed' }).waitFor();
    await page.keyboard.press('f');
    await expect
      .poll(() => host.calls.find((call) => call.name === 'work.answer')?.input)
      .toMatchObject({ check: 'handle', answer: 'failed' });
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 2, name: 'Zimmer 208' }).waitFor();
  });
});

describe('pairing', () => {
  it('tells the tries left, tries nothing by itself, and takes a scanner’s code', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await page.getByRole('button', { name: 'Pair 4F.A1.3C' }).click();
    const field = page.getByRole('textbox', { name: 'Activation code' });
    await field.pressSequentially('7c0be9');
    expect(await field.inputValue()).toBe('7C.0B.E9');
    await page.keyboard.press('Enter');
    await page.getByText('3 tries left').waitFor();
    expect(host.calls.filter((call) => call.name === 'work.pairHub')).toHaveLength(1);
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.type('7C0BE8', { delay: 4 });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(host.calls.filter((call) => call.name === 'work.pairHub').at(-1)?.input).toMatchObject({
      activationCode: '7C.0B.E8',
    });
  });
});

describe('the firmware of a site', () => {
  it('offers what is old, leaves out what a person takes off, and sends each its model’s image', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openFirmware();
    const site = host.world.sites.get(siteId);
    const low = site?.devices.find((each) => each.batteryPercent === 14);
    const wanted = site?.devices.filter(
      ({ id, kind, mac }) => oldOnes(site).includes(id) && kind === 'lock' && mac !== null && id !== low?.id,
    );
    await page.getByText('Battery 14 %: change it first').waitFor();
    expect(await page.getByLabel(`Update ${low?.name}`).isDisabled()).toBe(true);
    await page.getByLabel('Update Technikraum UG').uncheck();
    await page.getByRole('button', { name: 'Image 1.9.0 for Escutcheon' }).click();
    await page.getByRole('menuitem', { name: '1.8.2' }).click();
    await page.getByRole('button', { name: `Update ${wanted?.length} devices` }).click();
    await expect.poll(() => inputsOf('work.updateFirmware')).toHaveLength(1);
    const [input] = inputsOf('work.updateFirmware') as [{ updates: { deviceId: string; imageId: string }[] }];
    expect(input.updates.map(({ deviceId }) => deviceId)).toEqual(wanted?.map(({ id }) => id));
    expect(new Set(input.updates.map(({ imageId }) => imageId))).toEqual(new Set([fakeId(9303)]));
    await page.getByText('Updating').first().waitFor();
  });

  it('takes an image file for the model that the person names, and forgets one', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openFirmware();
    await page.getByRole('button', { name: 'Images' }).click();
    await page.getByRole('button', { name: /For which model/ }).click();
    await page.getByRole('option', { name: 'Cylinder' }).click();
    await page
      .getByLabel('Firmware image file')
      .setInputFiles({ name: 'cyl.bin', mimeType: 'application/octet-stream', buffer: Buffer.from('image') });
    await page.getByText('Cylinder 2.0.0 is on this laptop.').waitFor();
    expect(inputsOf('firmware.import')).toMatchObject([{ fileName: 'cyl.bin', model: 'cylinder' }]);
    await page.getByRole('button', { name: 'Remove the image 1.8.2 for Escutcheon' }).click();
    await expect.poll(() => inputsOf('firmware.remove')).toEqual([{ imageId: fakeId(9303) }]);
  });
});

describe('taking a device out of its place', () => {
  it('names the doors that stop working, and detaches once it was meant', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openAct('Flur 2. OG', 'Detach…');
    await page.getByText(/\d+ doors stop working with the system/).waitFor();
    const doors = page.getByRole('list', { name: 'Devices that leave their hub' });
    await doors.getByText('Zimmer 201').waitFor();
    await page.getByRole('button', { name: /^Detach \d+ devices/ }).click();
    await expect.poll(() => inputsOf('work.detach')).toMatchObject([{ siteId, force: false }]);
  });

  it('asks for the word before it is done by force, and only then', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openAct('Zimmer 101', 'Replace by another device…');
    await page.getByRole('button', { name: 'It is broken or lost' }).click();
    await page.getByRole('button', { name: 'Free the place' }).click({ force: true });
    expect(inputsOf('work.replace')).toEqual([]);
    await page.getByLabel('Type DETACH to go on').fill('detach');
    await page.getByRole('button', { name: 'Free the place' }).click();
    await expect.poll(() => inputsOf('work.replace')).toMatchObject([{ force: true }]);
  });

  it('moves below what the person chooses, and resets only what was detached', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openAct('Zimmer 102', 'Move to another place…');
    await page.getByRole('button', { name: /New place/ }).click();
    await page.getByRole('option', { name: 'Wellness, Keller' }).click();
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const target = [...host.world.sites.values()]
      .flatMap(({ devices }) => devices)
      .find(({ name }) => name === 'Wellness, Keller');
    await expect.poll(() => inputsOf('work.move')).toMatchObject([{ parentId: target?.id }]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More about Zimmer 102' }).click();
    await expect
      .poll(() =>
        page.getByRole('menuitem', { name: /Reset to factory state/ }).getAttribute('aria-disabled'),
      )
      .toBe('true');
  });

  it('pairs another hub in the place of one, from the hubs that stand nowhere', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    host.change((world) => {
      const [hub] = world.discovery.devices.filter(({ kind }) => kind === 'iq');
      if (hub === undefined) throw new Error('The fake world sees no hub');
      const spare = { ...hub, id: 'usb:spare', mac: '4F.A1.77', planned: null, problem: null };
      world.discovery = { ...world.discovery, devices: [...world.discovery.devices, spare] };
    });
    await go(`/sites/${siteId}/hardware`);
    await openAct('Technikraum UG', 'Replace by another hub…');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /4F\.A1\.77/ })
      .click();
    await page.getByRole('button', { name: 'Pair the new hub' }).click();
    await page.getByRole('textbox', { name: 'Activation code' }).fill('7c0be8');
    await page.getByRole('button', { name: 'Try this code' }).click();
    await expect.poll(() => inputsOf('work.replaceHub')).toMatchObject([{ foundId: 'usb:spare' }]);
  });
});

describe('the clock of the laptop', () => {
  it('is asked about once, and the act goes on where it was', { timeout: LOOK_TIMEOUT_MS }, async () => {
    host.world.clockTrusted = false;
    await go(`/sites/${siteId}/hardware`);
    await page.getByRole('button', { name: 'Pair 4F.A1.3C' }).click();
    await page.getByRole('textbox', { name: 'Activation code' }).fill('7c0be8');
    await page.getByRole('button', { name: 'Try this code' }).click();
    await page.getByText('It was never compared with the cloud’s.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('The laptop’s clock cannot be trusted').waitFor();
    expect(inputsOf('work.confirmClock')).toHaveLength(0);
    await page.getByRole('button', { name: 'Try this code' }).click();
    await page.getByRole('button', { name: 'Yes, it is right' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(inputsOf('work.confirmClock')).toHaveLength(1);
    expect(inputsOf('work.pairHub')).toHaveLength(3);
  });
});

describe('the network of a hub', () => {
  it('is chosen from what the hub hears, and kept unproven only by choice', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/network`);
    await page.getByText('now: DHCP').waitFor();
    await page.getByRole('button', { name: 'Let the hub listen' }).click();
    await page.getByRole('button', { name: 'Use Gäste' }).click();
    await page.getByText('will change').waitFor();
    expect(await page.getByRole('button', { name: 'Use eduroam' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Set and test' }).click();
    const network = {
      eth: { dhcp: true },
      wifi: { ssid: 'Gäste', sec: 'open' },
      cell: null,
      order: ['eth', 'wifi'],
    };
    await page.getByText('The hub went back to the settings it had before.').waitFor();
    await page.getByRole('button', { name: 'Keep it although it could not be proven' }).click();
    await page.getByText('The hub went back').waitFor({ state: 'detached' });
    expect(inputsOf('work.configureNetwork')).toMatchObject([
      { network, prove: true },
      { network, prove: false },
    ]);
  });

  it('takes the last hub’s password unseen, or one that is typed and then shown no more', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/network`);
    await page.getByRole('button', { name: 'Use Alte-Post-Technik, the last hub’s Wi-Fi' }).click();
    await page.getByText('The password of the last hub is used').waitFor();
    await page.getByRole('button', { name: 'Forget Alte-Post-Technik and its password' }).click();
    const field = page.getByLabel('Wi-Fi password');
    await field.fill('kurz');
    await page.getByRole('button', { name: 'Use Wi-Fi earlier' }).click();
    await page.getByRole('button', { name: 'Set and test' }).click();
    await page.getByText('8 to 63 characters without accents').waitFor();
    expect(inputsOf('work.configureNetwork')).toHaveLength(0);
    await field.fill('Correct-Horse-7');
    await page.getByRole('button', { name: 'Set and test' }).click();
    await page.getByText('The hub reaches the cloud').waitFor();
    expect(await page.content()).not.toContain('Correct-Horse-7');
    await expect.poll(() => page.getByLabel('Wi-Fi password').inputValue()).toBe('');
    expect(inputsOf('work.forgetWifi')).toHaveLength(1);
    expect(inputsOf('work.configureNetwork')).toMatchObject([
      { network: { wifi: { ssid: 'Alte-Post-Technik', psk: 'Correct-Horse-7' }, order: ['wifi', 'eth'] } },
    ]);
  });
});

describe('running work', () => {
  it('says what a failure left, and begins again with the same devices', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go('/outbox');
    const ids = ['Zimmer 101', 'Zimmer 209'].map(
      (name) => host.world.sites.get(siteId)?.devices.find((each) => each.name === name)?.id ?? '',
    );
    host.change((world) => {
      const site = world.sites.get(siteId);
      if (site)
        world.work = {
          ...fakeAttach(site),
          deviceIds: [ids[1] ?? '', ids[0] ?? ''],
          state: 'failed',
          needs: null,
          problem: { code: 'device.disconnected', params: {} },
        };
    });
    await page.getByText('1 device is attached and stays so.').waitFor();
    await page.getByText('Zimmer 209 and its hub go back to what they were by themselves').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => inputsOf('work.attach')).toMatchObject([{ siteId, deviceIds: [ids[1], ids[0]] }]);
  });
});

describe('all about a device', () => {
  it('is read from it on demand: its log stretch by stretch, what is lost, how it is', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await openSheet('Zimmer 101');
    expect(inputsOf('devices.log')).toHaveLength(0);
    await page.getByRole('button', { name: 'Read the log' }).click();
    await page.getByText('25 entries read').waitFor();
    await page.getByText('56 older entries are lost here').waitFor();
    await page.getByRole('button', { name: 'Read newer entries' }).click();
    await page.getByText('40 entries read').waitFor();
    await page.getByRole('button', { name: 'Read again' }).waitFor();
    expect(inputsOf('devices.log')).toMatchObject([{ after: 0 }, { after: expect.any(Number) }]);
    await page.getByRole('button', { name: 'Measure now' }).click();
    await page.getByText('1 d 2 h').waitFor();
    await page.getByText('19 °C').waitFor();
  });

  it('gives a device the time again that was given a wrong one', { timeout: LOOK_TIMEOUT_MS }, async () => {
    const hub = host.world.sites.get(siteId)?.devices[0];
    host.change((world) => {
      const site = world.sites.get(siteId);
      if (site === undefined || hub === undefined) return;
      const params = { device: hub.name, minutes: 7 };
      const finding = { severity: 'blocker', step: 'hardware', deviceId: hub.id, params } as const;
      world.sites.set(siteId, { ...site, findings: [{ code: 'CLOCK_WRONG', ...finding }] });
    });
    await go(`/sites/${siteId}/hardware`);
    await openSheet('Technikraum UG');
    await page.getByText('•••••• kept sealed').waitFor();
    await page.getByRole('button', { name: 'Give it the time again' }).click();
    await expect.poll(() => inputsOf('devices.setClock')).toEqual([{ deviceId: hub?.id }]);
  });
});

describe('ports', () => {
  const lastInput = (name: string) => host.calls.filter((call) => call.name === name).at(-1)?.input;

  it('one that is spoken to by nobody is picked from a list, never by itself', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    host.change((world) => {
      world.discovery = { ...world.discovery, devices: [] };
    });
    await go(`/sites/${siteId}/hardware`);
    await page.getByRole('button', { name: 'Add port' }).click();
    await page.getByRole('button', { name: '/dev/ttyS0' }).click();
    expect(lastInput('discovery.addPort')).toBeUndefined();
    await page.getByRole('dialog').getByRole('button', { name: 'Add port' }).click();
    await expect.poll(() => lastInput('discovery.addPort')).toEqual({ path: '/dev/ttyS0' });
  });

  it('only one that was added can be removed, in the list and in the settings', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    host.change((world) => {
      world.discovery = { ...world.discovery, devices: [...world.discovery.devices, ...fakeTwoWays()] };
    });
    await go(`/sites/${siteId}/hardware`);
    await page.getByText('The program “minicom” has the port open').waitFor();
    expect(await page.getByRole('button', { name: 'Remove port' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Remove port' }).click();
    await expect.poll(() => lastInput('discovery.removePort')).toEqual({ path: '/dev/ttyUSB3' });
    await go('/settings');
    await page.getByRole('button', { name: 'Remove port /dev/ttyUSB3' }).click();
    await expect.poll(() => host.calls.filter(({ name }) => name === 'discovery.removePort').length).toBe(2);
  });
});

describe('what is typed', () => {
  it('is saved when the hand rests, and when the screen is left', { timeout: LOOK_TIMEOUT_MS }, async () => {
    await go(`/sites/${siteId}/customer`);
    await page.getByLabel('Street').fill('Bahnhofstraße 1');
    await page
      .getByRole('navigation', { name: 'Steps of this site' })
      .getByRole('link', { name: /Doors/ })
      .click();
    await expect
      .poll(() => host.calls.find((call) => call.name === 'sites.update')?.input)
      .toMatchObject({ data: { address: { street: 'Bahnhofstraße 1' } } });
  });

  it('does not go twice the same wrong way: the second address cannot be pasted', {
    timeout: LOOK_TIMEOUT_MS,
  }, async () => {
    await go('/sites/new');
    await page.getByLabel('Owner’s e-mail', { exact: true }).fill('a@b.example');
    const again = page.getByLabel('Owner’s e-mail once more');
    await again.focus();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'a@b.example');
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    expect(await again.inputValue()).toBe('');
    await again.fill('a@c.example');
    await page.getByText('The two addresses differ').waitFor();
  });
});

describe('a host that restarts', () => {
  it('is shown calmly, and the page goes on with what it knew', { timeout: LOOK_TIMEOUT_MS }, async () => {
    await go(`/sites/${siteId}/hardware`);
    await page.getByRole('treeitem', { name: /Zimmer 101/ }).waitFor();
    const { port } = new URL(host.url);
    await host.close();
    await page.getByText('Starting again').waitFor();
    expect(await page.getByRole('treeitem', { name: /Zimmer 101/ }).isVisible()).toBe(true);
    host = await startFakeHost(join(root, 'dist/renderer'), fakeWorld(), Number(port));
    await page.getByText('Starting again').waitFor({ state: 'detached', timeout: 15_000 });
    host.change((world) => {
      world.app = {
        ...world.app,
        cloud: { ...world.app.cloud, state: 'online', lastAnswerAt: new Date().toISOString() },
      };
    });
    await page.getByText('Online', { exact: true }).waitFor();
  });
});

describe('ten thousand sites', () => {
  it('are drawn as few rows, and the last is one key away', { timeout: LOOK_TIMEOUT_MS }, async () => {
    host.change((world) => {
      world.rows = fakeWorld(10_000).rows;
    });
    await go('/');
    await page.getByRole('row', { name: /Hotel Zur/ }).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: /Objekt 09999/ }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(40);
  });
});
