import { closeSync, fsyncSync, openSync } from 'node:fs';
import { CodedError, type ErrorCode } from '../electron/contract/errors.ts';

/** The system's name of a failure (`ENOENT` …), or a blank. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'db.disk_full',
  EDQUOT: 'db.disk_full',
  EROFS: 'db.read_only',
  EACCES: 'db.read_only',
  EPERM: 'db.read_only',
  EIO: 'db.disk_error',
};

/** Runs `work` on files below `folder`; the system's failures come out as CodedErrors. */
export function withFileCodes<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const errno = errnoOf(error);
    if (error instanceof CodedError || errno === '' || errno.startsWith('SQLITE_')) throw error;
    throw new CodedError(codes[errno] ?? 'app.data_folder', { path: folder }, { cause: error });
  }
}

/** Makes the names in a folder last through a power cut. Windows cannot open folders and needs none of it. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  syncFile(folder);
}

/** Makes a file's content last through a power cut. */
export function syncFile(path: string): void {
  const file = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
