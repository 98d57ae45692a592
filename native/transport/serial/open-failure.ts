import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isatty } from 'node:tty';
import { CodedError } from '../../../electron/contract/errors.ts';
import { circumstancesOf, portProblem } from './port-problem.ts';

/** What the system says when a port is opened without the serial driver. */
export interface PortProbe {
  /** The errno's name (`ENOENT`), or null where the port opened. */
  readonly errno: string | null;
  /** Whether what opened is a terminal; Windows cannot tell and says true. */
  readonly terminal: boolean;
}

/**
 * Opens the port once more, and only to learn the errno: the driver's errors (`@serialport/bindings-cpp` 13)
 * carry nothing but a translated text, and no text is ever matched. Harmless, because the driver has just
 * opened the same port and failed after that, or could not open it either.
 */
export async function probePort(path: string, platform: NodeJS.Platform): Promise<PortProbe> {
  const windows = platform === 'win32';
  const flags = constants.O_RDWR | (constants.O_NOCTTY ?? 0) | (constants.O_NONBLOCK ?? 0);
  try {
    const handle = await open(windows && !path.startsWith('\\\\') ? `\\\\.\\${path}` : path, flags);
    const terminal = windows || isatty(handle.fd);
    await handle.close();
    return { errno: null, terminal };
  } catch (error) {
    return { errno: errnoOf(error), terminal: false };
  }
}

/** The code for a port that the driver could not open. */
export function openFailureCode(
  { errno, terminal }: PortProbe,
  platform: NodeJS.Platform,
): 'serial.port_busy' | 'serial.permission_denied' | 'serial.no_such_port' | 'serial.port_stuck' {
  switch (errno) {
    case null:
      // It opens, so what failed in the driver was its lock: another program has the port.
      return terminal ? 'serial.port_busy' : 'serial.no_such_port';
    case 'EBUSY':
      return 'serial.port_busy';
    case 'EACCES':
    case 'EPERM':
      // Windows opens a port for one program only and answers everybody else with "access denied".
      return platform === 'win32' ? 'serial.port_busy' : 'serial.permission_denied';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENODEV':
    case 'ENXIO':
    case 'EIO': // a pseudo-terminal whose other end is closed
      return 'serial.no_such_port';
    default:
      return 'serial.port_stuck';
  }
}

/** The coded error for a port that the driver could not open, with what its cure names. */
export async function explainOpenFailure(
  path: string,
  platform: NodeJS.Platform,
  cause: unknown,
): Promise<CodedError> {
  const code = openFailureCode(await probePort(path, platform), platform);
  if (code === 'serial.port_stuck') return new CodedError(code, { path }, { cause });
  const circumstances = await circumstancesOf(code, path, platform);
  return portProblem(code, path, { platform, cause, circumstances });
}

function errnoOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
