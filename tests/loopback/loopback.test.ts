import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  maxMessageBytes,
  refusedCloseCode,
  restartingCloseCode,
  sessionPath,
} from '../../electron/contract/frame.ts';
import { contentSecurityPolicy } from '../../electron/frame/content-security-policy.ts';
import type { LoopbackApp } from '../../electron/loopback/index.ts';
import { startLoopbackApp } from '../../electron/loopback/index.ts';
import { cookieOf, ended, openSocket, redeem, standInClient } from '../support/loopback-page.ts';

const hostEntry = fileURLToPath(new URL('../support/stand-in-host.ts', import.meta.url));

describe('the app on loopback', () => {
  let folder: string;
  let app: LoopbackApp | undefined;
  let opened: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorstep-loopback-'));
    mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html><title>Doorstep</title>');
    writeFileSync(join(folder, 'renderer', 'assets', 'main-1a2b.js'), 'export {};');
    writeFileSync(join(folder, 'secret.txt'), 'not for pages');
    writeFileSync(join(folder, 'secret.html'), 'not for pages');
    opened = [];
  });

  afterEach(async () => {
    await app?.stop();
    app = undefined;
    rmSync(folder, { recursive: true });
  });

  async function start(dataDir = folder, port = 0): Promise<LoopbackApp> {
    app = await startLoopbackApp({
      settings: { version: '0.0.0', dataDir, vault: { kind: 'key_file' }, practice: false, cloud: null },
      port,
      rendererDir: join(folder, 'renderer'),
      openExternal(url) {
        opened.push(url);
      },
      hostEntry,
    });
    return app;
  }

  /** A request that keeps the path and headers as written, which fetch does not. */
  function raw(origin: string, path: string, headers: Record<string, string> = {}, method = 'GET') {
    return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(origin);
        request({ hostname, port, path, method, headers }, async (response) => {
          let body = '';
          for await (const part of response) body += part;
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
        })
          .on('error', reject)
          .end();
      },
    );
  }

  it('serves its page and files with the strict policy, and places in the app as the page', async () => {
    const { origin } = await start();
    for (const path of ['/', '/sites/7/doors']) {
      const page = await raw(origin, path);
      expect(page.status).toBe(200);
      expect(page.body).toContain('<title>Doorstep</title>');
      expect(page.headers['content-security-policy']).toBe(contentSecurityPolicy);
      expect(page.headers['x-content-type-options']).toBe('nosniff');
      expect(page.headers['cache-control']).toBe('no-store');
    }
    const script = await raw(origin, '/assets/main-1a2b.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  it.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '//secret.html',
    '/secret.txt',
    '/assets/..\\..\\secret.html',
    '//[.html',
  ])('gives nothing outside of the screens for %s', async (path) => {
    const { origin } = await start();
    expect((await raw(origin, path)).status).toBe(404);
  });

  it('refuses every Host but its own, and every method but those it has', async () => {
    const { origin } = await start();
    const { port } = new URL(origin);
    for (const host of ['evil.example', `localhost:${port}`, '127.0.0.1', `127.0.0.1:${Number(port) + 1}`])
      expect((await raw(origin, '/', { Host: host })).status).toBe(421);
    expect((await raw(origin, '/', {}, 'PUT')).status).toBe(405);
    expect((await raw(origin, sessionPath, {}, 'DELETE')).status).toBe(405);
  });

  it('trades the token once, from its own page alone, for a cookie that a reload keeps using', async () => {
    const { url, origin } = await start();
    expect((await raw(origin, sessionPath)).status).toBe(403);
    expect((await redeem(url, { Origin: 'http://evil.example' })).status).toBe(403);
    expect((await redeem(`${origin}/#token=wrong`)).status).toBe(403);
    expect((await redeem(`${origin}/#token=${'x'.repeat(10_000)}`)).status).toBe(403);

    const first = await redeem(url);
    expect(first.status).toBe(204);
    expect(first.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await redeem(url)).status).toBe(403);
    expect((await raw(origin, sessionPath, { Cookie: `other=1; ${cookieOf(first)}` })).status).toBe(204);
  });

  it('opens no connection without session, from another origin, host or path', async () => {
    const { url, origin } = await start();
    const Cookie = cookieOf(await redeem(url));
    const refused = { code: 403, reason: 'upgrade refused' };
    expect(await ended(openSocket(origin, {}))).toEqual(refused);
    expect(await ended(openSocket(origin, { Cookie: `${Cookie}x` }))).toEqual(refused);
    expect(await ended(openSocket(origin, { Cookie, Origin: 'http://evil.example' }))).toEqual(refused);
    expect(await ended(openSocket(origin, { Cookie, Host: 'evil.example' }))).toEqual(refused);
    expect(await ended(openSocket(origin, { Cookie }, '/other'))).toEqual(refused);
  });

  it('carries calls and streams between a page and the host', async () => {
    const { url, origin, hostPid } = await start();
    const socket = openSocket(origin, { Cookie: cookieOf(await redeem(url)) });
    const client = standInClient(socket);
    expect(await client.echo({ text: 'Grüße' })).toEqual({ text: 'Grüße', pid: hostPid });
    const numbers: number[] = [];
    for await (const number of await client.count({ to: 50 })) numbers.push(number);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    socket.terminate();
  });

  it('starts a host that died again, tells its pages, and takes them back', async () => {
    const { url, origin } = await start();
    const headers = { Cookie: cookieOf(await redeem(url)) };
    const before = openSocket(origin, headers);
    const { pid } = await standInClient(before).echo({ text: '' });
    const end = ended(before);
    const waiting = standInClient(before).wait();
    process.kill(pid, 'SIGKILL');
    await expect(waiting).rejects.toThrow();
    expect(await end).toEqual({ code: restartingCloseCode, reason: 'app.host_restarting' });

    const after = openSocket(origin, headers);
    const again = await standInClient(after).echo({ text: 'back' });
    expect(again.text).toBe('back');
    expect(again.pid).not.toBe(pid);
    after.terminate();
  });

  it('closes a page that sends nonsense or too much, and lives on', async () => {
    const { url, origin, hostPid } = await start();
    const headers = { Cookie: cookieOf(await redeem(url)) };
    for (const nonsense of ['{', '[]', 'null', Buffer.from([255, 0, 1]), '{"i":"1","p":{"u":7}}']) {
      const socket = openSocket(origin, headers);
      await once(socket, 'open');
      socket.send(nonsense);
      expect((await ended(socket)).code, String(nonsense)).toBe(restartingCloseCode);
    }
    const flood = openSocket(origin, headers);
    await once(flood, 'open');
    flood.send('x'.repeat(maxMessageBytes + 1));
    expect((await ended(flood)).code).toBe(1009);
    const socket = openSocket(origin, headers);
    expect((await standInClient(socket).echo({ text: 'alive' })).pid).toBe(hostPid);
    socket.terminate();
  });

  it('outlives a peer that breaks off in the middle of its request', async () => {
    const { origin } = await start();
    const { port } = new URL(origin);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write(
      `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    socket.resetAndDestroy();
    expect((await raw(origin, '/')).status).toBe(200);
  });

  it('lets the host open allowed pages only', async () => {
    const { url, origin } = await start();
    const socket = openSocket(origin, { Cookie: cookieOf(await redeem(url)) });
    const client = standInClient(socket);
    for (const address of [
      'https://evil.example/',
      'file:///etc/passwd',
      'https://home.saltoks.com/x',
      'http://127.0.0.1:1/',
    ])
      await client.open({ url: address });
    await client.echo({ text: '' });
    expect(opened).toEqual(['https://home.saltoks.com/x', 'http://127.0.0.1:1/']);
    socket.terminate();
  });

  it('refuses a keychain where there is none, and lives on', async () => {
    const { url, origin, hostPid } = await start();
    const socket = openSocket(origin, { Cookie: cookieOf(await redeem(url)) });
    const client = standInClient(socket);
    await expect(client.keep({ text: 'a data key' })).rejects.toThrow();
    expect((await client.echo({ text: '' })).pid).toBe(hostPid);
    socket.terminate();
  });

  it('ends its start with the reason for which the host cannot start', async () => {
    await expect(start('/data/refused')).rejects.toMatchObject({
      code: 'app.data_folder',
      params: { path: '/data/refused' },
    });
  });

  it('says that a port is taken', async () => {
    const { origin } = await start();
    const port = Number(new URL(origin).port);
    const first = app;
    await expect(start(folder, port)).rejects.toMatchObject({ code: 'app.address_in_use', params: { port } });
    await first?.stop();
  });

  it('tells a page why it gets no host', async () => {
    const { serveLoopback } = await import('../../electron/loopback/server.ts');
    const { CodedError } = await import('../../electron/contract/errors.ts');
    const server = await serveLoopback({
      port: 0,
      rendererDir: join(folder, 'renderer'),
      connect: () => Promise.reject(new CodedError('db.from_newer_app')),
    });
    const socket = openSocket(server.origin, { Cookie: cookieOf(await redeem(server.url)) });
    expect(await ended(socket)).toEqual({ code: refusedCloseCode, reason: 'db.from_newer_app' });
    await server.close();
  });
});
