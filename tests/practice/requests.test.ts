import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addIq,
  addLock,
  createSite,
  nextCode,
  type Person,
  rules,
  siteBody,
  startTestCloud,
  type TestCloud,
} from './support/cloud.ts';

describe('requests, lists and documents', () => {
  let test: TestCloud;
  let person: Person;
  let siteId: string;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
    siteId = (await createSite(person)).id;
  });
  afterAll(() => test.close());

  it('C1 checks in its order', async () => {
    const post = (path: string, options: Parameters<Person['call']>[2]) => person.call('POST', path, options);
    const large = 'x'.repeat(300_000);
    const cases = [
      await post('/installations/nonsense/iqs', { key: null, body: large }),
      await post('/installations/nonsense/iqs', { key: 'k', body: large }),
      await post('/installations/nonsense/iqs', { body: large }),
      await post(`/installations/${randomUUID()}/iqs`, {
        body: large,
        headers: { 'content-type': 'text/csv' },
      }),
      await post(`/installations/${randomUUID()}/iqs`, { body: large }),
      await post(`/installations/${randomUUID()}/iqs`, { body: {} }),
      await post(`/installations/${randomUUID()}/iqs`, {
        body: { customer_reference: 'a', activation_code: nextCode() },
      }),
    ];
    expect(cases.map((answer) => answer.body.code)).toEqual([
      'idempotency_key_invalid',
      'idempotency_key_invalid',
      'invalid_id',
      'unsupported_media_type',
      'payload_too_large',
      'validation_failed',
      'not_found',
    ]);
    await test.traps({ rate_limit: { times: 1, retry_after: 7 } });
    const limited = await post('/installations/nonsense/iqs', { key: null });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('C1 judges visibility before If-Match, If-Match before state, state before rules', async () => {
    const site = await createSite(person);
    const iq = await addIq(person, site.id);
    const wrong = { iq_tree_items: [{ id: randomUUID(), parent_id: null, hardware_type: 'lock' }] };
    const put = (id: string, headers: Record<string, string> = {}) =>
      person.call('PUT', `/installations/${site.id}/iqs/${id}/tree`, { body: wrong, headers });
    expect((await put(randomUUID())).body.code).toBe('not_found');
    expect((await put(iq)).body.code).toBe('precondition_required');
    expect((await put(iq, { 'if-match': '*' })).body.code).toBe('precondition_required');
    expect((await put(iq, { 'if-match': '"77"' })).body.code).toBe('precondition_failed');
    expect((await put(iq, { 'if-match': '"1"' })).body.code).toBe('tree_invalid');
  });

  it('C1 names every violation of a body at once', async () => {
    const body = siteBody({
      customer_reference: ' Harbour',
      business_type: 'bakery',
      country_code: 'nl',
      time_zone: 'Europe/Atlantis',
      tenant_id: randomUUID(),
      address: { street: 'A\u0000B', postcode: '', city: 'Zu\u0308rich' },
      owner: { full_name: 'x\u007f', email: 'ann@exämple.org', language: 'it' },
    });
    const answer = await person.call('POST', '/installations', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(new Set(rules(answer))).toEqual(
      new Set([
        'pattern@/customer_reference',
        'pattern@/country_code',
        'pattern@/address/street',
        'minLength@/address/postcode',
        'pattern@/address/city',
        'pattern@/owner/full_name',
        'format@/owner/email',
        'enum@/owner/language',
        'enum@/time_zone',
        'enum@/business_type',
        'enum@/tenant_id',
      ]),
    );
  });

  it('refuses what is no JSON: broken, other encodings, nested without end', async () => {
    const bodies = ['', '{', '[]', '"text"', '['.repeat(100_000), new Uint8Array([0x22, 0xff, 0x22])];
    for (const body of bodies) {
      const answer = await person.call('POST', '/installations', { body });
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    }
    const compressed = await person.call('POST', '/installations', {
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
    });
    expect(compressed.status).toBe(415);
  });

  it('ignores members it does not know, and takes a name like __proto__ for one', async () => {
    const body = JSON.stringify(siteBody()).replace('{', '{"__proto__":{"x":1},"colour":"red",');
    const answer = await person.call('POST', '/installations', { body });
    expect(answer.status).toBe(201);
    expect(answer.body.colour).toBeUndefined();
  });

  it('C1 answers 404 for an unknown path and 405 with Allow for a wrong method', async () => {
    expect((await person.call('GET', '/nothing')).body.code).toBe('not_found');
    const answer = await person.call('PUT', '/installations', { body: {} });
    expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'GET, POST',
    ]);
    for (const id of ['%zz', 'NL0000000001', 'x'.repeat(500)]) {
      expect((await person.call('GET', `/installations/${id}`)).body.code).toBe('invalid_id');
    }
  });

  it('C3 shows nothing of another company, as if it were not there', async () => {
    const other = await test.signIn('other@example.org');
    const iq = await addIq(person, siteId);
    for (const path of [`/installations/${siteId}`, `/installations/${siteId}/iqs/${iq}/status`]) {
      expect((await other.call('GET', path)).body.code).toBe('not_found');
    }
    expect((await other.call('GET', '/installations')).body).toMatchObject({ items: [], count: 0 });
    const colleague = await test.signIn('admin@example.org');
    expect((await colleague.call('GET', `/installations/${siteId}`)).status).toBe(200);
  });

  it('C4 puts the time of the cloud on every answer', async () => {
    await test.advance(3600);
    const answers = [await person.call('GET', '/me'), await person.call('GET', '/nothing')];
    const now = await test.now();
    for (const answer of answers) {
      expect(Math.abs(Date.parse(answer.headers.get('date') ?? '') - now)).toBeLessThan(5000);
    }
  });

  it('C13 pages without gaps or repetition while items are added, under both links', async () => {
    const site = await createSite(person);
    const ids = [];
    for (let index = 0; index < 5; index += 1) ids.push(await addLock(person, site.id));
    const path = `/installations/${site.id}/locks`;
    const first = (await person.call('GET', `${path}?$top=2`)).body;
    expect(first.count).toBe(5);
    ids.push(await addLock(person, site.id));
    await test.traps({ http_next_link: true });
    const seen = first.items.map((lock: { id: string }) => lock.id);
    let link = first.next_page_link as string | null;
    for (; link !== null; ) {
      const url = new URL(link, test.url);
      expect(url.pathname).toBe(`/v1${path}`);
      const page = (await person.call('GET', `${url.pathname.slice(3)}${url.search}`)).body;
      seen.push(...page.items.map((lock: { id: string }) => lock.id));
      link = page.next_page_link;
      if (link !== null) expect(link).toMatch(/^http:\/\/cloud\.example\.org\/v1\//);
    }
    await test.clearTraps();
    expect(seen).toEqual(ids);
    for (const query of ['$top=0', '$top=101', '$top=x', '$top=1&$top=2', 'continuation_token=rubbish']) {
      expect((await person.call('GET', `${path}?${query}`)).body.code).toBe('validation_failed');
    }
  });

  it('C13 filters by state and by updated_since', async () => {
    const site = await createSite(person);
    await test.advance(60);
    const since = new Date(await test.now()).toISOString();
    const search = `/installations?updated_since=${since}&installation_state=in_progress`;
    expect((await person.call('GET', search)).body.count).toBe(0);
    await addLock(person, site.id);
    const found = (await person.call('GET', search)).body;
    expect(found.items.map((item: { id: string }) => item.id)).toEqual([site.id]);
    expect((await person.call('GET', '/installations?installation_state=released')).body.count).toBe(0);
    const local = '/installations?updated_since=2026-01-01T00:00:00%2B01:00';
    expect((await person.call('GET', local)).body.code).toBe('validation_failed');
  });

  it('answers 304 where nothing changed, and 200 where something did', async () => {
    const site = await createSite(person);
    const path = `/installations/${site.id}`;
    const etag = (await person.call('GET', path)).headers.get('etag') ?? '';
    expect((await person.call('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    await addLock(person, site.id);
    expect((await person.call('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('C25 stores a document once, checks its bytes, and knows it again', async () => {
    const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(300_000, 1)]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const headers = { 'content-type': 'application/pdf' };
    const put = (hash: string, body: Uint8Array, name = 'handover.pdf') => {
      const search = new URLSearchParams({ kind: 'handover_report', file_name: name, sha256: hash });
      return person.call('POST', `/installations/${siteId}/documents?${search}`, { body, headers });
    };
    const first = await put(sha256, content);
    expect([first.status, first.body.size]).toEqual([201, content.length]);
    const again = await put(sha256, content, 'other.pdf');
    expect([again.status, again.body.id, again.body.file_name]).toEqual([200, first.body.id, 'handover.pdf']);
    const text = Buffer.from('hello');
    expect((await put(createHash('sha256').update(text).digest('hex'), text)).body.code).toBe(
      'document_invalid',
    );
    expect((await put('0'.repeat(64), content)).body.code).toBe('document_invalid');
    expect((await put(sha256, content, '../a.pdf')).body.code).toBe('validation_failed');
    expect((await put(sha256, Buffer.alloc(0))).body.code).toBe('validation_failed');
    expect((await put(sha256, Buffer.alloc(20 * 1024 * 1024 + 1))).body.code).toBe('payload_too_large');
    const rows = (await test.ledger(siteId)).filter((row) => row.event === 'document.stored');
    expect(rows).toHaveLength(1);
  });
});
