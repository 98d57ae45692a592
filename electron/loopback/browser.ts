import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The system's program that opens an address, or undefined where nobody would see it. */
export function systemOpener(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): readonly [command: string, ...leading: string[]] | undefined {
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  if (platform === 'darwin') return ['open'];
  if (!hasDisplay(platform, env)) return undefined;
  const found = (env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'xdg-open')));
  return found ? ['xdg-open'] : undefined;
}

/** Whether a window could be seen here. */
export function hasDisplay(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean {
  return platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/**
 * Opens an address in the system's browser; where that fails, `otherwise` is called, at most once.
 */
export function openInBrowser(url: string, otherwise: () => void): void {
  const opener = systemOpener();
  if (opener === undefined) {
    otherwise();
    return;
  }
  const [command, ...leading] = opener;
  const child = spawn(command, [...leading, url], { detached: true, stdio: 'ignore' });
  let failed = false;
  const fail = (): void => {
    if (!failed) otherwise();
    failed = true;
  };
  child.once('error', fail);
  child.once('exit', (code) => code !== 0 && fail());
  child.unref();
}
