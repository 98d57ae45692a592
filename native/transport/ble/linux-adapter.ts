import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who keeps a radio off: a program (`soft`), a switch or the firmware of the laptop (`hard`), or nobody. */
export type RadioBlock = 'soft' | 'hard' | 'none';

/** Whether Linux knows a Bluetooth adapter, switched on or not. */
export function linuxHasAdapter(folder = '/sys/class/bluetooth'): boolean {
  return namesIn(folder).some((name) => /^hci\d+$/.test(name));
}

/** What rfkill says about Bluetooth; the block that a command cannot lift comes first. */
export function radioBlock(folder = '/sys/class/rfkill'): RadioBlock {
  const radios = namesIn(folder).filter((name) => textOf(join(folder, name, 'type')) === 'bluetooth');
  const blocked = (how: 'soft' | 'hard') => radios.some((name) => textOf(join(folder, name, how)) === '1');
  if (blocked('hard')) return 'hard';
  return blocked('soft') ? 'soft' : 'none';
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // A kernel without it.
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // Unplugged a moment ago.
  }
}
