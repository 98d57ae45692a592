import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../../db/open.ts';
import type { Store } from '../../../db/store.ts';
import { createAccount } from '../../../electron/host/account/index.ts';
import { createCloud } from '../../../electron/host/cloud/index.ts';
import { installerPassword, signInAsPracticeInstaller } from '../../../electron/host/practice/index.ts';
import { keyFileOf, newTestStore } from '../../db/support/store.ts';
import { addSite, finish, startCloudBench, testFolder } from '../sync/support/bench.ts';
import { startShiftedCloud } from './support/start-shifted-cloud.ts';

const signal = () => AbortSignal.timeout(15_000);

/** Browsers measure a cookie's end by the server's clock; the walker through log-in pages has only its own. */
const likeABrowser: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const headers = new Headers(response.headers);
  headers.delete('set-cookie');
  for (const cookie of response.headers.getSetCookie()) {
    headers.append('set-cookie', cookie.replace(/;\s*expires=[^;]*/i, ''));
  }
  return new Response(response.body, { status: response.status, headers });
};

/** An account on a store, with a person at the browser. */
function accountOn(store: Store, cloudUrl: string, email = 'installer@example.org') {
  const net = { up: true, tokenCalls: 0 };
  const person = { answers: true, email };
  const timers: (() => void)[] = [];
  const watched: typeof fetch = async (input, init) => {
    if (!net.up)
      throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND', syscall: 'getaddrinfo' } });
    if (String(input).endsWith('/oidc/token')) net.tokenCalls += 1;
    return fetch(input, init);
  };
  const cloud = createCloud({
    url: cloudUrl,
    fetch: watched,
    now: Date.now,
    accessToken: (refused) => account.accessToken(refused),
  });
  const account = createAccount({
    store,
    identity: {
      issuer: `${cloudUrl}/oidc`,
      clientId: 'doorstep',
      scope: 'openid offline_access installer_api',
    },
    fetch: watched,
    readMe: (aborted) => cloud.me(aborted),
    now: Date.now,
    setTimer: (callback) => {
      timers.push(callback);
      return () => timers.splice(timers.indexOf(callback), 1);
    },
    openExternal: (authorizationUrl) => {
      if (!person.answers) return;
      signInAsPracticeInstaller({
        authorizationUrl,
        email: person.email,
        password: installerPassword,
        fetch: likeABrowser,
      })
        .then((redirect) => fetch(redirect))
        .catch(() => {});
    },
  });
  return { account, cloud, net, person, timers };
}

async function bench() {
  const { practice, traps } = await startCloudBench();
  const dataDir = testFolder();
  const { store } = await openStore({ dataDir, vault: keyFileOf(dataDir), now: Date.now });
  onTestFinished(() => store.close());
  return { url: practice.url, traps, dataDir, store, ...accountOn(store, practice.url) };
}

test('a person signs in through the browser; who it is and what applies is known offline afterwards', async () => {
  const { account, store, url, dataDir } = await bench();
  expect(account.state()).toEqual({ session: 'signed_out', signInUrl: null, me: null });
  const states: string[] = [];
  account.onChange(() => states.push(account.state().session));
  await account.signIn(signal());
  expect(states.at(-1)).toBe('signed_in');
  expect(states).toContain('signing_in');
  const { me } = account.state();
  expect(me?.person).toMatchObject({ fullName: 'Iris Installer', email: 'installer@example.org' });
  expect(me?.tenants.length).toBeGreaterThan(0);
  expect(me?.businessTypes).toContain('office');
  expect(me?.limits.get('*')?.locksMax).toBeGreaterThan(0);

  const again = accountOn(store, url);
  again.net.up = false;
  expect(again.account.state()).toMatchObject({ session: 'signed_in', me: { person: me?.person } });
  expect(await again.account.accessToken()).toBe(await account.accessToken());

  const token = await account.accessToken();
  const { refreshToken } = (store.account.get()?.tokens ?? {}) as { refreshToken: string };
  for (const file of readdirSync(dataDir).filter((name) => name.startsWith('doorstep.sqlite-'))) {
    const bytes = readFileSync(join(dataDir, file));
    expect(bytes.includes(token) || bytes.includes(refreshToken), file).toBe(false);
  }
});

test('one refresh for all who were refused, and none for those who come late (C14)', async () => {
  const { account, net } = await bench();
  await account.signIn(signal());
  const dead = await account.accessToken();
  const before = net.tokenCalls;
  const fresh = await Promise.all([1, 2, 3, 4, 5].map(() => account.accessToken(dead)));
  expect(new Set(fresh).size).toBe(1);
  expect(fresh[0]).not.toBe(dead);
  expect(await account.accessToken(dead)).toBe(fresh[0]);
  expect(net.tokenCalls).toBe(before + 1);
});

test('a day offline signs nobody out', async () => {
  const { account, net, traps } = await bench();
  await account.signIn(signal());
  await traps({ token_dies: { after: 0 } });
  const dead = await account.accessToken();
  net.up = false;
  await expect(account.accessToken(dead)).rejects.toMatchObject({ code: 'cloud.offline' });
  expect(account.state().session).toBe('signed_in');
  net.up = true;
  expect(await account.accessToken(dead)).not.toBe(dead);
});

