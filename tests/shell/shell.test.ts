import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { ParentPort } from 'electron';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectMessage, portMessage, refusedMessage } from '../../electron/contract/frame.ts';
import { contentSecurityPolicy } from '../../electron/frame/content-security-policy.ts';
import { runHost } from '../../electron/host/run.ts';
import { parentPortLink } from '../../electron/shell/parent-port-link.ts';
import type { PlayedMessagePort, PlayedUtilityProcess } from '../support/electron-stand-in.ts';
import { app, ipcMain, played, powerSaveBlocker, session } from '../support/electron-stand-in.ts';
import type { standInContract } from '../support/stand-in-host.ts';
import { createStandInHost } from '../support/stand-in-host.ts';

/** The shell finds its siblings in dist/ beside its own folder; unbuilt, that is electron/. */
const dist = resolve(import.meta.dirname, '../../electron');

vi.mock('../../electron/frame/renderer-files.ts', () => ({
  readRendererFiles: () => (pathname: string) =>
    pathname === '/' || pathname === '/sites/7'
      ? {
          body: new TextEncoder().encode('<!doctype html>'),
          headers: { 'Content-Type': 'text/html; charset=utf-8' },
        }
      : undefined,
}));

/** Lets the played process run the stand-in host as Electron would run the real one. */
function runStandInHost(process: PlayedUtilityProcess): void {
  const link = parentPortLink(process.parentPort as unknown as ParentPort);
  runHost(link, createStandInHost, (code) => process.emit('exit', code));
}

/** The app's page as the main process sees it, and what it was sent. */
function playPage(url = 'doorstep://app/', parent: unknown = null) {
  const got: { channel: string; problem?: unknown; port?: PlayedMessagePort }[] = [];
  let heard = (): void => {};
  const frame = {
    url,
    parent,
    postMessage(channel: string, _message: unknown, [port]: PlayedMessagePort[]) {
      got.push({ channel, ...(port ? { port } : {}) });
      heard();
    },
    send(channel: string, problem: unknown) {
      got.push({ channel, problem });
      heard();
    },
  };
  return {
    got,
    /** Asks for a connection and waits for the answer. */
    connect: () =>
      new Promise<(typeof got)[number] | undefined>((done) => {
        heard = () => done(got.at(-1));
        ipcMain.emit(connectMessage, { senderFrame: frame });
      }),
    ask: () => ipcMain.emit(connectMessage, { senderFrame: frame }),
  };
}

