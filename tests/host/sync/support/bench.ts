import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { expect, onTestFinished } from 'vitest';
import type { Store } from '../../../../db/store.ts';
import type { DeviceKind, SiteData } from '../../../../electron/contract/index.ts';
import { finishSite } from '../../../../electron/host/handover/index.ts';
import {
  type PracticeCloud,
  startPracticeCloud,
  type TrapChanges,
} from '../../../../electron/host/practice/index.ts';
import { type Laptop, type LaptopOptions, makeLaptop } from './laptop.ts';

export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-sync-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface LedgerRow {
  readonly seq: number;
  readonly event: string;
  readonly installation_id: string | null;
  readonly subject_id: string | null;
  readonly idempotency_key: string | null;
}

/** A practice cloud and its controls (C39). */
export async function startCloudBench(cloudDir = testFolder()) {
  const practice: PracticeCloud = await startPracticeCloud({ dataDir: cloudDir, port: 0 });
  onTestFinished(() => practice.close());
  const json = async (path: string, init?: RequestInit) =>
    (await fetch(`${practice.url}${path}`, init)).json();
  return {
    practice,
    traps: async (changes: TrapChanges) => {
      const answer = await fetch(`${practice.url}/practice/traps`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(changes),
      });
      expect(answer.status, await answer.text()).toBe(200);
    },
    /** Moves the cloud's clock forwards. */
    advance: async (seconds: number) => {
      const body = JSON.stringify({ advance_seconds: seconds });
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(`${practice.url}/practice/clock`, { method: 'PUT', headers, body })).status).toBe(
        200,
      );
    },
    /** What is left of the traps that count. */
    trapsLeft: async (): Promise<number> => {
      const values: { times?: number }[] = Object.values(await json('/practice/traps'));
      return values.reduce((sum, { times }) => sum + (times ?? 0), 0);
    },
    ledger: async (): Promise<LedgerRow[]> => (await json('/practice/ledger')).items,
    mails: async (to: string): Promise<{ kind: string; to: string }[]> =>
      (await json(`/practice/mailbox?to=${encodeURIComponent(to)}`)).items,
  };
}
export type CloudBench = Awaited<ReturnType<typeof startCloudBench>>;

/** A laptop that is closed at the end of the test. */
export async function openLaptop(cloudUrl: string, options: Partial<LaptopOptions> = {}): Promise<Laptop> {
  const laptop = await makeLaptop(cloudUrl, { dataDir: testFolder(), ...options });
  onTestFinished(laptop.close);
  return laptop;
}

export const anySignal = () => AbortSignal.timeout(15_000);

let serial = 0;

export interface SitePlan {
  readonly voucher?: string;
  readonly email?: string;
  readonly repeaters?: number;
  readonly locks?: number;
  readonly iqCode?: string;
}

export function siteData(name: string, plan: SitePlan): SiteData {
  const email = plan.email ?? `owner-${serial}@example.org`;
  return {
    name,
    businessType: 'office',
    country: 'NL',
    timeZone: 'Europe/Amsterdam',
    address: { street: 'Kade 1', postcode: '1011 AA', city: 'Amsterdam' },
    owner: { fullName: 'Zoë Öztürk', email, emailRepeated: email, language: 'nl' },
    tenant: '',
    voucher: plan.voucher ?? `PRO-50-${serial.toString(36).toUpperCase()}`,
    notes: '',
  };
}

