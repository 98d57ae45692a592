import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));

/**
 * Runs `doorstep` on a terminal of its own, which echoes what is typed as a shell's does, and types `keys` once
 * it asks `question`. Gives everything that stood on the screen.
 */
export function onTerminal(
  args: readonly string[],
  question: string,
  keys: string,
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const words = [process.execPath, main, ...args].map((word) => word.replace(/[\\ ,:!'"]/g, '\\$&'));
    const child = spawn('socat', ['-', `EXEC:${words.join(' ')},pty,stderr,setsid,ctty`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    let typed = false;
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (typed || !text.includes(question)) return;
      typed = true;
      child.stdin.write(keys);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}
