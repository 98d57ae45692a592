import { closeSync, openSync, readSync } from 'node:fs';
import { CodedError } from '../../contract/errors.ts';

/** More than any code with its separators; a file that is longer holds something else. */
const CODE_BYTES_MAX = 1024;

/** Where a code may come from. Never from an argument: those stay in the shell's history. */
export interface CodeSource {
  /** What it is wanted for, as the device names it. */
  readonly command: string;
  /** A file, or `-` for standard input. */
  readonly codeFile: string | undefined;
  /** Whether standard input may be read where it is no terminal. */
  readonly fromPipe: boolean;
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/**
 * The activation code: from the file that was named, else asked on the terminal without echo.
 * @throws CodedError `pairing.code_unreadable`, `commission.cancelled`; `device.access_denied` where nobody can
 *   be asked
 */
export async function readActivationCode(source: CodeSource): Promise<string> {
  const { command, codeFile, fromPipe, stdin, signal } = source;
  if (codeFile !== undefined && codeFile !== '-') return firstLine(readBounded(codeFile));
  if (codeFile === undefined && stdin.isTTY) return askOnTerminal(source);
  if (codeFile === undefined && !fromPipe) throw new CodedError('device.access_denied', { command });
  return firstLine(await readStream(stdin, signal));
}

function readBounded(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(CODE_BYTES_MAX);
      return buffer.toString('utf8', 0, readSync(handle, buffer, 0, CODE_BYTES_MAX, null));
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw new CodedError('pairing.code_unreadable', { file }, { cause });
  }
}

async function readStream(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  let text = '';
  const stop = () => stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stdin) {
      text += chunk;
      if (text.includes('\n') || text.length > CODE_BYTES_MAX) break;
    }
  } catch (cause) {
    if (!signal.aborted) throw new CodedError('pairing.code_unreadable', { file: '-' }, { cause });
  }
  if (signal.aborted) throw new CodedError('commission.cancelled');
  return text.slice(0, CODE_BYTES_MAX);
}

function firstLine(text: string): string {
  return (text.split(/\r?\n/, 1)[0] ?? '').trim();
}

const KEYS = { interrupt: '\u0003', end: '\u0004', backspace: '\u007f', delete: '\b', kill: '\u0015' };

/** Asks on the terminal; what is typed is not shown. */
function askOnTerminal({ stdin, stderr, signal }: CodeSource): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const settle = (finish: () => void) => {
      stdin.off('data', take);
      signal.removeEventListener('abort', abort);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      finish();
    };
    const abort = () => settle(() => reject(new CodedError('commission.cancelled')));
    const take = (chunk: Buffer) => {
      for (const key of chunk.toString('utf8')) {
        if (key === '\r' || key === '\n') return settle(() => resolve(typed.trim()));
        if (key === KEYS.interrupt || key === KEYS.end) return abort();
        if (key === KEYS.backspace || key === KEYS.delete) typed = typed.slice(0, -1);
        else if (key === KEYS.kill) typed = '';
        else if (typed.length < CODE_BYTES_MAX) typed += key;
      }
    };
    // Raw before the question stands there, or the first keys would still be shown.
    stdin.setRawMode(true);
    stdin.on('data', take);
    stdin.resume();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else stderr.write('Activation code (not shown): ');
  });
}
