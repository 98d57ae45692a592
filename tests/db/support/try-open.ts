/** Tries to open a data folder as whoever runs this, and prints the code of what stood in the way. */
import { openStore } from '../../../db/open.ts';

const [dataDir = '', keyPath = ''] = process.argv.slice(2);
try {
  await openStore({ dataDir, vault: { kind: 'key_file', path: keyPath }, now: () => 0 });
  console.log('opened');
} catch (error) {
  console.log(JSON.stringify((error as { problem?: unknown }).problem ?? String(error)));
}
