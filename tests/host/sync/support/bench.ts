import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { expect, onTestFinished } from 'vitest';
import { openStore } from '../../../../db/open.ts';
import type { Store } from '../../../../db/store.ts';
import type { DeviceKind, SiteData } from '../../../../electron/contract/index.ts';
import { createAccount } from '../../../../electron/host/account/index.ts';
import { type CloudPort, createCloud } from '../../../../electron/host/cloud/index.ts';
import { finishSite } from '../../../../electron/host/handover/index.ts';
import {
  installerPassword,
  type PracticeCloud,
  signInAsPracticeInstaller,
  startPracticeCloud,
  type TrapChanges,
} from '../../../../electron/host/practice/index.ts';
import { createSync } from '../../../../electron/host/sync/index.ts';

/** Waits of the worker pass this much faster than in the field. */
const speed = 20;

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
    ledger: async (): Promise<LedgerRow[]> => (await json('/practice/ledger')).items,
    mails: async (to: string): Promise<{ kind: string; to: string }[]> =>
      (await json(`/practice/mailbox?to=${encodeURIComponent(to)}`)).items,
  };
}
export type CloudBench = Awaited<ReturnType<typeof startCloudBench>>;

export interface LaptopOptions {
  readonly dataDir?: string;
  /** How far the laptop's clock is off, in milliseconds. */
  readonly clockOffMs?: number;
  /** Looks at every request before it leaves; may throw, wait, or do something else first. */
  readonly beforeSending?: (request: { url: string; method: string; body: string }) => Promise<void> | void;
  readonly person?: string;
}

/** A laptop with a store, an account and a worker that is not started yet. */
export async function openLaptop(cloudUrl: string, options: LaptopOptions = {}) {
  const dataDir = options.dataDir ?? testFolder();
  const began = Date.now() + (options.clockOffMs ?? 0);
  const tick = performance.now();
  const monotonic = () => (performance.now() - tick) * speed;
  const now = () => began + Math.round(performance.now() - tick);
  const vault = { kind: 'key_file', path: join(dataDir, 'key') } as const;
  const { store } = await openStore({ dataDir, vault, now });
  const net = { up: true, requests: 0 };
  const guarded: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!net.up)
      throw Object.assign(new TypeError('fetch failed'), {
        cause: { code: 'ECONNREFUSED', syscall: 'connect' },
      });
    net.requests += 1;
    await options.beforeSending?.({ url, method: init?.method ?? 'GET', body: String(init?.body ?? '') });
    return fetch(input, init);
  };
  const person = { email: options.person ?? 'installer@example.org' };
  const openExternal = (authorizationUrl: string) => {
    signInAsPracticeInstaller({ authorizationUrl, email: person.email, password: installerPassword, fetch })
      .then((redirect) => fetch(redirect))
      .catch(() => {});
  };
  const setTimer = (callback: () => void, ms: number) => {
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1) / speed);
    return () => clearTimeout(timer);
  };
  const cloud: CloudPort = createCloud({
    url: cloudUrl,
    fetch: guarded,
    now,
    accessToken: (refused) => account.accessToken(refused),
  });
  const account = createAccount({
    store,
    identity: {
      issuer: `${cloudUrl}/oidc`,
      clientId: 'doorstep',
      scope: 'openid offline_access installer_api',
    },
    fetch: guarded,
    readMe: (signal) => cloud.me(signal),
    now,
    setTimer: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    openExternal,
  });
  const log: unknown[] = [];
  const sync = createSync({
    store,
    cloud,
    account,
    // Moments that are stored keep the pace of the waits.
    now: () => began + Math.round(monotonic()),
    monotonic,
    setTimer,
    random: Math.random,
    newId: () => newId(),
    log: (line) => log.push(line),
  });
  const close = async () => {
    await sync.close();
    store.close();
  };
  onTestFinished(close);
  return { dataDir, store, account, cloud, sync, net, now, log, person, close };
}
export type Laptop = Awaited<ReturnType<typeof openLaptop>>;

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

/** Signs in, starts, and waits until a site is released. */
export async function releaseAll(laptop: Laptop, siteIds: readonly string[]): Promise<void> {
  for (const siteId of siteIds) await untilState(laptop.store, siteId, 'released');
}

/** Every effect of a job stands in the cloud's own ledger exactly once and in its order, with one mail. */
export async function expectOneJob(bench: CloudBench, store: Store, siteId: string): Promise<void> {
  const site = store.sites.get(siteId);
  const rows = (await bench.ledger()).filter((row) => row.installation_id === site?.cloudId);
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
  const at = (event: string) => rows.findLastIndex((row) => row.event === event);
  const invited = rows.findIndex((row) => row.event === 'invitation.created');
  expect(Math.max(at('lock.created'), at('iq.created'), at('tree.replaced'))).toBeLessThan(invited);
  expect(invited).toBeLessThan(at('installation.released'));
  await expect
    .poll(async () => (await bench.mails(site?.owner.email ?? '')).length, { timeout: 6_000 })
    .toBe(1);
}
