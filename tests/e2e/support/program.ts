import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Nothing here may take longer; a test that hangs must say where. */
const patienceMs = 60_000;

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A program of this repository, running as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** All lines of standard output so far. */
  readonly lines: readonly string[];
  /** The first line, past or future, that fits; fails when the program ends before. */
  line(fits: (line: string) => boolean, what: string): Promise<string>;
  /** Writes one JSON line and answers the next JSON line. */
  ask(request: object): Promise<Record<string, unknown>>;
  /** Kills it and its children at once, as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
}

/** Starts a TypeScript program of the repository under this Node. */
export function startProgram(entry: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [`${root}${entry}`, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errors = '';
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  child.stderr.on('data', (chunk) => {
    errors = (errors + String(chunk)).slice(-4000);
  });
  child.on('exit', wake);
  const gone = () => child.exitCode !== null || child.signalCode !== null;

  const line: Program['line'] = (fits, what) =>
    new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        settle();
      };
      const look = () => {
        const hit = lines.find(fits);
        if (hit !== undefined) done(() => resolve(hit));
        else if (gone()) done(() => reject(new Error(`${entry} ended without ${what}: ${errors}`)));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`${entry} never gave ${what}: ${errors}`))),
        patienceMs,
      );
      waiting.add(look);
      look();
    });

  const end = async (signal: NodeJS.Signals) => {
    if (gone()) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  };

  return {
    child,
    lines,
    line,
    async ask(request) {
      const before = lines.length;
      child.stdin.write(`${JSON.stringify(request)}\n`);
      let answer = '';
      await line(
        () => {
          answer = lines[before] ?? '';
          return answer !== '';
        },
        `an answer to ${JSON.stringify(request)}`,
      );
      return JSON.parse(answer) as Record<string, unknown>;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