describe('the shell', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'doorstep-shell-'));

  beforeAll(async () => {
    process.argv = ['electron', '--remote-debugging-port=0', '.', '--data', dataDir, '--practice'];
    played.onFork = runStandInHost;
    await import('../../electron/shell/main.ts');
    expect(played.schemes).toMatchObject([
      { scheme: 'doorstep', privileges: { standard: true, secure: true } },
    ]);
    expect(played.schemes[0]?.privileges).not.toHaveProperty('bypassCSP');
    expect(app.sandboxed).toBe(true);
    expect(app.paths.userData).toBe(dataDir);
    expect(played.windows).toHaveLength(0);
    app.becomeReady();
    await vi.waitFor(() => expect(played.windows).toHaveLength(1));
  });

  beforeEach(() => {
    played.opened.length = 0;
    played.onFork = runStandInHost;
  });

  it('opens one sandboxed window on its own scheme', () => {
    const [window] = played.windows;
    expect(window?.loaded).toBe('doorstep://app/');
    expect(window?.options.webPreferences).toMatchObject({
      preload: join(dist, 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    expect(window?.shown).toBe(0);
    window?.emit('ready-to-show');
    expect(window?.shown).toBe(1);
  });

  it('answers its scheme with its own files and the strict policy, and nothing else', async () => {
    const answer = async (url: string, method = 'GET') =>
      played.handlers.get('doorstep')?.(new Request(url, { method }));
    const page = await answer('doorstep://app/sites/7');
    expect(await page?.text()).toBe('<!doctype html>');
    expect(page?.headers.get('Content-Security-Policy')).toBe(contentSecurityPolicy);
    expect((await answer('doorstep://app/none.js'))?.status).toBe(404);
    expect((await answer('doorstep://other/'))?.status).toBe(404);
    expect((await answer('doorstep://app/', 'POST'))?.status).toBe(404);
  });

  it('connects its page with a host in a utility process, over a port that carries the same calls', async () => {
    const answer = await playPage().connect();
    expect(answer?.channel).toBe(portMessage);
    const port = answer?.port;
    if (!port) throw new Error('No port came.');
    expect(played.forks[0]?.entry).toBe(join(dist, 'shell', 'host.js'));
    const client: ContractRouterClient<typeof standInContract> = createORPCClient(new RPCLink({ port }));
    port.start();
    expect((await client.echo({ text: 'Grüße' })).text).toBe('Grüße');
    const numbers: number[] = [];
    for await (const number of await client.count({ to: 50 })) numbers.push(number);
    expect(numbers).toHaveLength(50);
    expect(await client.keep({ text: 'a data key' })).toBe('a data key');
    await client.open({ url: 'https://evil.example/' });
    await client.open({ url: 'https://home.saltoks.com/' });
    expect(played.opened).toEqual(['https://home.saltoks.com/']);
    port.close();
  });

  it('keeps the computer awake while its host works on a device, and no longer than that host lives', async () => {
    const port = (await playPage().connect())?.port;
    if (!port) throw new Error('No port came.');
    const client: ContractRouterClient<typeof standInContract> = createORPCClient(new RPCLink({ port }));
    port.start();
    await client.stayAwake({ wanted: true });
    await client.stayAwake({ wanted: true });
    expect(powerSaveBlocker.running.size).toBe(1);
    await client.stayAwake({ wanted: false });
    expect(powerSaveBlocker.running.size).toBe(0);
    await client.stayAwake({ wanted: true });
    played.forks.at(-1)?.process.emit('exit', 9);
    expect(powerSaveBlocker.running.size).toBe(0);
  });

  it('closes a port that carries anything but messages', async () => {
    const port = (await playPage().connect())?.port;
    const closed = new Promise((done) => port?.on('close', done));
    port?.start();
    port?.postMessage({ i: '1', p: { u: '/echo', b: { json: { text: '' } } } });
    await closed;
  });

  it('gives no port to a frame within the page or to another origin', async () => {
    const inner = playPage('doorstep://app/', { url: 'doorstep://app/' });
    const other = playPage('https://evil.example/');
    inner.ask();
    other.ask();
    ipcMain.emit(connectMessage, { senderFrame: null });
    await playPage().connect();
    expect(inner.got).toEqual([]);
    expect(other.got).toEqual([]);
  });

  it('starts a host that died again and gives a new port', async () => {
    await playPage().connect();
    const forks = played.forks.length;
    played.forks.at(-1)?.process.emit('exit', 9);
    expect((await playPage().connect())?.channel).toBe(portMessage);
    expect(played.forks.length).toBe(forks + 1);
  });

  it('tells the page why there is no host', async () => {
    played.onFork = (process) =>
      process.parentPort.once('message', () => {
        process.emit('message', { kind: 'failed', problem: { code: 'db.from_newer_app', params: {} } });
        process.emit('exit', 1);
      });
    played.forks.at(-1)?.process.emit('exit', 9);
    expect(await playPage().connect()).toEqual({
      channel: refusedMessage,
      problem: { code: 'db.from_newer_app', params: {} },
    });
  });

  it('denies every permission and device but copying text', () => {
    const { request, check, device, display } = session.defaultSession;
    const granted: boolean[] = [];
    for (const permission of [
      'media',
      'serial',
      'usb',
      'clipboard-read',
      'clipboard-sanitized-write',
    ] as const) {
      request?.({} as never, permission, (answer) => granted.push(answer), {} as never);
      expect(check?.(null, permission, '', {} as never)).toBe(permission === 'clipboard-sanitized-write');
    }
    expect(granted).toEqual([false, false, false, false, true]);
    expect(device?.({} as never)).toBe(false);
    let streams: unknown = 'unasked';
    display?.({} as never, (answer) => {
      streams = answer;
    });
    expect(streams).toBeNull();
  });

  it('keeps its window on its own pages and opens allowed links elsewhere', () => {
    const contents = played.windows[0]?.webContents;
    const open = (url: string) => contents?.openHandler?.({ url } as never);
    expect(open('https://evil.example/')).toEqual({ action: 'deny' });
    expect(open('https://home.saltoks.com/help')).toEqual({ action: 'deny' });
    expect(played.opened).toEqual(['https://home.saltoks.com/help']);
    const prevented = (event: string, url: string): boolean => {
      const preventDefault = vi.fn();
      contents?.emit(event, { url, preventDefault });
      return preventDefault.mock.calls.length > 0;
    };
    expect(prevented('will-navigate', 'https://evil.example/')).toBe(true);
    expect(prevented('will-navigate', 'doorstep://app.evil.example/')).toBe(true);
    expect(prevented('will-navigate', 'file:///etc/passwd')).toBe(true);
    expect(prevented('will-navigate', 'doorstep://app/sites/7')).toBe(false);
    expect(prevented('will-redirect', 'doorstep://app/')).toBe(true);
    expect(prevented('will-attach-webview', '')).toBe(true);
  });

  it('shows its window where a second instance is started', () => {
    app.emit('second-instance');
    expect(played.windows[0]?.focused).toBe(1);
  });

  it('lets the host close its store before it quits', async () => {
    const preventDefault = vi.fn();
    app.emit('before-quit', { preventDefault });
    expect(preventDefault).toHaveBeenCalled();
    await vi.waitFor(() => expect(app.quits).toBe(1));
    const again = vi.fn();
    app.emit('before-quit', { preventDefault: again });
    expect(again).not.toHaveBeenCalled();
  });
});

describe('a second instance of the shell', () => {
  it('quits without a window', async () => {
    vi.resetModules();
    const standIn = await import('../support/electron-stand-in.ts');
    standIn.played.singleInstance = false;
    vi.doMock('electron', () => standIn);
    await import('../../electron/shell/main.ts');
    standIn.app.becomeReady();
    expect(standIn.app.quits).toBe(1);
    expect(standIn.played.windows).toHaveLength(0);
    vi.doUnmock('electron');
  });
});

describe('the command line of the package', () => {
  it('runs without a window and gives its exit code', async () => {
    const cli = mkdtempSync(join(tmpdir(), 'doorstep-cli-'));
    // The built command line, played: it answers with the number of its arguments.
    const program = `import { program } from '${pathToFileURL(join(dist, '../node_modules/commander/index.js')).href}';
      program.argument('[words...]').action((words) => { process.exitCode = words.length; });
      await program.parseAsync(process.argv);`;
    mkdirSync(join(cli, 'cli'));
    writeFileSync(join(cli, 'cli', 'main.js'), program);
    vi.resetModules();
    const standIn = await import('../support/electron-stand-in.ts');
    vi.doMock('electron', () => standIn);
    vi.doMock('node:path', async (original) => {
      const path = await original<typeof import('node:path')>();
      return { ...path, join: (...parts: string[]) => path.join(...parts).replace(dist, cli) };
    });
    const before = process.argv;
    process.argv = ['Doorstep', '--cli', 'sync', 'now'];
    await import('../../electron/shell/main.ts');
    await vi.waitFor(() => expect(standIn.app.exits).toEqual([2]));
    expect(standIn.played.windows).toHaveLength(0);
    process.argv = before;
    process.exitCode = 0;
    vi.doUnmock('electron');
    vi.doUnmock('node:path');
    rmSync(cli, { recursive: true });
  });
});
