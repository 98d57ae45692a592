import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { withLock } from './lock.mjs';
import { runShown } from './run.mjs';

/** A slow line takes minutes for some 500 packages; longer means that it is stuck. */
const installTimeoutMs = 15 * 60_000;

/**
 * The Node that the project pins as a dependency.
 *
 * @param {string} root
 */
export function pinnedNode(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Installs the packages of the lock file where they are missing or others than it says.
 *
 * @param {string} root
 */
export async function ensureDependencies(root) {
  if (dependenciesAreCurrent(root)) return;
  await withLock(root, 'install', installTimeoutMs, async () => {
    if (dependenciesAreCurrent(root)) return;
    console.error('Installing the packages that Doorstep needs …');
    // Of all install scripts only that of `node` is needed: the others compile, or fetch from elsewhere.
    await npm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    await npm(root, ['rebuild', 'node', '--loglevel=error']);
    if (!dependenciesAreCurrent(root))
      throw new Error('npm ended without an error, but the packages are not what package-lock.json says.');
  });
}

/**
 * Whether node_modules holds what the lock file says. Compared by content: times change with every checkout.
 *
 * @param {string} root
 */
export function dependenciesAreCurrent(root) {
  if (!existsSync(pinnedNode(root))) return false;
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const present = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    const found = present[path];
    return path === '' || link || (found ? found.version === version : optional === true);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/**
 * @param {string} root
 * @param {string[]} args
 */
async function npm(root, args) {
  // npm must not run on the very Node that it is about to delete.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules') + sep))
    .join(delimiter);
  const windows = process.platform === 'win32';
  const { ok, why } = await runShown(windows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    env: { ...process.env, PATH: path },
    timeoutMs: installTimeoutMs,
    shell: windows,
  });
  if (!ok)
    throw new Error(`"npm ${args.join(' ')}" failed (${why}). See its output above; nothing was started.`);
}
