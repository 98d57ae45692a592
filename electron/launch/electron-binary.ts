import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasDisplay } from '../loopback/browser.ts';

/** Some 110 MB on a line of 1 MB/s; a longer wait is no start of an app. */
const fetchTimeoutMs = 180_000;
/** Where it could not be fetched, the next start does not wait for it again for a day. */
const fetchAgainMs = 24 * 3_600_000;

/** Electron's program, or why it cannot be used here, for the line that says so. */
export type ElectronBinary =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'none'; readonly why: string };

export interface ElectronSearch {
  /** The project's folder. */
  readonly root: string;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  /** The person's user number; 0 is root. */
  readonly userId: number | undefined;
  readonly now: number;
  tell(text: string): void;
  /** Downloads Electron into node_modules; false where that is not possible. */
  fetchElectron(): Promise<boolean>;
}

/** Finds Electron where it lies, or fetches it once within a time limit: it is not part of an npm install. */
export async function findElectron(search: ElectronSearch): Promise<ElectronBinary> {
  const { root, platform, env, userId, now } = search;
  if (!hasDisplay(platform, env)) return { kind: 'none', why: 'because this machine has no display' };
  if (platform === 'linux' && userId === 0)
    return { kind: 'none', why: 'because Electron keeps no sandbox for the user root' };
  const path = installedElectron(root, platform, env);
  if (path !== undefined) return { kind: 'found', path };
  const missed = join(root, 'node_modules', '.cache', 'doorstep', 'electron-not-fetched');
  if (existsSync(missed) && now - statSync(missed).mtimeMs < fetchAgainMs)
    return { kind: 'none', why: 'because Electron could not be downloaded today' };
  search.tell(`Fetching Electron, once (about 110 MB; given up after ${fetchTimeoutMs / 60_000} minutes) …`);
  const fetched = await search.fetchElectron();
  const fresh = fetched ? installedElectron(root, platform, env) : undefined;
  if (fresh !== undefined) return { kind: 'found', path: fresh };
  mkdirSync(dirname(missed), { recursive: true });
  writeFileSync(missed, '');
  return { kind: 'none', why: 'because Electron could not be downloaded' };
}

/** Electron's program where it already lies; never asks the network. */
export function installedElectron(
  root: string,
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist');
  const path = join(folder, programName(root, platform));
  return existsSync(path) ? path : undefined;
}

function programName(root: string, platform: NodeJS.Platform): string {
  const recorded = join(root, 'node_modules', 'electron', 'path.txt');
  if (existsSync(recorded)) return readFileSync(recorded, 'utf8');
  if (platform === 'win32') return 'electron.exe';
  return platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

/** Runs Electron's own installer within the time limit; its output goes to standard error. */
export function runElectronInstaller(root: string): Promise<boolean> {
  return new Promise((resolve) => {
    const installer = join(root, 'node_modules', 'electron', 'install.js');
    const child = spawn(process.execPath, [installer], {
      stdio: ['ignore', 2, 2],
      timeout: fetchTimeoutMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
