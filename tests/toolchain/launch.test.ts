import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDataFolder } from '../../electron/frame/data-folder.ts';
import { parseStartOptions } from '../../electron/frame/options.ts';
import { problemText } from '../../electron/frame/problem-text.ts';
import { dependenciesAreCurrent } from '../../electron/launch/dependencies.mjs';
import type { ElectronSearch } from '../../electron/launch/electron-binary.ts';
import { findElectron } from '../../electron/launch/electron-binary.ts';
import { ensureSystemPrograms } from '../../electron/launch/system-programs.mjs';
import { systemOpener } from '../../electron/loopback/browser.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text = ''): string {
  const path = join(folder, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('the arguments of npm start', () => {
  it('have sensible defaults', () => {
    expect(parseStartOptions([], {})).toEqual({
      help: false,
      practice: false,
      loopback: false,
      open: true,
      port: 0,
      dataDir: defaultDataFolder(),
      cloud: null,
    });
  });

  it('are read', () => {
    const args = [
      '--practice',
      '--no-open',
      '--port',
      '4711',
      '--data',
      'here',
      '--cloud',
      'https://a.example/',
    ];
    expect(parseStartOptions(args, {})).toEqual({
      help: false,
      practice: true,
      loopback: true,
      open: false,
      port: 4711,
      dataDir: resolve('here'),
      cloud: { url: 'https://a.example', issuer: 'https://a.example' },
    });
    expect(parseStartOptions([], { DOORSTEP_CLOUD_URL: 'http://127.0.0.1:1' }).cloud?.url).toBe(
      'http://127.0.0.1:1',
    );
  });

  it.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--cloud', 'http://a.example'],
    ['--cloud', 'file:///etc/passwd'],
    ['--colour'],
    ['stray'],
    ['--data'],
  ])('are refused where they make no sense: %s %s', (...args) => {
    expect(() => parseStartOptions(args, {})).toThrow(expect.objectContaining({ code: 'app.bad_option' }));
  });

  it('stand among those of Chromium in Electron', () => {
    const args = ['--remote-debugging-port=0', '.', '--practice', '--data', 'here', '--inspect=0'];
    expect(parseStartOptions(args, {}, 'leave_unknown')).toMatchObject({
      practice: true,
      dataDir: resolve('here'),
    });
  });
});

describe('the choice of Electron', () => {
  const search = (over: Partial<ElectronSearch> = {}): ElectronSearch => ({
    root: folder,
    platform: 'linux',
    env: { DISPLAY: ':0' },
    userId: 1000,
    now: Date.now(),
    tell: () => {},
    fetchElectron: () => Promise.resolve(false),
    ...over,
  });

  it('takes what lies there, or what a variable points to', async () => {
    const path = write('node_modules/electron/dist/electron');
    expect(await findElectron(search())).toEqual({ kind: 'found', path });
    const other = write('elsewhere/electron');
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'elsewhere') };
    expect(await findElectron(search({ env }))).toEqual({ kind: 'found', path: other });
  });

  it('says why there is none, and does not ask the network where it could not run', async () => {
    const fetchElectron = () => Promise.reject(new Error('must not be asked'));
    expect(await findElectron(search({ env: {}, fetchElectron }))).toEqual({
      kind: 'none',
      why: 'because this machine has no display',
    });
    expect(await findElectron(search({ userId: 0, fetchElectron }))).toMatchObject({ kind: 'none' });
  });

  it('fetches it once, and after a failure not again on the same day', async () => {
    let asked = 0;
    const fetchElectron = () => {
      asked += 1;
      return Promise.resolve(false);
    };
    expect(await findElectron(search({ fetchElectron }))).toMatchObject({ kind: 'none' });
    expect(await findElectron(search({ fetchElectron }))).toMatchObject({ kind: 'none' });
    expect(asked).toBe(1);
    await findElectron(search({ fetchElectron, now: Date.now() + 25 * 3_600_000 }));
    expect(asked).toBe(2);
    const path = join(folder, 'node_modules/electron/dist/electron');
    const success = () => {
      write('node_modules/electron/dist/electron');
      return Promise.resolve(true);
    };
    expect(await findElectron(search({ fetchElectron: success, now: Date.now() + 49 * 3_600_000 }))).toEqual({
      kind: 'found',
      path,
    });
  });

  it('opens a browser only where somebody would see it', () => {
    expect(systemOpener('win32', {})?.[0]).toBe('rundll32');
    expect(systemOpener('darwin', {})).toEqual(['open']);
    expect(systemOpener('linux', { PATH: folder })).toBeUndefined();
    expect(systemOpener('linux', { DISPLAY: ':0', PATH: folder })).toBeUndefined();
    write('xdg-open');
    expect(systemOpener('linux', { WAYLAND_DISPLAY: 'wayland-0', PATH: folder })).toEqual(['xdg-open']);
    expect(systemOpener('linux', { PATH: folder })).toBeUndefined();
  });
});

