import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { failStart } from '../frame/fail-start.ts';
import { parseStartOptions, startHelp } from '../frame/options.ts';
import { runInBrowser } from '../loopback/run.ts';
import { ensureBuilt } from './build.ts';
import { type ElectronBinary, findElectron, runElectronInstaller } from './electron-binary.ts';
import { runToEnd } from './run.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tell = (text: string): void => console.error(text);

/** `npm start`: the app in Electron where that is possible, else in the browser, and one line that says which. */
async function start(args: readonly string[]): Promise<void> {
  const options = parseStartOptions(args, process.env);
  if (options.help) {
    console.log(startHelp);
    return;
  }
  const electron: ElectronBinary = options.loopback
    ? { kind: 'none', why: 'as asked' }
    : await lookForElectron();
  if (electron.kind === 'found') {
    await ensureBuilt(root, 'app', tell);
    console.log('Doorstep runs in Electron.');
    process.exitCode = await runToEnd(electron.path, [root, ...args], { cwd: process.cwd() });
  } else {
    await ensureBuilt(root, 'renderer', tell);
    const rendererDir = join(root, 'dist', 'renderer');
    await runInBrowser(options, { version: packageJson.version, rendererDir, why: electron.why });
  }
}

function lookForElectron(): Promise<ElectronBinary> {
  return findElectron({
    root,
    platform: process.platform,
    env: process.env,
    userId: process.getuid?.(),
    now: Date.now(),
    tell,
    fetchElectron: () => runElectronInstaller(root),
  });
}

start(process.argv.slice(2)).catch(failStart);
