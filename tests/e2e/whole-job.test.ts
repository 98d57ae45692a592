import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explained } from './support/browser.ts';
import { startCloud } from './support/cloud.ts';
import {
  addPort,
  goTo,
  hub,
  importRegister,
  locks,
  type Stage,
  setStage,
  signIn,
  testDoors,
} from './support/job.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
}, 120_000);

afterAll(() => stage.strike(), 60_000);

/** What the virtual hub has in its flash, and how often it was written. */
const stats = (mac: string) =>
  stage.devices.ask({ do: 'stats', mac }) as Promise<{ flash: { attachments: object } }>;

it(
  'brings a site from its register to its owner, with no internet in between',
  () => explained(stage.browser, wholeJob),
  300_000,
);

async function wholeJob(): Promise<void> {
  const { app, page, complaints } = await stage.openApp();
  await signIn(stage, app, page);
  await importRegister(stage, page);
  await stage.cloud.stop();

  await goTo(page, 'Hardware');
  await addPort(page, join(stage.folder, 'hub'));
  await page.getByRole('button', { name: `Pair ${hub.mac}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Activation code' }).fill('AA.BB.CC');
  await dialog.getByRole('button', { name: 'Try this code' }).click();
  await dialog.getByText('4 tries left').first().waitFor();
  // Steps 0 and 1 of the guess, and nothing else.
  expect((await stage.devices.ask({ do: 'stats', mac: hub.mac })).writes).toEqual({ pair: 2 });
  await dialog.getByRole('textbox', { name: 'Activation code' }).fill(hub.code);
  await dialog.getByRole('button', { name: 'Try this code' }).click();
  await dialog.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Attach 3 devices' }).click();
  const work = page.getByRole('region', { name: 'Running work' });
  for (const [index, mac] of locks.entries()) {
    const name = ['Eingang', 'Lager', 'Büro'][index] ?? '';
    await work.getByText(`Hold the maintenance card at ${name}`).first().waitFor();
    expect(await stage.devices.ask({ do: 'card', mac })).toMatchObject({ online: true });
  }
  await work.getByText(/^3 devices attached in/).waitFor();
  expect(Object.values((await stats(hub.mac)).flash.attachments)).toEqual([
    'attached',
    'attached',
    'attached',
  ]);
  await work.getByRole('button', { name: 'Close' }).click();

  await testDoors(page, 3);

  await goTo(page, 'Handover');
  await page.getByRole('button', { name: 'Finish installation' }).click();
  await page.getByText(/Finished by Iris Installer/).waitFor();
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('link', { name: /Outbox/ })
    .click();
  await page.getByText('Kaffeerösterei „Süd“').first().waitFor();
  await page
    .getByText(/^Offline/)
    .first()
    .waitFor();
  expect(await page.getByRole('link', { name: /^[1-9][0-9]* waiting/ }).count()).toBe(1);

  stage.cloud = await startCloud(join(stage.folder, 'cloud'), Number(new URL(stage.cloud.url).port));
  await page.getByRole('link', { name: '0 waiting' }).waitFor({ timeout: 60_000 });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Sites/ }).click();
  await page.getByText('Released').first().waitFor();

  const events = (await stage.cloud.ledger()).map((row) => row.event);
  const count = (event: string) => events.filter((one) => one === event).length;
  expect(count('installation.created')).toBe(1);
  expect(count('lock.created')).toBe(3);
  expect(count('invitation.created')).toBe(1);
  expect(count('installation.released')).toBe(1);
  expect(events.indexOf('installation.released')).toBeGreaterThan(events.indexOf('invitation.created'));
  await expect
    .poll(async () => (await stage.cloud.ledger()).filter((row) => row.event === 'invitation.sent').length)
    .toBe(1);
  expect((await stage.cloud.mailbox('zoe@example.org')).map((mail) => mail.kind)).toEqual(['invitation']);
  expect(await stage.cloud.smtpDeliveries()).toBe(1);
  expect(complaints).toEqual([]);
}
