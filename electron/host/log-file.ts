import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { CodedError } from '../contract/errors.ts';
import type { HostPorts } from './ports.ts';

/** Two files of this size hold months of ordinary work. */
const logMaxBytes = 5 * 1024 * 1024;

/**
 * Writes the log into the data folder, line by line at once: what was written when the host died is what helps.
 *
 * Errors: `app.data_folder`.
 */
export function openLogFile(dataDir: string): HostPorts['log'] {
  const folder = join(dataDir, 'logs');
  const file = join(folder, 'doorstep.log');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logMaxBytes) renameSync(file, `${file}.1`);
    const destination = pino.destination({ dest: file, sync: true, mode: 0o600 });
    const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
    return ({ level, what, cause, ...rest }) =>
      logger[level]({ ...rest, ...(cause === undefined ? {} : { cause: describe(cause) }) }, what);
  } catch (caught) {
    throw new CodedError('app.data_folder', { path: dataDir }, { cause: caught });
  }
}

/** Where it happened, without what an error may carry along. */
function describe(cause: unknown): unknown {
  return cause instanceof Error ? { name: cause.name, stack: cause.stack } : typeof cause;
}
