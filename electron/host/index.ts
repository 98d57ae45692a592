import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../contract/index.ts';
import { type Core, folderOf, openCore } from './core.ts';
import type { HostPorts } from './ports.ts';
import { createRouter, type HostContext } from './router.ts';

export type { CloudConfiguration, HostPorts, LogEntry } from './ports.ts';

/** The product, running: its contract on whatever database is open. */
export interface Host {
  /** Implements the contract. */
  readonly router: ReturnType<typeof createRouter>;
  readonly context: HostContext;
  /** Leaves every device as it was, ends what runs, closes the database. */
  close(): Promise<void>;
}

/** Names the mode that was chosen at the first start. */
const modeFile = 'mode';

/**
 * Starts the product in a data folder. Practice has a database of its own below it (decision 0003).
 * Errors: `app.already_running`, `app.data_folder`, `db.*`.
 */
export async function createHost(ports: HostPorts): Promise<Host> {
  const chosen = ports.practice ? 'practice' : readMode(ports.dataDir);
  let core = await openMode(ports, chosen);
  if (core.mode === 'practice' && core.appState().person === null) {
    core.signIn().catch((cause) => ports.log({ level: 'warn', what: 'practice sign-in', cause }));
  }
  let switching: Promise<void> | undefined;
  let closed = false;

  const practise = async (): Promise<void> => {
    if (closed) throw new CodedError('app.host_restarting');
    if (core.mode === 'practice') return;
    const before = core;
    const next = await openMode(ports, 'practice');
    try {
      await next.signIn();
      writeMode(ports.dataDir, 'practice');
    } catch (caught) {
      await next.close();
      throw caught;
    }
    core = next;
    await before.close();
  };

  return {
    router: createRouter(),
    context: {
      core: () => core,
      practise: () => {
        switching ??= practise().finally(() => {
          switching = undefined;
        });
        return switching;
      },
      report: (caught) => {
        const supportId = ports.newId();
        ports.log({ level: 'error', what: 'unforeseen', supportId, cause: caught });
        return { code: 'app.internal', params: { supportId } };
      },
    },
    async close() {
      closed = true;
      // Whatever the switch ends with, one core is open then.
      await switching?.catch(() => {});
      await core.close();
    },
  };
}

function openMode(ports: HostPorts, mode: Core['mode'] | 'unset'): Promise<Core> {
  const opened = mode === 'practice' ? 'practice' : 'cloud';
  const dataDir = folderOf(ports.dataDir, opened);
  return openCore(ports, { mode: opened, dataDir, use: 'app', unset: mode === 'unset' });
}

function readMode(dataDir: string): Core['mode'] | 'unset' {
  try {
    const text = readFileSync(join(dataDir, modeFile), 'utf8').trim();
    return text === 'practice' || text === 'cloud' ? text : 'unset';
  } catch {
    return 'unset';
  }
}

function writeMode(dataDir: string, mode: Core['mode']): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, modeFile), `${mode}\n`, { mode: 0o600 });
  } catch (caught) {
    throw new CodedError('app.data_folder', { path: dataDir }, { cause: caught });
  }
}
