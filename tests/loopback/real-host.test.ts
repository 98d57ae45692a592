import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { contract } from '../../electron/contract/index.ts';
import type { LoopbackApp } from '../../electron/loopback/index.ts';
import { startLoopbackApp } from '../../electron/loopback/index.ts';
import { cookieOf, ended, openSocket, redeem } from '../support/loopback-page.ts';

describe('the real host on loopback', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-host-'));
  let app: LoopbackApp;
  let cookie: string;

  const start = (): Promise<LoopbackApp> =>
    startLoopbackApp({
      settings: {
        version: '0.0.0',
        dataDir: join(folder, 'data'),
        vault: { kind: 'key_file' },
        practice: true,
        cloud: null,
      },
      port: 0,
      rendererDir: join(folder, 'renderer'),
      openExternal: () => {},
    });

  beforeAll(async () => {
    mkdirSync(join(folder, 'renderer'));
    writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html>');
    app = await start();
    cookie = cookieOf(await redeem(app.url));
  });
  afterAll(async () => {
    await app?.stop();
    rmSync(folder, { recursive: true });
  });

  function connect() {
    const socket = openSocket(app.origin, { Cookie: cookie });
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
    const client: ContractRouterClient<typeof contract> = createORPCClient(link);
    return { socket, client };
  }

  async function mode(client: ContractRouterClient<typeof contract>): Promise<string | undefined> {
    for await (const state of await client.app.watch()) return state.mode;
    return undefined;
  }

  it('shows its state to a page, and again after it was killed', async () => {
    const before = connect();
    expect(await mode(before.client)).toBe('practice');
    const end = ended(before.socket);
    const killed = app.hostPid;
    process.kill(killed ?? 0, 'SIGKILL');
    await end;
    const after = connect();
    expect(await mode(after.client)).toBe('practice');
    expect(app.hostPid).not.toBe(killed);
    after.socket.terminate();
  });

  it('gives a coded problem for what the contract does not take', async () => {
    const { socket, client } = connect();
    await expect(
      client.sites.finish({ siteId: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    ).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'site.not_found' },
    });
    await expect(client.sites.finish({ siteId: 'no id' })).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'app.bad_request' },
    });
    socket.terminate();
  });

  it('refuses a second app on the same data folder, and the first works on', async () => {
    await expect(start()).rejects.toMatchObject({ code: 'app.already_running' });
    const { socket, client } = connect();
    expect(await mode(client)).toBe('practice');
    socket.terminate();
  });
});
