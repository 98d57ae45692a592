import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The practice register: three small sites with hubs, a repeater and locks of both radios. */
export function readSample(): Uint8Array {
  return readFileSync(
    fileURLToPath(new URL('../../../resources/practice/practice-register.csv', import.meta.url)),
  );
}
