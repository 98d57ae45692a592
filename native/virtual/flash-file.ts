import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { FlashStore } from './flash.ts';

/** Flash in a file that only its owner may read: it holds radio keys, though never an activation code. */
export function flashFile(path: string): FlashStore {
  return {
    load: () => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    save: (content) => {
      const next = `${path}.next`;
      writeFileSync(next, content, { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
