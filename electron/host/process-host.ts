import { join } from 'node:path';
import { v7 } from 'uuid';
import { createHost } from './index.ts';
import { openLogFile } from './log-file.ts';
import type { HostFactory } from './run.ts';

/**
 * Makes the host of a process of its own: on the real clock and chance, with its log in the data folder.
 *
 * @param request what its requests to the cloud go through
 */
export function processHost(request: typeof fetch): HostFactory {
  return (settings, { openExternal, keepAwake, keychain }) =>
    createHost({
      version: settings.version,
      dataDir: settings.dataDir,
      vault:
        settings.vault.kind === 'key_file'
          ? { kind: 'key_file', path: join(settings.dataDir, 'vault.key') }
          : { kind: 'system', backend: settings.vault.backend, ...keychain },
      cloud: settings.cloud,
      practice: settings.practice,
      now: Date.now,
      monotonic: () => performance.now(),
      random: Math.random,
      newId: v7,
      fetch: request,
      openExternal,
      keepAwake,
      log: openLogFile(settings.dataDir),
    });
}
