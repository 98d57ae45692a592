import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runShown } from './run.mjs';

const installTimeoutMs = 10 * 60_000;

/** What a script may need from the system: any of the commands, and the Debian package that brings it. */
const programs =
  /** @type {Readonly<Record<string, { commands: string[], debian: string[], why: string }>>} */ ({
    chromium: {
      commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
      debian: ['chromium'],
      why: 'the screens are tested in it',
    },
    socat: {
      commands: ['socat'],
      debian: ['socat'],
      why: 'it makes the pseudo-terminals of virtual devices',
    },
    btvirt: {
      commands: ['btvirt'],
      debian: ['bluez-test-tools'],
      why: 'it emulates the Bluetooth controllers of the tests',
    },
    cc: {
      commands: ['cc'],
      debian: ['gcc', 'libc6-dev'],
      why: 'it compiles what that emulator needs on some kernels',
    },
  });

/**
 * Makes sure that the named programs are there: installs them where this is Debian and we may, else says what is
 * missing and how to get it. Elsewhere than on Linux nothing is asked for: what cannot run there says so itself.
 *
 * @param {readonly string[]} names
 */
export async function ensureSystemPrograms(names) {
  const missing = missingPrograms(names);
  if (missing.length === 0 || process.platform !== 'linux') return;
  const packages = missing.flatMap(({ debian }) => debian);
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    const list = missing.map(({ debian, why }) => `${debian.join(' and ')} (${why})`).join(', ');
    throw new Error(
      `Missing on this machine: ${list}. Install it and try again. On Debian, as root: ${command}`,
    );
  }
  console.error(`Installing ${packages.join(', ')} …`);
  const options = {
    cwd: '/',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: installTimeoutMs,
  };
  await runShown('apt-get', ['update', '-q'], options);
  const { ok, why } = await runShown(
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
    options,
  );
  if (!ok || missingPrograms(names).length > 0)
    throw new Error(`"${command}" failed (${why}). See its output above.`);
}

/** @param {readonly string[]} names */
function missingPrograms(names) {
  return names.flatMap((name) => {
    const program = programs[name];
    if (!program) throw new Error(`No such system program is known: ${name}`);
    return program.commands.some(isOnPath) ? [] : [program];
  });
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
