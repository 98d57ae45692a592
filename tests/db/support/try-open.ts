/** Tries to open a data folder without a superuser's rights, and prints the code of what stood in the way. */
import Database from 'better-sqlite3';
import { openStore } from '../../../db/open.ts';

const nobody = 65_534;
const [dataDir = '', keyPath = ''] = process.argv.slice(2);
// Everything is loaded before the rights go: the folder of the sources itself may be closed to others.
new Database(':memory:').close();
if (process.getuid?.() === 0) {
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
try {
  await openStore({ dataDir, vault: { kind: 'key_file', path: keyPath }, now: () => 0 });
  console.log('opened');
} catch (error) {
  console.log(JSON.stringify((error as { problem?: unknown }).problem ?? String(error)));
}
