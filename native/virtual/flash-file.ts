import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { FlashStore } from './flash.ts';

/** Flash in a file that only its owner may read: it holds radio keys, though never an activation code. */
export function flashFile(path: string): FlashStore {
  const slotPath = `${path}.slot`;
  return {
    load: () => readIfThere(path)?.toString('utf8'),
    save: (content) => {
      const next = `${path}.next`;
      writeFileSync(next, content, { mode: 0o600 });
      renameSync(next, path);
    },
    slot: {
      read: () => new Uint8Array(readIfThere(slotPath) ?? []),
      write: (offset, bytes) => {
        const file = openSync(slotPath, existsSync(slotPath) ? 'r+' : 'w', 0o600);
        try {
          writeSync(file, bytes, 0, bytes.length, offset);
        } finally {
          closeSync(file);
        }
      },
      clear: () => rmSync(slotPath, { force: true }),
    },
  };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
