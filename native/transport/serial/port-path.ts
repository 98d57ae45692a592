/**
 * The path that a port is opened by. macOS has two files for each: `tty.` waits for a caller and `cu.` calls out;
 * a device that is spoken to is called. Windows' names are upper case.
 */
export function portPath(path: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return path.replace(/^\/dev\/tty\./, '/dev/cu.');
  if (platform === 'win32' && /^com\d+$/i.test(path)) return path.toUpperCase();
  return path;
}
