import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { v7 } from 'uuid';
import packageJson from '../../package.json' with { type: 'json' };
import { CodedError } from '../contract/index.ts';
import { type Core, type CoreOptions, folderOf, openCore } from '../host/core.ts';
import type { HostPorts } from '../host/ports.ts';

/** What every command may be told. */
export interface CommandOptions {
  readonly data: string;
  readonly practice?: boolean;
  readonly cloud?: string;
  readonly issuer?: string;
  readonly json?: boolean;
}

/** Larger than any register that would be read. */
const fileBytesMax = 64 * 1024 * 1024;

/** The host's ports on this machine's clock, chance and network. */
export function portsOf({ data, practice, cloud, issuer }: CommandOptions): HostPorts {
  const dataDir = resolve(data);
  return {
    version: packageJson.version,
    dataDir,
    vault: { kind: 'key_file', path: join(dataDir, 'vault.key') },
    cloud: cloud === undefined ? null : { url: cloud, issuer: issuer ?? cloud },
    practice: practice === true,
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    newId: v7,
    fetch,
    openExternal: (url) => console.error(`Open this address in a browser: ${url}`),
    keepAwake: () => {},
    log: ({ level, what, cause }) => {
      if (level === 'error') console.error(what, cause);
    },
  };
}

/** Opens the parts that a command needs, runs it, and closes them whatever happens. */
export async function withCore<T>(
  options: CommandOptions,
  use: CoreOptions['use'],
  command: (core: Core) => Promise<T>,
): Promise<T> {
  const ports = portsOf(options);
  const mode = options.practice === true ? 'practice' : 'cloud';
  const core = await openCore(ports, { mode, dataDir: folderOf(ports.dataDir, mode), use, unset: false });
  try {
    return await command(core);
  } finally {
    await core.close();
  }
}

/** Reads a file that a person named. Errors: `register.file_unreadable`, `register.too_large`. */
export function readRegister(file: string): { fileName: string; bytes: Uint8Array } {
  const fileName = basename(file);
  try {
    const { size } = statSync(file);
    if (size > fileBytesMax) {
      throw new CodedError('register.too_large', { megabytes: Math.ceil(size / 1024 / 1024), limit: 10 });
    }
    return { fileName, bytes: readFileSync(file) };
  } catch (caught) {
    if (caught instanceof CodedError) throw caught;
    throw new CodedError('register.file_unreadable', { fileName }, { cause: caught });
  }
}
