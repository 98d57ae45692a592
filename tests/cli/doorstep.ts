import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `doorstep` as a process; `input` is its standard input, closed after. */
export function doorstep(
  args: readonly string[],
  options: { input?: string; onStart?: (interrupt: () => void) => void } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    options.onStart?.(() => child.kill('SIGINT'));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** Runs `doorstep … --json` and reads the one object that it prints. */
export async function doorstepJson(
  args: readonly string[],
  options: { input?: string } = {},
): Promise<{ code: number | null; json: Record<string, unknown> }> {
  const { code, stdout } = await doorstep(['--json', ...args], options);
  return { code, json: JSON.parse(stdout) as Record<string, unknown> };
}
