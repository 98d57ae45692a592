import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A pseudo-terminal whose far end is in the test's hands. */
export interface Pty {
  /** Where the app opens it. */
  readonly path: string;
  /** What the device side sends. */
  write(bytes: Uint8Array | string): void;
  /** What the device side hears. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** The cable is pulled: the terminal hangs up and its path disappears. */
  hangUp(): Promise<void>;
  /** The cable is back: the same path again. */
  plugIn(): Promise<void>;
  /** Hangs up and removes everything. */
  dispose(): Promise<void>;
}

/** Opens a pseudo-terminal by socat; the real `serialport` meets it like any port. */
export async function openPty(): Promise<Pty> {
  const folder = await mkdtemp(join(tmpdir(), 'doorstep-pty-'));
  const path = join(folder, 'port');
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let socat: ChildProcess | undefined;
  const hangUp = async () => {
    const child = socat;
    socat = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM'); // socat removes its link on this signal
    await ended;
  };
  const plugIn = async () => {
    socat = await start(path, (bytes) => {
      for (const listener of listeners) listener(bytes);
    });
  };
  await plugIn();
  return {
    path,
    write: (bytes) => socat?.stdin?.write(bytes),
    onData: (listener) => listeners.push(listener),
    hangUp,
    plugIn,
    dispose: async () => {
      await hangUp();
      await rm(folder, { recursive: true });
    },
  };
}

async function start(path: string, onData: (bytes: Uint8Array) => void): Promise<ChildProcess> {
  const child = spawn('socat', [`pty,raw,echo=0,link=${path}`, 'STDIO'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new Error('These tests need the program socat: install the package "socat".', { cause })),
    );
    child.once('exit', () => reject(new Error(`socat ended before it opened ${path}`)));
  });
  failed.catch(() => {});
  // A test process that dies takes its terminals with it.
  const kill = () => child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  child.stdin?.on('error', () => {}); // a write after the hang-up is lost, as on a cable
  child.stdout?.on('data', onData);
  await Promise.race([failed, exists(path)]);
  return child;
}

async function exists(path: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(10);
  }
  throw new Error(`socat did not open ${path} within 5 s`);
}
