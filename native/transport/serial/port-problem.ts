import { CodedError } from '../../../electron/contract/errors.ts';
import { systemOf } from '../system.ts';
import * as linux from './linux-ports.ts';

/** The codes of ports whose cure depends on the system that the app runs on. */
type PortCode = 'serial.permission_denied' | 'serial.port_busy' | 'serial.no_such_port';

/** What a text says where there is no name to say. */
const NOBODY = 'none';

/** What was found out about a port that cannot be used. */
export interface PortCircumstances {
  /** Who has it open, by the program's name. */
  readonly holder?: string | null;
  /** A service that runs and takes ports by itself. */
  readonly grabber?: string | null;
  /** The group whose members may use it. */
  readonly group?: string | null;
}

/** A port's problem with everything that its text names, so that the cure is that of this system. */
export function portProblem(
  code: PortCode,
  path: string,
  options: { platform?: NodeJS.Platform; cause?: unknown; circumstances?: PortCircumstances } = {},
): CodedError {
  const { platform = process.platform, cause, circumstances = {} } = options;
  const { holder, grabber, group } = circumstances;
  const because = cause === undefined ? {} : { cause };
  const params = { path, system: systemOf(platform) };
  switch (code) {
    case 'serial.permission_denied':
      return new CodedError(code, { ...params, group: group ?? NOBODY }, because);
    case 'serial.port_busy':
      return new CodedError(
        code,
        { ...params, holder: holder ?? NOBODY, grabber: grabber ?? NOBODY },
        because,
      );
    case 'serial.no_such_port':
      return new CodedError(code, { ...params, grabber: grabber ?? NOBODY }, because);
  }
}

/** Finds out what the texts of a code name; only Linux shows it to an ordinary program. */
export async function circumstancesOf(
  code: string,
  path: string,
  platform: NodeJS.Platform,
): Promise<PortCircumstances> {
  if (platform !== 'linux') return {};
  switch (code) {
    case 'serial.permission_denied':
      return { group: await linux.groupOf(path) };
    case 'serial.port_busy':
      return { holder: await linux.holderOf(path), grabber: await linux.runningGrabber() };
    case 'serial.no_such_port':
      return { grabber: await linux.runningGrabber() };
    default:
      return {};
  }
}
