import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Doorstep keeps its data unless told otherwise: the folder that Electron's `userData` is, so that the app,
 * the browser and the command line find the same work.
 */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  switch (platform) {
    case 'win32':
      return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Doorstep');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Doorstep');
    default:
      return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'Doorstep');
  }
}
