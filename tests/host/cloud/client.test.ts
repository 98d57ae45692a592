import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 as newId } from 'uuid';
import { expect, onTestFinished, test } from 'vitest';
import { createCloud } from '../../../electron/host/cloud/index.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Script = (request: Seen, response: ServerResponse) => void;

/** A server that does as it is told. */
async function scripted(script: Script) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    seen.push(one);
    script(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function cloudAt(url: string, timeoutMs = 2_000) {
  let token = 1;
  const refreshed: (string | undefined)[] = [];
  const cloud = createCloud({
    url,
    fetch,
    now: Date.now,
    accessToken: async (refused) => {
      refreshed.push(refused);
      if (refused === `token-${token}`) token += 1;
      return `token-${token}`;
    },
    timeouts: { writeMs: timeoutMs, readMs: timeoutMs },
  });
  return { cloud, refreshed };
}

const signal = () => AbortSignal.timeout(10_000);
const installationId = newId();
const voucher = { kind: 'redeem_voucher', installationId, voucher: 'PRO-50-0001' } as const;
const subscription = {
  plan: 'pro',
  seats: 50,
  seats_used: 0,
  starts_at: '2026-11-22T09:30:00Z',
  ends_at: '2027-11-22T09:30:00Z',
  subscription_state: 'brand_new_state',
};

test('sends the frozen request with its key, and takes members and values it does not know', async () => {
  const { url, seen } = await scripted((_, response) => json(response, 200, { ...subscription, more: 1 }));
  const { cloud } = cloudAt(`${url}/gate/`);
  const key = newId();
  const answer = await cloud.send('redeem_voucher', cloud.request(voucher), key, signal());
  expect(answer).toEqual({ kind: 'redeem_voucher', value: { seats: 50, endsAt: subscription.ends_at } });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    method: 'PUT',
    url: `/gate/v1/installations/${installationId}/subscription`,
  });
  expect(seen[0]?.headers).toMatchObject({ 'idempotency-key': key, authorization: 'Bearer token-1' });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ voucher_code: 'PRO-50-0001' });
});

test('carries the ETag of a tree into the write, as it came', async () => {
  const items = [{ id: newId(), parent_id: null, hardware_type: 'lock', iq_link_state: 'attached' }];
  const { url, seen } = await scripted((_, response) =>
    json(response, 200, { iq_tree_items: items }, { ETag: '"7"' }),
  );
  const { cloud } = cloudAt(url);
  const tree = await cloud.tree(installationId, newId(), signal());
  const write = {
    kind: 'replace_tree',
    installationId,
    iqId: newId(),
    items: tree.items,
    etag: tree.etag,
  } as const;
  await cloud.send('replace_tree', cloud.request(write), newId(), signal());
  expect(seen[1]?.headers['if-match']).toBe('"7"');
});

test('a dead token is refreshed once and the same request repeated under the same key (C14)', async () => {
  const { url, seen } = await scripted((request, response) =>
    request.headers.authorization === 'Bearer token-1'
      ? json(response, 401, { code: 'token_invalid' })
      : json(response, 200, subscription),
  );
  const { cloud, refreshed } = cloudAt(url);
  await cloud.send('redeem_voucher', cloud.request(voucher), newId(), signal());
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(seen[0]?.body).toBe(seen[1]?.body);
  expect(refreshed).toEqual([undefined, 'token-1']);
});

test('a second 401 is not argued with', async () => {
  const { url, seen } = await scripted((_, response) => json(response, 401, { code: 'token_invalid' }));
  const { cloud } = cloudAt(url);
  await expect(cloud.me(signal())).rejects.toMatchObject({ code: 'cloud.token_invalid' });
  expect(seen).toHaveLength(2);
});

test('a redirect is not followed: the token stays with the configured host', async () => {
  const other = await scripted((_, response) => json(response, 200, subscription));
  const { url } = await scripted((_, response) => response.writeHead(307, { Location: other.url }).end());
  const { cloud } = cloudAt(url);
  const sent = cloud.send('redeem_voucher', cloud.request(voucher), newId(), signal());
  await expect(sent).rejects.toMatchObject({ code: 'cloud.unreadable_answer', uncertain: true });
  expect(other.seen).toHaveLength(0);
});

test('an answer that never comes ends at the time limit, and is unknown', async () => {
  const { url } = await scripted(() => {});
  const { cloud } = cloudAt(url, 50);
  const sent = cloud.send('redeem_voucher', cloud.request(voucher), newId(), signal());
  await expect(sent).rejects.toMatchObject({ code: 'cloud.no_answer', uncertain: true });
});

test('an answer that never ends is cut off', async () => {
  const { url } = await scripted((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(1024 * 1024)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  const { cloud } = cloudAt(url, 9_000);
  await expect(cloud.me(signal())).rejects.toMatchObject({
    code: 'cloud.unreadable_answer',
    uncertain: false,
  });
});

test('a success that is no JSON, or not what was promised, is unreadable and may have had its effect', async () => {
  for (const body of ['<html>', '{', '[]', '{"seats": "many"}', '']) {
    const { url } = await scripted((_, response) => response.writeHead(200).end(body));
    const { cloud } = cloudAt(url);
    const sent = cloud.send('redeem_voucher', cloud.request(voucher), newId(), signal());
    await expect(sent, body).rejects.toMatchObject({ code: 'cloud.unreadable_answer', uncertain: true });
  }
});

test('nothing listening is certain; a connection that dies is not', async () => {
  const { url } = await scripted((_, response) => response.destroy());
  const dropped = cloudAt(url).cloud;
  const request = dropped.request(voucher);
  await expect(dropped.send('redeem_voucher', request, newId(), signal())).rejects.toMatchObject({
    code: 'cloud.no_answer',
    uncertain: true,
  });
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const nobody = cloudAt(`http://127.0.0.1:${port}`).cloud;
  await expect(nobody.send('redeem_voucher', request, newId(), signal())).rejects.toMatchObject({
    code: 'cloud.offline',
    uncertain: false,
  });
});

test('every answer tells the clock, also a refusal, and how long to wait by it', async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const later = new Date(Date.parse(date) + 45_000).toUTCString();
  const { url } = await scripted((_, response) =>
    json(response, 429, { code: 'rate_limited' }, { Date: date, 'Retry-After': later }),
  );
  const { cloud } = cloudAt(url);
  const offsets: (number | null)[] = [];
  cloud.onAnswer(({ offsetMs }) => offsets.push(offsetMs));
  await expect(cloud.me(signal())).rejects.toMatchObject({
    code: 'cloud.rate_limited',
    retryAfterMs: 45_000,
  });
  expect(Math.abs((offsets[0] ?? 0) - 3_600_000)).toBeLessThan(5_000);
});