test('signing out forgets the tokens here and at the provider; the lists stay', async () => {
  const { account, store, url } = await bench();
  await account.signIn(signal());
  const { tokens } = store.account.get() ?? {};
  await account.signOut();
  expect(account.state().session).toBe('signed_out');
  expect(account.state().me?.tenants.length).toBeGreaterThan(0);
  await expect(account.accessToken()).rejects.toMatchObject({ code: 'account.signed_out' });
  // Whoever kept a copy has nothing.
  store.account.save({ tokens }, Date.now());
  const copy = accountOn(store, url);
  await expect(copy.account.accessToken(await copy.account.accessToken())).rejects.toMatchObject({
    code: 'account.session_expired',
  });
  expect(copy.account.state().session).toBe('expired');
  await expect(copy.account.accessToken()).rejects.toMatchObject({ code: 'account.session_expired' });
});

test('a sign-in that is cancelled, overtaken or too slow ends with its code', async () => {
  const { account, person, timers } = await bench();
  person.answers = false;
  const began = () => expect.poll(() => account.state().signInUrl, { timeout: 10_000 }).not.toBeNull();
  const cancel = new AbortController();
  const cancelled = account.signIn(cancel.signal);
  await began();
  cancel.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'account.sign_in_cancelled' });
  expect(account.state()).toMatchObject({ session: 'signed_out', signInUrl: null });

  const slow = account.signIn(signal());
  await began();
  for (const callback of [...timers]) callback();
  await expect(slow).rejects.toMatchObject({ code: 'account.sign_in_timeout' });

  const first = account.signIn(signal());
  const overtaken = expect(first).rejects.toMatchObject({ code: 'account.sign_in_cancelled' });
  person.answers = true;
  await account.signIn(signal());
  await overtaken;
  expect(account.state().session).toBe('signed_in');
});

function get(url: string, host?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: host === undefined ? {} : { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('nobody else’s request ends or finishes a sign-in', async () => {
  const { account, person } = await bench();
  person.answers = false;
  const signingIn = account.signIn(signal());
  await expect.poll(() => account.state().signInUrl, { timeout: 10_000 }).not.toBeNull();
  const authorizationUrl = account.state().signInUrl ?? '';
  const redirectUri = new URL(authorizationUrl).searchParams.get('redirect_uri') ?? '';
  expect(new URL(redirectUri).hostname).toBe('127.0.0.1');
  expect(await get(`${redirectUri}?code=stolen&state=guessed`)).toBe(400);
  expect(await get(`${redirectUri}?error=access_denied`)).toBe(400);
  expect(await get(redirectUri.replace('/callback', '/other'))).toBe(404);
  const state = new URL(authorizationUrl).searchParams.get('state');
  expect(await get(`${redirectUri}?code=x&state=${state}`, 'rebound.example')).toBe(404);
  const { email } = person;
  const redirect = await signInAsPracticeInstaller({
    authorizationUrl,
    email,
    password: installerPassword,
    fetch,
  });
  expect(await get(redirect)).toBe(200);
  await signingIn;
});

test('a log-in that the person refuses, and a provider that is not there, have their own codes', async () => {
  const { account, person, net } = await bench();
  person.answers = false;
  const signingIn = account.signIn(signal());
  await expect.poll(() => account.state().signInUrl, { timeout: 10_000 }).not.toBeNull();
  const url = new URL(account.state().signInUrl ?? '');
  const [redirectUri, state] = [url.searchParams.get('redirect_uri'), url.searchParams.get('state')];
  const iss = encodeURIComponent(`${url.origin}/oidc`);
  const refused = expect(signingIn).rejects.toMatchObject({ code: 'account.sign_in_cancelled' });
  await get(`${redirectUri}?error=access_denied&state=${state}&iss=${iss}`);
  await refused;
  net.up = false;
  await expect(account.signIn(signal())).rejects.toMatchObject({ code: 'cloud.offline' });
});

test('unsent work of one company is not sent as another (C5)', async () => {
  const { account, person, store } = await bench();
  await account.signIn(signal());
  await account.signOut();
  const siteId = addSite(store);
  finish(store, siteId);
  person.email = 'other@example.org';
  await expect(account.signIn(signal())).rejects.toMatchObject({ code: 'account.other_company' });
  expect(account.state().session).toBe('signed_out');
  person.email = 'admin@example.org';
  await account.signIn(signal());
  expect(account.state().me?.person.email).toBe('admin@example.org');
});

test('a laptop that is more than a year ahead of the provider signs in and refreshes (C4)', {
  timeout: 60_000,
}, async () => {
  const url = await startShiftedCloud(testFolder(), -400 * 24 * 60 * 60_000);
  const { store } = await newTestStore();
  const { account } = accountOn(store, url);
  await account.signIn(signal());
  expect(await account.accessToken(await account.accessToken())).toBeTruthy();
});
