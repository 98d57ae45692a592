import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The slowest tool takes a minute on a slow machine. */
const toolTimeoutMs = 300_000;

/** A finished tool. */
export interface ToolRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs one of the project's tools with this Node and keeps what it says.
 *
 * @param cwd the project that it looks at
 * @param tool its program in our node_modules
 */
export function runTool(cwd: string, tool: string, args: readonly string[]): Promise<ToolRun> {
  const program = join(import.meta.dirname, '..', 'node_modules', tool);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      timeout: toolTimeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output, errors }));
  });
}
