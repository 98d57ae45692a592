import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import * as oidc from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrapChanges } from '../../electron/host/practice/index.ts';
import {
  addIq,
  addLock,
  caller,
  createSite,
  invitedSite,
  type Person,
  siteBody,
  startTestCloud,
  type TestCloud,
} from './support/cloud.ts';

describe('controls and traps', () => {
  let test: TestCloud;
  let person: Person;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterEach(() => test.clearTraps());
  afterAll(() => test.close());

  const control = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const response = await fetch(`${test.url}/practice${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  const shown = async () => (await control('GET', '/traps')).body;
  const create = (key: string = randomUUID()) =>
    person.call('POST', '/installations', { body: siteBody(), key });
  const countSites = async () => (await person.call('GET', '/installations?$top=1')).body.count as number;

  it('C39 refuses a foreign Host, other media types, and never sends CORS headers', async () => {
    const { port } = new URL(test.url);
    const statusFor = (host: string, path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject);
        sent.end();
      });
    for (const path of ['/practice/traps', '/oidc/jwks', '/owner/log-in', '/v1/me']) {
      for (const host of [`localhost:${port}`, 'evil.example.org', '127.0.0.1']) {
        expect(await statusFor(host, path)).toBe(421);
      }
    }
    expect(await statusFor(`127.0.0.1:${port}`, '/practice/traps')).toBe(200);
    const form = await control('PUT', '/traps', 'mail_down=true', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([form.status, await shown()]).toEqual([415, {}]);
    const preflight = await control('OPTIONS', '/traps', undefined, {
      origin: 'http://evil.example.org',
      'access-control-request-method': 'PUT',
    });
    const answer = await control('GET', '/ledger', undefined, { origin: 'http://evil.example.org' });
    for (const headers of [preflight.headers, answer.headers]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('C39 moves the clock forwards only, over a restart too, and with it everything in /v1', async () => {
    const before = await test.now();
    const moved = await control('PUT', '/clock', { advance_seconds: 3600 });
    expect(Date.parse(moved.body.now) - before).toBeGreaterThanOrEqual(3_600_000);
    const there = new Date(before + 7_200_000).toISOString();
    expect((await control('PUT', '/clock', { now: there })).status).toBe(200);
    for (const body of [
      { now: new Date(before).toISOString() },
      { advance_seconds: -1 },
      { advance_seconds: 1, now: there },
      { forwards: 3 },
      {},
      [],
      '{',
      { now: 'tomorrow' },
      { now: '9999-01-01T00:00:00Z' },
    ]) {
      expect((await control('PUT', '/clock', body)).status).toBe(400);
    }
    await test.restart();
    expect(await test.now()).toBeGreaterThanOrEqual(Date.parse(there));
    const site = (await create()).body;
    expect(Date.parse(site.created_at)).toBeGreaterThanOrEqual(Date.parse(there));
  });

  it('C39 merges traps, shows what is left, switches one or all off, and keeps them over a restart', async () => {
    await test.traps({ rate_limit: { times: 3, retry_after: 1 }, bare_array: true });
    await person.call('GET', '/me');
    await test.traps({ bare_array: null, http_next_link: true });
    const left = { rate_limit: { times: 2, retry_after: 1 }, http_next_link: true };
    expect(await shown()).toEqual(left);
    await test.restart();
    expect(await shown()).toEqual(left);
    expect((await control('DELETE', '/traps')).status).toBe(200);
    expect(await shown()).toEqual({});
  });

  it('C39 refuses unknown traps, members and values, and then changes nothing', async () => {
    const wrong: unknown[] = [
      { nothing: true },
      { bare_array: false },
      { rate_limit: { times: 1 } },
      { rate_limit: { times: 1, retry_after: 1, colour: 'red' } },
      { server_error: { times: 1, status: 504 } },
      { drop: { times: 1, match: 'GET /nowhere' } },
      { not_visible_yet: { times: 1, code: 1100 } },
      { password_rule: { min_length: 3, max_length: 128 } },
      { async_delete: { seconds: '1' } },
      { mail_down: true, drop: { times: -1 } },
      null,
      [],
    ];
    for (const body of wrong) expect((await control('PUT', '/traps', body)).status).toBe(400);
    expect(await shown()).toEqual({});
    expect((await control('GET', '/ledger?after=x')).status).toBe(400);
    expect((await control('GET', '/ledger?before=1')).status).toBe(400);
    expect((await control('GET', '/nothing')).status).toBe(404);
  });

  it('C39 numbers the ledger without gaps, one row per effect, none for refusals', async () => {
    const key = randomUUID();
    const before = (await test.ledger()).length;
    const site = (await create(key)).body;
    await create(key);
    await person.call('POST', '/installations', { body: {} });
    const rows = await test.ledger();
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.slice(before)).toEqual([
      {
        seq: before + 1,
        at: site.created_at,
        event: 'installation.created',
        installation_id: site.id,
        subject_id: site.id,
        idempotency_key: key,
        detail: {},
      },
    ]);
    expect((await control('GET', `/ledger?after=${before}`)).body.items).toEqual(rows.slice(before));
  });

  it('C39 finds mails by address without regard to case', async () => {
    await invitedSite(test, person, 'case@example.org');
    expect(await test.mails('CASE@example.org')).toHaveLength(1);
    const { body } = await control('GET', '/mailbox');
    expect(body.smtp_deliveries).toBe(test.cloud.smtpDeliveries());
  });

  it('C40 token_dies: after so many calls all tokens are dead, and a refresh helps', async () => {
    await test.traps({ token_dies: { after: 2 } });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await person.call('GET', '/me')).status);
    expect(statuses).toEqual([200, 200, 401]);
    const refreshed = await oidc.refreshTokenGrant(person.configuration, person.tokens.refresh_token ?? '');
    const call = caller(() => test.url, refreshed.access_token);
    expect((await call('GET', '/me')).status).toBe(200);
    expect((await call('GET', '/me')).status).toBe(200);
    await test.traps({ token_dies: { after: 0 } });
    expect((await call('GET', '/me')).status).toBe(401);
    person = await test.signIn();
  });

  it('C40 rate_limit and server_error bind nothing, and match only what they name', async () => {
    const key = randomUUID();
    const before = await countSites();
    await test.traps({
      rate_limit: { times: 1, retry_after: 30, match: 'POST /installations' },
      server_error: { times: 1, status: 502, match: 'POST /installations' },
    });
    expect((await person.call('GET', '/installations')).status).toBe(200);
    const limited = await create(key);
    expect([limited.status, limited.body.code, limited.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '30',
    ]);
    const failed = await create(key);
    expect([failed.status, failed.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(await countSites()).toBe(before);
    const done = await create(key);
    expect([done.status, done.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it('C40 drop commits nothing; commit_then_drop commits and the next try finds it', async () => {
    const key = randomUUID();
    const before = await countSites();
    await test.traps({ drop: { times: 1, match: 'POST /installations' } });
    await expect(create(key)).rejects.toThrow();
    expect(await countSites()).toBe(before);
    await test.traps({ commit_then_drop: { times: 1 } });
    await expect(create(key)).rejects.toThrow();
    expect(await countSites()).toBe(before + 1);
    const again = await create(key);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await countSites()).toBe(before + 1);
    expect(await shown()).toMatchObject({ commit_then_drop: { times: 0 } });
  });

  it('C40 legacy_errors speak the older form', async () => {
    const site = await createSite(person);
    await test.traps({ legacy_errors: true, not_visible_yet: { times: 1, code: 2203 } });
    const hidden = await createSite(person);
    const answers = [
      await person.call('GET', '/installations/NL0000000001'),
      await person.call('GET', `/installations/${randomUUID()}`),
      await person.call('GET', `/installations/${hidden.id}`),
      await person.call('POST', '/installations', { body: {}, key: null }),
      await person.call('POST', '/installations', { body: {} }),
    ];
    expect(answers.map((answer) => [answer.status, answer.body.ErrorCode])).toEqual([
      [400, 1100],
      [404, 2202],
      [403, 2203],
      [400, 1101],
      [400, 1101],
    ]);
    const release = { finished_at: '2026-01-01T00:00:00Z', expected: { iqs: 1, repeaters: 0, locks: 0 } };
    const conflict = await person.call('PUT', `/installations/${site.id}/release`, { body: release });
    expect([conflict.status, conflict.body.code]).toEqual([409, 'invitation_missing']);
  });

  it('C40 bare_array gives every list bare and whole', async () => {
    const site = await createSite(person);
    await addIq(person, site.id);
    for (let count = 0; count < 3; count += 1) await addLock(person, site.id);
    await test.traps({ bare_array: true });
    const read = async (path: string) => (await person.call('GET', `/installations/${site.id}/${path}`)).body;
    expect(await read('locks?$top=1')).toHaveLength(3);
    expect([await read('iqs'), await read('repeaters'), await read('invitations')]).toMatchObject([
      [{}],
      [],
      [],
    ]);
    expect(Array.isArray((await person.call('GET', '/installations')).body)).toBe(true);
  });

  it('C40 combined traps act in the order of the table', async () => {
    const all: TrapChanges = {
      token_dies: { after: 1 },
      rate_limit: { times: 1, retry_after: 1 },
      server_error: { times: 1, status: 503 },
    };
    await test.traps(all);
    const first = await person.call('GET', '/me');
    expect(first.status).toBe(429);
    expect((await person.call('GET', '/me')).status).toBe(401);
    person = await test.signIn();
    expect((await person.call('GET', '/me')).status).toBe(503);
    expect((await person.call('GET', '/me')).status).toBe(200);
  });

  it('starts with traps of the caller, and refuses wrong ones', async () => {
    const other = await startTestCloud({ traps: { mail_down: true } });
    const response = await fetch(`${other.url}/practice/traps`);
    expect(await response.json()).toEqual({ mail_down: true });
    await other.close();
    await expect(startTestCloud({ traps: { mail_down: false } as unknown as TrapChanges })).rejects.toThrow(
      'traps',
    );
  });
});
