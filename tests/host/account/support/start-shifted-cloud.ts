import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** Starts a practice cloud whose every clock is off by so many milliseconds, as seen from a laptop that is off. */
export async function startShiftedCloud(dataDir: string, shiftMs: number): Promise<string> {
  const file = join(import.meta.dirname, 'shifted-cloud.ts');
  const child = spawn('node', [file, dataDir, String(shiftMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    child.stdin.end();
    await once(child, 'exit');
  });
  const lines = createInterface(child.stdout);
  const [url] = await once(lines, 'line', { signal: AbortSignal.timeout(15_000) });
  return String(url);
}
