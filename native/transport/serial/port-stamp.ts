import { lstat, stat } from 'node:fs/promises';

/**
 * Tells one life of a port from the next: changes when the path is made anew, null when nothing is there.
 * Windows has no files for ports; there the list of ports is all there is, and the stamp is always null.
 */
export async function portStamp(path: string): Promise<string | null> {
  if (process.platform === 'win32') return null;
  try {
    const [link, target] = await Promise.all([lstat(path), stat(path)]);
    return `${link.ino}.${link.birthtimeMs}.${target.rdev}`;
  } catch {
    return null;
  }
}
