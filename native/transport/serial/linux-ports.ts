import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** More processes than any laptop runs, and more open files than a program that holds a port usually has. */
const MAX_PROCESSES = 4_096;
const MAX_FILES_EACH = 1_024;
/** Owner's and group's rights to read and write, as in `stat`. */
const GROUP_MAY_USE = 0o060;
/** Services that open serial ports by themselves, to see whether a modem or a Braille display hangs on them. */
const GRABBERS = ['ModemManager', 'brltty'] as const;

/**
 * The program, other than this one, that has a port open, by its file's name; null where none has, or where this
 * account may not look: the files of other people's programs and of services are not shown to it.
 */
export async function holderOf(path: string): Promise<string | null> {
  const target = await realpath(path).catch(() => null);
  if (target === null) return null;
  for (const process of await processes()) if (await holds(process, target)) return nameOf(process);
  return null;
}

/** A service that takes ports by itself and runs now; null where none does. */
export async function runningGrabber(): Promise<string | null> {
  for (const process of await processes()) {
    const name = await readFile(`/proc/${process}/comm`, 'utf8').catch(() => '');
    const grabber = GRABBERS.find((each) => each === name.trim());
    if (grabber !== undefined) return grabber;
  }
  return null;
}

/** The group that may use a port, as `dialout` or `uucp`; null where a group would not help. */
export async function groupOf(path: string): Promise<string | null> {
  const file = await stat(path).catch(() => null);
  if (file === null || file.gid === 0 || (file.mode & GROUP_MAY_USE) !== GROUP_MAY_USE) return null;
  const groups = await readFile('/etc/group', 'utf8').catch(() => '');
  const line = groups.split('\n').find((each) => each.split(':')[2] === String(file.gid));
  return line?.split(':')[0] ?? String(file.gid);
}

async function processes(): Promise<string[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name) && name !== String(process.pid)).slice(0, MAX_PROCESSES);
}

async function holds(process: string, target: string): Promise<boolean> {
  const folder = `/proc/${process}/fd`;
  const files = (await readdir(folder).catch(() => [])).slice(0, MAX_FILES_EACH);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  // Who made a pseudo-terminal is the device behind it, and often keeps this end open, too.
  const isMaker =
    target.startsWith('/dev/pts/') && targets.some((each) => /^\/dev\/(?:pts\/)?ptmx$/.test(each));
  return targets.includes(target) && !isMaker;
}

/** The name of the program's file; its arguments are nobody's business here. */
async function nameOf(process: string): Promise<string> {
  const words = await readFile(`/proc/${process}/cmdline`, 'utf8').catch(() => '');
  return basename(words.split('\0', 1)[0] ?? '') || process;
}
