import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { asCodedError } from '../contract/errors.ts';
import type { StartOptions } from '../frame/options.ts';
import { parseStartOptions, startHelp } from '../frame/options.ts';
import { problemText } from '../frame/problem-text.ts';
import { startLoopbackApp } from '../loopback/index.ts';
import { ensureBuilt } from './build.ts';
import { findElectron, runElectronInstaller } from './electron-binary.ts';
import { openInBrowser } from './opener.ts';
import { runToEnd } from './run.mjs';

/** `npm start`: the app in Electron where that is possible, else in the browser, and one line that says which. */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tell = (text: string): void => console.error(text);

async function start(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args, process.env);
  if (options.help) {
    console.log(startHelp);
    return 0;
  }
  if (options.loopback) return startInBrowser(options, 'as asked');
  const electron = await findElectron({
    root,
    platform: process.platform,
    env: process.env,
    userId: process.getuid?.(),
    now: Date.now(),
    tell,
    fetchElectron: () => runElectronInstaller(root),
  });
  if (electron.kind === 'none') return startInBrowser(options, `because ${electron.why}`);
  await ensureBuilt(root, 'app', tell);
  console.log('Doorstep runs in Electron.');
  return runToEnd(electron.path, [root, ...args], { cwd: process.cwd() });
}

async function startInBrowser(options: StartOptions, why: string): Promise<number> {
  await ensureBuilt(root, 'renderer', tell);
  const app = await startLoopbackApp({
    settings: {
      version: packageJson.version,
      dataDir: options.dataDir,
      vault: { kind: 'key_file' },
      practice: options.practice,
      cloud: options.cloud,
    },
    port: options.port,
    rendererDir: join(root, 'dist', 'renderer'),
    openExternal(url) {
      const print = (): void => console.log(`Open this address in a browser: ${url}`);
      if (options.open) openInBrowser(url, print);
      else print();
    },
  });
  console.log(`Doorstep runs in the browser, ${why}: ${app.url}`);
  // Where it cannot be opened, the line above has the address.
  if (options.open) openInBrowser(app.url, () => {});
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  await app.stop();
  return 0;
}

start(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (caught) => {
    const error = asCodedError(caught);
    if (error.code === 'app.internal') console.error(caught);
    console.error(problemText(error.problem, join(root, 'resources', 'texts', 'en')));
    process.exitCode = 1;
  },
);
