import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../electron/host/index.ts';
import { type LedgerRow, ledgerOf, mailsTo } from './support/cloud.ts';
import { type Api, first, openHost, testFolder, untilOnline } from './support/host.ts';
import { findOf, passphrase, siteOf, workAt } from './support/installer.ts';

const owners = ['ann@example.org', 'katharina@example.org', 'leitung@example.org'];

describe('the whole job in practice mode', () => {
  it('goes from a register to three released sites, through an outage, exactly once', {
    timeout: 120_000,
  }, async () => {
    const dataDir = testFolder();
    const awake: boolean[] = [];
    const { host, api, close } = await openHost(dataDir, { keepAwake: (wanted) => awake.push(wanted) });
    await untilOnline(api);
    expect(await api.practice.importSample()).toEqual({ sites: 3, devices: 13 });
    const rows = (await first(api.sites.watch())).rows;
    expect(rows.map(({ state, nextStep }) => `${state} ${nextStep.kind}`)).toEqual(
      Array(3).fill('planned start'),
    );
    await refuseWrongCode(api, rows[0]?.id ?? '');

    for (const { id } of rows) {
      const site = await workAt(api, id);
      expect(site.nextStep, site.name).toEqual({ kind: 'finish', count: 0 });
      expect(site.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
      expect(site.devices.map(({ kind, state }) => `${kind} ${state}`)).toEqual(
        site.devices.map(
          ({ kind }) => `${kind} ${{ iq: 'configured', repeater: 'attached', lock: 'tested' }[kind]}`,
        ),
      );
    }

    // Awake from the first piece of work to the last, and no longer.
    expect(awake.length).toBeGreaterThan(20);
    expect(awake).toEqual(awake.map((_, index) => index % 2 === 0));
    expect(awake.at(-1)).toBe(false);

    await api.practice.setReachable({ reachable: false });
    await api.outbox.syncNow();
    await first(api.app.watch(), ({ cloud }) => cloud.state === 'offline');
    for (const { id } of rows) await api.sites.finish({ siteId: id });
    await expectWaiting(api);

    await api.practice.setReachable({ reachable: true });
    const sent = await first(api.outbox.watch(), ({ unsent }) => unsent === 0);
    expect(sent.sites.map(({ group, problem }) => [group, problem])).toEqual(Array(3).fill(['sent', null]));
    for (const { id } of rows) {
      const site = await first(api.sites.watchOne({ siteId: id }), ({ state }) => state === 'released');
      expect(site).toMatchObject({
        nextStep: { kind: 'follow_owner' },
        siteUid: expect.stringMatching(/^[A-Z]{2}\d{8,12}$/),
      });
      expect(site.devices.every(({ registered }) => registered)).toBe(true);
    }
    await expectOneMailEach(api);
    expect(host.context.core().smtpDeliveries()).toBe(3);
    const ledger = await ledgerOf(api);
    expectWholeLedger(ledger, rows.length);

    const tokens = tokensOf(host);
    expect(expectNoSecrets(dataDir, tokens)).toContain(join('practice', 'doorstep.sqlite-wal'));
    await close();
    expectNoSecrets(dataDir, tokens);

    const again = await openHost(dataDir);
    await untilOnline(again.api);
    await again.api.outbox.syncNow();
    expect(await first(again.api.outbox.watch())).toMatchObject({ unsent: 0 });
    expect((await siteOf(again.api, rows[0]?.id ?? '')).state).toBe('released');
    expect(await ledgerOf(again.api)).toEqual(ledger);
    await expectOneMailEach(again.api);
  });
});

/** A wrong code tells the tries left, and the site stays as it was planned. */
async function refuseWrongCode(api: Api, siteId: string): Promise<void> {
  const [hub] = (await siteOf(api, siteId)).devices;
  const foundId = await findOf(api, hub?.mac ?? null);
  await expect(
    api.work.pairHub({ deviceId: hub?.id ?? '', foundId, activationCode: 'AA.BB.CC' }),
  ).rejects.toMatchObject({ code: 'PROBLEM', data: { code: 'pairing.wrong_code', params: { left: 4 } } });
  const site = await siteOf(api, siteId);
  expect(site).toMatchObject({ state: 'planned', devices: [{ state: 'code_captured' }, {}, {}, {}] });
}

/** The outbox shows the work of three sites that has not gone anywhere, and needs nobody. */
async function expectWaiting(api: Api): Promise<void> {
  const outbox = await first(api.outbox.watch());
  expect(outbox.sites).toHaveLength(3);
  expect(outbox.sites.map(({ group }) => group)).toEqual(Array(3).fill('waiting'));
  const intents = outbox.sites.flatMap(({ stages }) => stages).reduce((sum, { total }) => sum + total, 0);
  expect(outbox.unsent).toBe(intents);
  expect(await first(api.app.watch())).toMatchObject({ unsent: intents, needsPerson: 0 });
  const { rows } = await first(api.sites.watch());
  expect(rows.map(({ state, nextStep }) => `${state} ${nextStep.kind}`)).toEqual(
    Array(3).fill('installed see_outbox'),
  );
  expect(rows.reduce((sum, { unsent }) => sum + unsent, 0)).toBe(intents);
  expect(await ledgerOf(api)).toEqual([]);
}

async function expectOneMailEach(api: Api): Promise<void> {
  for (const owner of owners) {
    await expect.poll(() => mailsTo(api, owner), { timeout: 10_000 }).toMatchObject([{ kind: 'invitation' }]);
  }
}

/** Each effect once, under its own key; no invitation before everything is registered, no release before it. */
function expectWholeLedger(ledger: readonly LedgerRow[], sites: number): void {
  const count = (event: string) => ledger.filter((row) => row.event === event).length;
  expect({
    installations: count('installation.created'),
    vouchers: count('subscription.redeemed'),
    iqs: count('iq.created'),
    repeaters: count('repeater.created'),
    locks: count('lock.created'),
    trees: count('tree.replaced'),
    invitations: count('invitation.created'),
    mails: count('invitation.sent'),
    releases: count('installation.released'),
  }).toEqual({
    installations: sites,
    vouchers: 1,
    iqs: 3,
    repeaters: 1,
    locks: 9,
    trees: 3,
    invitations: sites,
    mails: sites,
    releases: sites,
  });
  const keys = ledger.flatMap(({ idempotency_key }) => idempotency_key ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  for (const rows of Map.groupBy(ledger, ({ installation_id }) => installation_id).values()) {
    const events = rows.map(({ event }) => event).filter((event) => event !== 'invitation.sent');
    expect(events[0]).toBe('installation.created');
    expect(events.slice(-2)).toEqual(['invitation.created', 'installation.released']);
  }
}

/** The practice register's IQ and repeater codes, in any spelling; hex digits of longer words are something else. */
const codes = ['04A2FF', '4FA177', '7C0BE8', '4FB290'].map(
  (code) => new RegExp(`(?<![0-9a-f])${code.match(/../g)?.join('[.:\\- ]?')}(?![0-9a-f])`, 'i'),
);

/** What the app may show the cloud at this moment. */
function tokensOf(host: Host): string[] {
  const tokens = JSON.stringify(host.context.core().store.account.get()?.tokens);
  return [...tokens.matchAll(/"([\w.~+/=-]{20,})"/g)].flatMap(([, token]) => token ?? []);
}

/** Reads everything in the folder but the virtual devices' own memory and the cloud's; answers what was read. */
function expectNoSecrets(dataDir: string, tokens: readonly string[]): string[] {
  expect(tokens.length).toBeGreaterThanOrEqual(2);
  const outside = [join('practice', 'devices'), join('practice', 'cloud')];
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)))
    .filter((path) => !outside.some((folder) => path.startsWith(folder)));
  expect(files).toEqual(
    expect.arrayContaining([expect.stringMatching(/doorstep\.sqlite$/), expect.stringMatching(/\.log$/)]),
  );
  const database = readFileSync(join(dataDir, 'practice', 'doorstep.sqlite'), 'latin1');
  expect(database.includes('Harbour Offices'), 'what is no secret is found').toBe(true);
  for (const path of files) {
    const content = readFileSync(join(dataDir, path), 'latin1');
    for (const code of codes) expect(code.test(content), `${code} in ${path}`).toBe(false);
    for (const secret of [passphrase, ...tokens]) {
      for (const spelling of [secret, Buffer.from(secret, 'utf16le').toString('latin1')]) {
        expect(content.includes(spelling), `a secret in ${path}`).toBe(false);
      }
    }
  }
  return files;
}
