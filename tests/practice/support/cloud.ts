import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import {
  installerPassword,
  type PracticeCloud,
  type PracticeCloudOptions,
  signInAsPracticeInstaller,
  startPracticeCloud,
  type TrapChanges,
} from '../../../electron/host/practice/index.ts';
import { checkAnswer } from './contract-check.ts';

/** An answer of `/v1`. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the contract is checked by its schema; tests read freely.
  readonly body: any;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

/** Somebody who is signed in. */
export interface Person {
  readonly tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;
  readonly configuration: oidc.Configuration;
  call(method: string, path: string, options?: RequestOptions): Promise<Answer>;
}

/** A row of the ledger. */
export interface LedgerRow {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly installation_id: string | null;
  readonly subject_id: string;
  readonly idempotency_key: string | null;
  readonly detail: Record<string, unknown>;
}

/** A mail as the mailbox shows it. */
export interface Mail {
  readonly id: string;
  readonly message_id: string;
  readonly at: string;
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly links: readonly string[];
}

/** A practice cloud with what a test asks of it. */
export interface TestCloud {
  readonly url: string;
  readonly dataDir: string;
  readonly cloud: PracticeCloud;
  signIn(email?: string): Promise<Person>;
  traps(changes: TrapChanges): Promise<void>;
  clearTraps(): Promise<void>;
  advance(seconds: number): Promise<void>;
  now(): Promise<number>;
  ledger(installationId?: string): Promise<LedgerRow[]>;
  mails(to?: string): Promise<Mail[]>;
  /** Waits until the address has so many mails. */
  waitForMails(to: string, count: number): Promise<Mail[]>;
  /** Stops it, and starts it again on the same folder and port. */
  restart(options?: Partial<PracticeCloudOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function startTestCloud(options: Partial<PracticeCloudOptions> = {}): Promise<TestCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'doorstep-practice-'));
  let cloud = await startPracticeCloud({ dataDir, port: 0, ...options });
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${cloud.url}/practice${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const mails = async (to?: string): Promise<Mail[]> =>
    (await control('GET', `/mailbox${to ? `?to=${encodeURIComponent(to)}` : ''}`)).items;
  return {
    get url() {
      return cloud.url;
    },
    get cloud() {
      return cloud;
    },
    dataDir,
    signIn: (email = 'installer@example.org') => signInPerson(() => cloud.url, email),
    traps: async (changes) => void (await control('PUT', '/traps', changes)),
    clearTraps: async () => void (await control('DELETE', '/traps')),
    advance: async (seconds) => void (await control('PUT', '/clock', { advance_seconds: seconds })),
    now: async () => Date.parse((await control('GET', '/clock')).now),
    ledger: async (installationId) => {
      const { items } = (await control('GET', '/ledger?after=0')) as { items: LedgerRow[] };
      return installationId ? items.filter((row) => row.installation_id === installationId) : items;
    },
    mails,
    waitForMails: (to, count) =>
      waitFor(async () => {
        const found = await mails(to);
        return found.length >= count ? found : undefined;
      }),
    restart: async (changes = {}) => {
      const port = Number(new URL(cloud.url).port);
      await cloud.close();
      // fetch keeps connections; let it see that these are closed.
      await new Promise((resolve) => setTimeout(resolve, 50));
      cloud = await startPracticeCloud({ dataDir, port, ...options, ...changes });
    },
    close: async () => {
      await cloud.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer, with an end that even a busy machine does not reach. */
export async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 15_000; ; ) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('nothing came within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const redirectUri = 'http://127.0.0.1:47811/callback';

/** Authorization code and PKCE with a certified client. */
export async function signInPerson(url: () => string, email: string): Promise<Person> {
  const issuer = new URL(`${url()}/oidc`);
  const configuration = await oidc.discovery(issuer, 'doorstep', {}, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const authorizationUrl = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid offline_access installer_api',
    prompt: 'consent',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state,
  });
  const answer = await signInAsPracticeInstaller({
    authorizationUrl: authorizationUrl.href,
    email,
    password: installerPassword,
    fetch,
  });
  const checks = { pkceCodeVerifier, expectedState: state, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(configuration, new URL(answer), checks);
  return { tokens, configuration, call: caller(url, tokens.access_token) };
}

/** A client of `/v1` with a token; every answer is checked against the contract. */
export function caller(url: () => string, token: string): Person['call'] {
  return async (method, path, options = {}) => {
    const { body, key = method === 'GET' ? null : randomUUID() } = options;
    const isBytes = body instanceof Uint8Array || typeof body === 'string';
    const response = await fetch(`${url()}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key !== null && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body !== undefined && { body: (isBytes ? body : JSON.stringify(body)) as BodyInit }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    if (!response.headers.get('date')) throw new Error('an answer without Date (C4)');
    if (!type?.startsWith('text/html')) checkAnswer(method, path, response.status, type, text);
    const isJson = type?.includes('json') === true && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}

export const tenantId = '0190a5b2-0000-7000-8000-000000000001';

/** The body of a site that may be created. */
export function siteBody(changes: Record<string, unknown> = {}) {
  return {
    customer_reference: 'Harbour Offices',
    business_type: 'office',
    country_code: 'NL',
    time_zone: 'Europe/Amsterdam',
    tenant_id: tenantId,
    address: { street: 'Kade 1', postcode: '1011 AA', city: 'Amsterdam' },
    owner: { full_name: 'Ann van der Meer', email: 'ann@example.org', language: 'nl' },
    ...changes,
  };
}

let codes = 0;

/** An activation code that no test had before. */
export function nextCode(): string {
  codes += 1;
  return (0xa00000 + codes).toString(16).toUpperCase();
}

/** A created site. */
export async function createSite(person: Person, changes: Record<string, unknown> = {}) {
  const answer = await person.call('POST', '/installations', { body: siteBody(changes) });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as { id: string; site_uid: string };
}

export async function addIq(
  person: Person,
  siteId: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const body = { customer_reference: 'IQ', activation_code: nextCode(), ...changes };
  return (await person.call('POST', `/installations/${siteId}/iqs`, { body })).body.id as string;
}

export async function addLock(
  person: Person,
  siteId: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const body = {
    customer_reference: 'Door',
    activation_code: nextCode(),
    communication_type: 'rf_net',
    ...changes,
  };
  return (await person.call('POST', `/installations/${siteId}/locks`, { body })).body.id as string;
}

export async function addRepeater(
  person: Person,
  siteId: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const body = {
    customer_reference: 'Hall',
    activation_code: nextCode(),
    communication_type: 'rf_net',
    ...changes,
  };
  return (await person.call('POST', `/installations/${siteId}/repeaters`, { body })).body.id as string;
}

/** The installer's statement for a site with one IQ and some locks. */
export function finish(locks = 0, repeaters = 0, iqs = 1) {
  return { finished_at: '2026-11-22T09:30:00Z', expected: { iqs, repeaters, locks } };
}

export async function invite(person: Person, siteId: string, locks = 0): Promise<Answer> {
  return person.call('POST', `/installations/${siteId}/invitations`, { body: finish(locks) });
}

/** A site with one IQ whose owner is invited, and the owner's mail. */
export async function invitedSite(test: TestCloud, person: Person, email: string, language = 'nl') {
  const site = await createSite(person, { owner: { full_name: 'Ann van der Meer', email, language } });
  await addIq(person, site.id);
  const earlier = (await test.mails(email)).length;
  const invitation = await invite(person, site.id);
  if (invitation.status !== 201) throw new Error(JSON.stringify(invitation.body));
  const mails = await test.waitForMails(email, earlier + 1);
  return { ...site, invitationId: invitation.body.id as string, mail: mails.at(-1) as Mail };
}

export async function release(person: Person, siteId: string, locks = 0): Promise<Answer> {
  return person.call('PUT', `/installations/${siteId}/release`, { body: finish(locks) });
}

/** The codes of a problem's violations: `rule@pointer`. */
export function rules(answer: Answer): string[] {
  const { violations = [] } = answer.body as { violations?: { rule: string; pointer: string }[] };
  return violations.map((violation) => `${violation.rule}@${violation.pointer}`);
}