describe('what is installed', () => {
  const lock = (packages: Record<string, unknown>): string =>
    JSON.stringify({ packages: { '': {}, ...packages } });

  it('is current where it is what the lock file says, whatever the times of the files', () => {
    expect(dependenciesAreCurrent(root)).toBe(true);
    write(
      'package-lock.json',
      lock({
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b': { version: '1.0.0', optional: true },
      }),
    );
    expect(dependenciesAreCurrent(folder)).toBe(false);
    write('node_modules/.package-lock.json', lock({ 'node_modules/a': { version: '1.0.0' } }));
    expect(dependenciesAreCurrent(folder)).toBe(false);
    write('node_modules/node/bin/node');
    expect(dependenciesAreCurrent(folder)).toBe(true);
    write('node_modules/.package-lock.json', lock({ 'node_modules/a': { version: '1.0.1' } }));
    expect(dependenciesAreCurrent(folder)).toBe(false);
  });

  it('asks plainly for a system program that it may not install', async () => {
    const before = { PATH: process.env.PATH, getuid: process.getuid };
    process.env.PATH = folder;
    process.getuid = () => 1000;
    try {
      await expect(ensureSystemPrograms(['socat'])).rejects.toThrow(/socat .*apt-get install/s);
      chmodSync(write('socat'), 0o755);
      await ensureSystemPrograms(['socat']);
    } finally {
      process.env.PATH = before.PATH;
      if (before.getuid) process.getuid = before.getuid;
    }
  });
});

describe('every script', () => {
  const runUrl = pathToFileURL(join(root, 'electron/launch/run.mjs')).href;
  /** A program that runs another one in the foreground, as the launcher does. */
  const runner = (code: string): string =>
    `import { runToEnd } from '${runUrl}'; process.exitCode = await runToEnd(process.execPath, ['-e', ${JSON.stringify(code)}], { cwd: '.' });`;

  it('is known by name', () => {
    const run = spawnSync(process.execPath, [join(root, 'electron/launch.mjs'), 'nothing'], {
      encoding: 'utf8',
    });
    expect(run.status).toBe(64);
    expect(run.stderr).toContain('start, test, check, build');
    expect(run.stdout).toBe('');
  });

  it('gives back the exit code of what it ran', () => {
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', runner('process.exit(7)')]).status).toBe(
      7,
    );
    const killed = runner("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)");
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', killed]).status).toBe(137);
  });

  it('passes signals on and waits for what it ran', async () => {
    const inner =
      "process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ['--input-type=module', '-e', runner(inner)]);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(5);
  });
});

describe('a script that npm runs', () => {
  it('ends where npm is told to end', async () => {
    write(
      'inner.mjs',
      "process.on('SIGTERM', () => { console.log('told'); process.exit(); }); console.log('up'); setInterval(() => {}, 1000);",
    );
    write(
      'launch.mjs',
      `import { runToEnd } from '${pathToFileURL(join(root, 'electron/launch/run.mjs')).href}';
       await runToEnd(process.execPath, ['inner.mjs'], { cwd: '.', endWithParent: true });`,
    );
    write('package.json', JSON.stringify({ scripts: { it: `"${process.execPath}" launch.mjs` } }));
    const npm = spawn('npm', ['run', '-s', 'it'], { cwd: folder, shell: process.platform === 'win32' });
    let said = '';
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 15_000 }).toContain('up');
    npm.kill('SIGTERM');
    await expect.poll(() => said, { timeout: 15_000 }).toContain('told');
  });
});

describe('a problem on a terminal', () => {
  const textsDir = join(root, 'resources/texts/en');

  it('says what happened, why and what to do, with its code', () => {
    const text = problemText({ code: 'app.address_in_use', params: { port: 4711 } }, textsDir);
    expect(text).toMatch(/^Port 4711 is taken \(app\.address_in_use\)\n.+\n.+/);
  });
});