/** A site whose devices stand as after the work; not finished. */
export function addSite(store: Store, plan: SitePlan = {}): string {
  serial += 1;
  const siteId = newId();
  const hex = (serial * 256).toString(16).toUpperCase().padStart(12, '0');
  const now = Date.now();
  store.transaction(() => {
    store.sites.insert(siteId, siteData(`Site ${serial} "é"`, plan), now);
    const add = (
      kind: DeviceKind,
      number: number,
      parentId: string | null,
      mac: string,
      code: string | null,
    ) => {
      const id = newId();
      store.devices.insert(
        {
          id,
          siteId,
          parentId,
          position: number,
          kind,
          name: `${kind} ${number}`,
          model: kind === 'iq' ? 'IQ3' : kind === 'lock' ? 'cylinder' : 'repeater',
          radio: kind === 'iq' ? null : 'blue_net',
          mac,
          door: '',
          floor: '1',
          notes: '',
          activationCode: code,
        },
        now,
      );
      return id;
    };
    const mac = (number: number) =>
      `${hex.slice(-4, -2)}.${hex.slice(-2)}.${number.toString(16).padStart(2, '0').toUpperCase()}`;
    const hub = add('iq', 0, null, mac(1), plan.iqCode ?? `${hex.slice(-6)}A1`);
    let parent = hub;
    for (let number = 0; number < (plan.repeaters ?? 1); number += 1) {
      parent = add('repeater', number, hub, mac(2 + number), `${hex.slice(-6)}B${number}`);
    }
    for (let number = 0; number < (plan.locks ?? 2); number += 1) {
      add(
        'lock',
        number,
        parent,
        `01${hex.slice(-8)}${number.toString(16).padStart(4, '0').toUpperCase()}`,
        null,
      );
    }
  });
  return siteId;
}

export function finish(store: Store, siteId: string): void {
  finishSite({ store, siteId, person: 'Iris Installer', now: Date.now, newId: () => newId() });
}

/** Waits for the store to say so; what it says instead is shown when it never does. */
export async function until(
  store: Store,
  what: () => boolean,
  show: () => unknown = () => '',
): Promise<void> {
  if (what()) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited in vain: ${JSON.stringify(show())}`)), 15_000);
    const stop = store.onChange(() => {
      if (!what()) return;
      clearTimeout(timer);
      stop();
      resolve();
    });
  });
}

export const untilState = (store: Store, siteId: string, state: string) =>
  until(
    store,
    () => store.sites.get(siteId)?.state === state,
    () =>
      store.outbox
        .ofSite(siteId)
        .map(({ kind, state: at, problem, attempts, nextAt }) => ({ kind, at, problem, attempts, nextAt })),
  );

/** Every effect of a job stands in the cloud's own ledger exactly once and in its order, with one mail. */
export async function expectOneJob(
  bench: CloudBench,
  store: Store,
  siteId: string,
  { foreignKeys } = { foreignKeys: 0 },
): Promise<void> {
  const site = store.sites.get(siteId);
  const ledger = await bench.ledger();
  // A second installation would stand beside ours, under another id.
  const registered = store.sites.all().filter(({ cloudId }) => cloudId !== null);
  expect(ledger.filter((row) => row.event === 'installation.created')).toHaveLength(registered.length);
  const rows = ledger.filter((row) => row.installation_id === site?.cloudId);
  const devices = store.devices.ofSite(siteId);
  const count = (event: string) => rows.filter((row) => row.event === event).length;
  const of = (kind: DeviceKind) => devices.filter((device) => device.kind === kind).length;
  expect({
    created: count('installation.created'),
    redeemed: count('subscription.redeemed'),
    iqs: count('iq.created'),
    repeaters: count('repeater.created'),
    locks: count('lock.created'),
    trees: count('tree.replaced'),
    invited: count('invitation.created'),
    released: count('installation.released'),
  }).toEqual({
    created: 1,
    redeemed: site?.voucher === '' ? 0 : 1,
    iqs: of('iq'),
    repeaters: of('repeater'),
    locks: of('lock'),
    trees: 1,
    invited: 1,
    released: 1,
  });
  const keys = rows.flatMap((row) => (row.idempotency_key === null ? [] : [row.idempotency_key]));
  expect(new Set(keys).size).toBe(keys.length);
  const intents = new Set(store.outbox.ofSite(siteId).map((intent) => intent.id));
  expect(keys.filter((key) => !intents.has(key))).toHaveLength(foreignKeys);
  const at = (event: string) => rows.findLastIndex((row) => row.event === event);
  const invited = rows.findIndex((row) => row.event === 'invitation.created');
  expect(Math.max(at('lock.created'), at('iq.created'), at('tree.replaced'))).toBeLessThan(invited);
  expect(invited).toBeLessThan(at('installation.released'));
  await expect
    .poll(async () => (await bench.mails(site?.owner.email ?? '')).length, { timeout: 6_000 })
    .toBe(1);
}
