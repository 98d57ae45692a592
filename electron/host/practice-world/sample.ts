import { readFileSync } from 'node:fs';
import { resourcePath } from '../../frame/resource-path.ts';

/** The practice register: three small sites with hubs, a repeater and locks of both radios. */
export function readSample(): Uint8Array {
  return readFileSync(resourcePath('practice/practice-register.csv'));
}
