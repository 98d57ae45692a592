import { Device, SmpServer } from '../../../native/devices/index.ts';
import { systemClock } from '../../../native/transport/index.ts';
import { CodedError, type ErrorCode } from '../../contract/errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { exitCodes, reportFailure } from '../output.ts';
import { readActivationCode } from './activation-code.ts';
import { openWay, type WayOptions } from './way.ts';

/** What every command for one device may be told. */
export interface DeviceOptions extends WayOptions {
  /** A file with the activation code; `-` is standard input. */
  readonly codeFile?: string;
  readonly json?: boolean;
}

/** One connection, for one command. */
export interface Talk {
  readonly server: SmpServer;
  readonly signal: AbortSignal;
  /** Asks in the open; where the device wants its code first (A17), proves it and asks again, sealed. */
  ask<T>(question: (server: SmpServer) => Promise<T>): Promise<T>;
  /** The commissioning device behind the connection, with its code proved for `command`. */
  paired(command: string, from?: { readonly pipe: boolean }): Promise<Device>;
}

/** What a person has to do something about, rather than to try again. */
const NEEDS_PERSON = new Set<ErrorCode>(['pairing.wrong_code', 'pairing.closed', 'device.access_denied']);

/** Connects, runs one command, and lets the device go whatever happens; answers the exit code. */
export async function withDevice(
  options: DeviceOptions,
  command: (talk: Talk) => Promise<number>,
): Promise<number> {
  const leaving = new AbortController();
  onInterrupt(() => leaving.abort(new CodedError('commission.cancelled')));
  let server: SmpServer | undefined;
  try {
    server = new SmpServer(await openWay(options, leaving.signal), { clock: systemClock });
    return await command(talkOver(server, options, leaving.signal));
  } catch (caught) {
    reportFailure(caught, options.json === true);
    if (caught instanceof CodedError && caught.code === 'device.access_denied' && options.json !== true)
      console.error('Name a file with --code-file, or run this on a terminal, where the code is asked for.');
    if (!(caught instanceof CodedError)) return exitCodes.failed;
    if (caught.code === 'commission.cancelled') return exitCodes.interrupted;
    return NEEDS_PERSON.has(caught.code) ? exitCodes.needsPerson : exitCodes.failed;
  } finally {
    await server?.close();
  }
}

function talkOver(server: SmpServer, options: DeviceOptions, signal: AbortSignal): Talk {
  const paired: Talk['paired'] = async (command, from = { pipe: false }) => {
    const device = await Device.over(server, { signal });
    const { kind, radio, mac } = device.identity;
    // The code of such a lock is its id, and no secret (A22).
    const isPublic = kind === 3 && radio === 'blue_net' && options.codeFile === undefined;
    const { stdin, stderr } = process;
    const source = { command, codeFile: options.codeFile, fromPipe: from.pipe, stdin, stderr, signal };
    const code = isPublic ? mac : await readActivationCode(source);
    await device.pair(code, { signal });
    return device;
  };
  return {
    server,
    signal,
    paired,
    async ask(question) {
      try {
        // Sizes everything after; a server that does not know its own keeps the least (A7).
        await server.askParameters({ signal });
        return await question(server);
      } catch (caught) {
        const asksForSeal = caught instanceof CodedError && caught.code === 'device.access_denied';
        if (!asksForSeal || server.sealed) throw caught;
        await paired(String(caught.params.command)).catch((why: unknown) => {
          // A stranger that knows no pairing has just refused.
          throw why instanceof CodedError && why.code === 'device.not_supported' ? caught : why;
        });
        return question(server);
      }
    },
  };
}
