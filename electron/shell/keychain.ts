import { safeStorage } from 'electron';
import type { Keychain } from '../frame/supervisor.ts';

/** Which keychain the system gives, to be recorded with what it wraps: `basic_text` protects next to nothing. */
export function keychainBackend(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'dpapi';
  return platform === 'darwin' ? 'keychain' : safeStorage.getSelectedStorageBackend();
}

/** Wraps the data key with the system's keychain. It takes text, so bytes travel as base64. */
export const systemKeychain: Keychain = {
  async wrap(key) {
    return safeStorage.encryptStringAsync(Buffer.from(key).toString('base64'));
  },
  async unwrap(wrapped) {
    const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped));
    return Buffer.from(result, 'base64');
  },
};
