import type { StartOptions } from '../frame/options.ts';
import { openInBrowser } from './browser.ts';
import { startLoopbackApp } from './index.ts';

/**
 * Runs the app for a person at a terminal: says where it is in one line, opens the browser where that was not
 * declined, and ends with the first signal.
 *
 * @param version of the app
 * @param rendererDir the built screens
 * @param why the browser and not Electron, as the middle of the line
 */
export async function runInBrowser(
  options: StartOptions,
  { version, rendererDir, why }: { version: string; rendererDir: string; why: string },
): Promise<void> {
  const app = await startLoopbackApp({
    settings: {
      version,
      dataDir: options.dataDir,
      vault: { kind: 'key_file' },
      practice: options.practice,
      cloud: options.cloud,
    },
    port: options.port,
    rendererDir,
    openExternal(url) {
      const print = (): void => console.log(`Open this address in a browser: ${url}`);
      if (options.open) openInBrowser(url, print);
      else print();
    },
  });
  console.log(`Doorstep runs in the browser, ${why}: ${app.url}`);
  // Where it cannot be opened, the line above has the address.
  if (options.open) openInBrowser(app.url, () => {});
  await new Promise((resolve) => {
    // Not once: a second signal must not cut short the closing of the store, which is bounded.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
  await app.stop();
}
