import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { CodedError } from '../../electron/contract/errors.ts';

/** What a pseudo-terminal tells its owner. */
export interface PseudoTerminalEvents {
  onData(bytes: Uint8Array): void;
  /** Whoever had the terminal open has closed it (A11). May be told more than once. */
  onHangUp(): void;
  /** The terminal died without being closed by its owner. */
  onGone(): void;
}

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

const OPEN_LIMIT_MS = 5_000;
const LOOK_EVERY_MS = 10;
/**
 * What socat notes when the last holder closes the terminal; in the C locale. It is the only sign of it, and
 * only with `ptmx`: `openpty` would keep the slave open. `ignoreeof` then waits for the next holder.
 */
const HANG_UP = 'Input/output error';

/**
 * A pseudo-terminal under a path of one's choice, by Debian's `socat`. It stays the same terminal however
 * often it is opened and closed by others.
 */
export class PseudoTerminal {
  readonly path: string;
  readonly #socat: Socat;
  #closed = false;

  private constructor(path: string, socat: Socat) {
    this.path = path;
    this.#socat = socat;
  }

  /**
   * @throws CodedError `virtual.socat_missing`; `virtual.terminal_failed` where the path cannot be made a terminal
   */
  static async open(path: string, events: PseudoTerminalEvents): Promise<PseudoTerminal> {
    clearPath(path);
    const socat = spawn(
      'socat',
      ['-d', '-d', `pty,ptmx,raw,echo=0,ignoreeof,link=${escapeForSocat(path)}`, 'STDIO'],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
    );
    // Writing to a dying child is no error of ours: its exit is told as such.
    socat.stdin.on('error', () => {});
    await whenOpen(socat, path);
    const terminal = new PseudoTerminal(path, socat);
    socat.stdout.on('data', (bytes: Buffer) => events.onData(bytes));
    socat.stderr.on('data', (notes: Buffer) => {
      if (notes.includes(HANG_UP)) events.onHangUp();
    });
    socat.on('exit', () => {
      if (!terminal.#closed) events.onGone();
    });
    return terminal;
  }

  write(bytes: Uint8Array): void {
    if (!this.#closed) this.#socat.stdin.write(bytes);
  }

  /** Pulls the terminal out: its holder sees a hang-up, and the path is gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socat.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#socat.once('exit', resolve));
    this.#socat.kill('SIGTERM');
    await gone;
  }
}

function whenOpen(socat: Socat, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (problem: CodedError) => {
      clearInterval(looking);
      clearTimeout(limit);
      socat.kill('SIGTERM');
      reject(problem);
    };
    const failed = () => fail(new CodedError('virtual.terminal_failed', { path }));
    const limit = setTimeout(failed, OPEN_LIMIT_MS);
    const looking = setInterval(() => {
      if (!isLink(path)) return;
      clearInterval(looking);
      clearTimeout(limit);
      socat.off('exit', failed);
      resolve();
    }, LOOK_EVERY_MS);
    socat.once('exit', failed);
    socat.once('error', (cause: NodeJS.ErrnoException) =>
      cause.code === 'ENOENT' ? fail(new CodedError('virtual.socat_missing')) : failed(),
    );
  });
}

/** Removes the link that a killed process left behind. Anything else is somebody's file, and socat would delete it. */
function clearPath(path: string): void {
  if (isLink(path)) unlinkSync(path);
  else if (existsSync(path)) throw new CodedError('virtual.terminal_failed', { path });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Characters with a meaning in socat's addresses. */
function escapeForSocat(path: string): string {
  return path.replaceAll(/[\\,!:"'()[\]{}]/g, (character) => `\\${character}`);
}
