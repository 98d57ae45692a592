import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/** A build takes seconds; another process that builds for longer has hung. */
const buildTimeoutMs = 5 * 60_000;
/** What the screens are made of. */
const rendererSources = ['renderer', 'electron/contract', 'resources', 'vite.config.ts', 'package-lock.json'];
/** What all else is made of. */
const otherSources = ['electron', 'native', 'db'];

/** Which part of the app is built: only the screens (all else runs from its sources), or everything. */
export type BuildScope = 'renderer' | 'app';

/**
 * Builds what is missing or older than its sources.
 *
 * @param root the project's folder
 * @param tell says that it takes a moment
 */
export async function ensureBuilt(
  root: string,
  scope: BuildScope,
  tell: (text: string) => void,
): Promise<void> {
  const stamp = stampOf(root, scope);
  const sources = scope === 'app' ? [...rendererSources, ...otherSources] : rendererSources;
  if (isCurrent(stamp, digest(root, sources))) return;
  await withLock(root, 'build', buildTimeoutMs, async () => {
    const wanted = digest(root, sources);
    if (isCurrent(stamp, wanted)) return;
    tell('Building the screens …');
    rmSync(stamp, { force: true });
    const screens = digest(root, rendererSources);
    await build(root, scope);
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stamp, wanted);
    writeFileSync(stampOf(root, 'renderer'), screens);
  });
}

function stampOf(root: string, scope: BuildScope): string {
  return join(root, 'dist', `.built-${scope}`);
}

async function build(root: string, scope: BuildScope): Promise<void> {
  const { createBuilder } = await import('vite');
  const builder = await createBuilder({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  const { client } = builder.environments;
  if (scope === 'app') await builder.buildApp();
  else if (client) await builder.build(client);
}

function isCurrent(stamp: string, wanted: string): boolean {
  try {
    return readFileSync(stamp, 'utf8') === wanted;
  } catch {
    return false;
  }
}

/** Changes with every file that is added, removed or written. */
function digest(root: string, sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const files = statSync(path).isFile() ? [path] : filesBelow(path);
    for (const file of files) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
