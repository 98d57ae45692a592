import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyLocks } from '../../electron/host/practice/api/idempotency.ts';
import {
  addIq,
  createSite,
  finish,
  nextCode,
  type Person,
  siteBody,
  startTestCloud,
  type TestCloud,
} from './support/cloud.ts';

describe('idempotency', () => {
  let test: TestCloud;
  let person: Person;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterAll(() => test.close());

  /** What was written on `socket` before has reached the cloud: it has answered others since. */
  const arrived = async (socket: Socket) => {
    await new Promise<void>((resolve) => socket.write('', () => resolve()));
    for (let count = 0; count < 3; count += 1) await person.call('GET', '/me');
  };
  const countSites = async () => (await person.call('GET', '/installations?$top=1')).body.count as number;

  it('C5 takes a colleague with another token for the same intent, and another company for another', async () => {
    const key = randomUUID();
    const first = await person.call('POST', '/installations', { body: siteBody(), key });
    const colleague = await test.signIn('admin@example.org');
    const again = await colleague.call('POST', '/installations', { body: siteBody(), key });
    expect(again.body.id).toBe(first.body.id);
    const other = await test.signIn('other@example.org');
    const body = siteBody({ tenant_id: (await other.call('GET', '/me')).body.tenants[0].id });
    const foreign = await other.call('POST', '/installations', { body, key });
    expect(foreign.status).toBe(201);
    expect(foreign.body.id).not.toBe(first.body.id);
  });

  it('C6 compares JSON and query by value, not by text, and leaves headers out', async () => {
    const key = randomUUID();
    const first = await person.call('POST', '/installations', { body: siteBody(), key });
    const turned = JSON.stringify(Object.fromEntries(Object.entries(siteBody()).reverse()), null, 3);
    const headers = { 'content-type': 'text/plain', 'if-match': '"9"' };
    const again = await person.call('POST', '/installations', {
      body: turned,
      key: key.toUpperCase(),
      headers,
    });
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('C7 tells the first answer again, after change and deletion, and does nothing else', async () => {
    const site = await createSite(person);
    const key = randomUUID();
    const path = `/installations/${site.id}/iqs`;
    const body = { customer_reference: 'IQ', activation_code: nextCode() };
    const first = await person.call('POST', path, { body, key });
    await person.call('DELETE', `${path}?ids=${first.body.id}`);
    const rowsBefore = (await test.ledger()).length;
    const again = await person.call('POST', path, { body, key });
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await test.ledger()).length).toBe(rowsBefore);
    expect((await person.call('GET', path)).body.count).toBe(0);
  });

  it('C7 keeps ETag and Location', async () => {
    const key = randomUUID();
    const first = await person.call('POST', '/installations', { body: siteBody(), key });
    const again = await person.call('POST', '/installations', { body: siteBody(), key });
    for (const name of ['etag', 'location']) {
      expect(first.headers.get(name)).toBeTruthy();
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
  });

  it('C8 refuses a bound key for any other request', async () => {
    const key = randomUUID();
    const site = (await person.call('POST', '/installations', { body: siteBody(), key })).body;
    const others = [
      person.call('POST', '/installations', { body: siteBody({ customer_reference: 'Other' }), key }),
      person.call('PATCH', `/installations/${site.id}`, { body: siteBody(), key }),
      person.call('POST', '/installations', { body: '{broken', key }),
      person.call('POST', '/installations', { body: 'x'.repeat(300_000), key }),
      person.call('DELETE', `/installations/${site.id}/iqs?ids=not-an-id`, { key }),
    ];
    for (const other of await Promise.all(others)) {
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  it('C9 leaves the key free after an error', async () => {
    const key = randomUUID();
    const wrong = await person.call('POST', '/installations', {
      body: siteBody({ country_code: 'nl' }),
      key,
    });
    expect(wrong.status).toBe(400);
    const right = await person.call('POST', '/installations', { body: siteBody(), key });
    expect(right.status).toBe(201);
  });

  it('C10 makes one site of many requests at once', async () => {
    const key = randomUUID();
    const before = await countSites();
    const requests = Array.from({ length: 12 }, () =>
      person.call('POST', '/installations', { body: siteBody(), key }),
    );
    const answers = await Promise.all(requests);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(
      11,
    );
    expect(await countSites()).toBe(before + 1);
  });

  it('C10 lets a second request wait for the first that is still being sent', async () => {
    const key = randomUUID();
    const site = await createSite(person);
    const body = JSON.stringify({ customer_reference: 'Slow', activation_code: nextCode() });
    const path = `/installations/${site.id}/iqs`;
    const { port, host } = new URL(test.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = [
      `POST /v1${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${person.tokens.access_token}`,
      `Idempotency-Key: ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
    await arrived(socket);
    const second = person.call('POST', path, { body, key });
    const early = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 200, 'waits'))]);
    expect(early).toBe('waits');
    socket.write(body.slice(5));
    const answer = await second;
    socket.destroy();
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  });

  it('C10 answers idempotency_in_progress where the first takes too long, and then lets the next one in', async () => {
    const locks = new KeyLocks(50);
    const leave = await locks.enter('company', 'key');
    await expect(locks.enter('company', 'key')).rejects.toMatchObject({
      code: 'idempotency_in_progress',
      headers: { 'retry-after': '1' },
    });
    const other = await locks.enter('other company', 'key');
    other();
    leave();
    (await locks.enter('company', 'key'))();
  });

  it('C10 frees the key of a request whose sender went away', async () => {
    const key = randomUUID();
    const { port, host } = new URL(test.url);
    const socket = connect(Number(port), '127.0.0.1');
    const authorization = `Authorization: Bearer ${person.tokens.access_token}`;
    socket.write(
      `POST /v1/installations HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\nIdempotency-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    );
    await arrived(socket);
    const second = person.call('POST', '/installations', { body: siteBody(), key });
    socket.destroy();
    expect((await second).status).toBe(201);
  });

  it('C11 remembers a key over a restart and 400 days later', async () => {
    const key = randomUUID();
    const first = await person.call('POST', '/installations', { body: siteBody(), key });
    await test.restart();
    await test.advance(401 * 86_400);
    const again = await person.call('POST', '/installations', { body: siteBody(), key });
    expect(again.body).toEqual(first.body);
  });

  it('C12 writes ledger row and mail with the effect: an invitation repeated is one mail', async () => {
    const email = 'once@example.org';
    const site = await createSite(person, { owner: { full_name: 'Once', email, language: 'en' } });
    await addIq(person, site.id);
    const key = randomUUID();
    const path = `/installations/${site.id}/invitations`;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => person.call('POST', path, { body: finish(), key })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201]);
    await test.waitForMails(email, 1);
    await test.restart();
    expect(await test.mails(email)).toHaveLength(1);
    const rows = (await test.ledger(site.id)).filter((row) => row.event === 'invitation.created');
    expect(rows.map((row) => row.idempotency_key)).toEqual([key]);
  });
});
