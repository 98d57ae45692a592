import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Radio without radio: BlueZ's controller emulator, one virtual controller per process that asks. */
export interface RadioBench {
  /** For what else the bench needs; gone with it. */
  readonly folder: string;
  /** A new controller; the environment that makes noble or bleno use it. */
  controller(): Promise<Record<string, string>>;
  dispose(): Promise<void>;
}

/** What the bench needs and this machine lacks, or null where it can be built. */
export function missingForRadioBench(): string | null {
  for (const [program, debianPackage] of [
    ['btvirt', 'bluez-test-tools'],
    ['socat', 'socat'],
    ['cc', 'gcc'],
  ] as const) {
    if (spawnSync('which', [program]).status !== 0) return `${program} (package "${debianPackage}")`;
  }
  return null;
}

export async function openRadioBench(): Promise<RadioBench> {
  const folder = await mkdtemp(join(tmpdir(), 'doorstep-radio-'));
  const preload = join(folder, 'af-alg.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', preload, join(import.meta.dirname, 'af-alg.c'), '-ldl']);
  const children: ChildProcess[] = [];
  const run = (program: string, parameters: string[], env: Record<string, string> = {}) => {
    children.push(spawn(program, parameters, { stdio: 'ignore', env: { ...process.env, ...env } }));
  };
  // A test process that dies takes its bench with it.
  process.once('exit', () => {
    for (const child of children) child.kill();
  });
  run('btvirt', ['-s'], { LD_PRELOAD: preload, BT_SERVER_FOLDER: folder });
  const socket = join(folder, 'le');
  await until(socket);
  let controllers = 0;
  return {
    folder,
    controller: async () => {
      controllers += 1;
      const path = join(folder, `controller-${controllers}`);
      run('socat', [`pty,raw,echo=0,link=${path}`, `UNIX-CONNECT:${socket}`]);
      await until(path);
      return {
        BLUETOOTH_HCI_SOCKET_UART_PORT: path,
        BLUETOOTH_HCI_SOCKET_UART_BAUDRATE: '1000000',
      };
    },
    dispose: async () => {
      for (const child of children.reverse()) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      }
      await rm(folder, { recursive: true });
    },
  };
}

async function until(path: string): Promise<void> {
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
  throw new Error(`${path} did not appear within 5 s`);
}
