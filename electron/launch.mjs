/**
 * Where every npm script of Doorstep begins. Runs on the system's Node (20 or newer) without node_modules:
 * sets up what is missing, then goes on with the Node that the project pins, because the store's native part
 * dies without a message on an older one.
 *
 * `node electron/launch.mjs SCRIPT [ARGUMENTS]`
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, pinnedNode } from './launch/dependencies.mjs';
import { runToEnd } from './launch/run.mjs';
import { ensureSystemPrograms } from './launch/system-programs.mjs';

/**
 * @typedef {object} Script
 * @property {string} entry what the pinned Node runs, relative to the root of the project
 * @property {string[]} [leading] arguments before those of the person
 * @property {string[]} [needs] system programs, see system-programs.mjs
 * @property {boolean} [here] runs where the person stands, so that a relative file name means what they think
 */

/** @type {Readonly<Record<string, Script>>} */
const scripts = {
  start: { entry: 'electron/launch/start.ts', here: true },
  test: { entry: 'tests/run.ts', needs: ['chromium', 'socat', 'btvirt', 'cc'] },
  check: { entry: '.ci/check.ts' },
  build: { entry: 'node_modules/vite/bin/vite.js', leading: ['build', '--app'] },
  doorstep: { entry: 'electron/cli/main.ts', here: true },
  'virtual-device': { entry: 'electron/cli/virtual-device.ts', needs: ['socat'], here: true },
  'practice-cloud': { entry: 'electron/cli/practice-cloud.ts', here: true },
  bench: { entry: 'tests/bench/run.ts' },
  fuzz: { entry: 'tests/fuzz/run.ts' },
  faults: { entry: 'tests/faults/run.ts' },
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = '', ...rest] = process.argv.slice(2);
const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;

if (script === undefined) {
  console.error(`Doorstep has no script "${name}". It has: ${Object.keys(scripts).join(', ')}.`);
  process.exitCode = 64;
} else {
  process.exitCode = await launch(script);
}

/**
 * @param {Script} script
 * @returns {Promise<number>} the exit code of the script
 */
async function launch({ entry, leading = [], needs = [], here = false }) {
  try {
    await ensureDependencies(root);
    await ensureSystemPrograms(needs);
  } catch (caught) {
    console.error(caught instanceof Error ? caught.message : String(caught));
    return 69;
  }
  // npm moves to the project's folder and remembers where the person was; only for the script it runs itself.
  const byNpm = process.env.npm_lifecycle_event === name;
  const initial = byNpm ? process.env.INIT_CWD : undefined;
  const cwd = here ? (initial && existsSync(initial) ? initial : process.cwd()) : root;
  return runToEnd(pinnedNode(root), [join(root, entry), ...leading, ...rest], { cwd, endWithParent: byNpm });
}
