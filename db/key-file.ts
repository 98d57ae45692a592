import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CodedError } from '../electron/contract/errors.ts';
import { errnoOf, syncFolder } from './files.ts';

const keyForm = /^doorstep-key-1 ([0-9a-f]{64})\n$/;
const keyFileBytes = 'doorstep-key-1 '.length + 64 + 1;

/**
 * Reads the 32 bytes of a key file; with `make`, makes the file first where there is none.
 * @throws CodedError `db.key_file_missing`, `db.key_file_not_private`, `db.key_file_unreadable`.
 */
export function readKeyFile(path: string, { make }: { make: boolean }): Buffer {
  if (make) makeKeyFile(path);
  const file = open(path, constants.O_RDONLY);
  try {
    refuseIfShared(file, path);
    const bytes = Buffer.alloc(keyFileBytes + 1);
    const text = bytes.toString('latin1', 0, readSync(file, bytes));
    const key = keyForm.exec(text)?.[1];
    if (key === undefined) throw new CodedError('db.key_file_unreadable', { path });
    return Buffer.from(key, 'hex');
  } finally {
    closeSync(file);
  }
}

function makeKeyFile(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    throw new CodedError('db.key_file_unreadable', { path }, { cause: error });
  }
  try {
    writeSync(file, `doorstep-key-1 ${randomBytes(32).toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // What it seals must not outlive it in a power cut.
  syncFolder(dirname(path));
}

function open(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    const code = errnoOf(error) === 'ENOENT' ? 'db.key_file_missing' : 'db.key_file_unreadable';
    throw new CodedError(code, { path }, { cause: error });
  }
}

/** On Windows mode bits say nothing; there the folder of the person's profile keeps others out. */
function refuseIfShared(file: number, path: string): void {
  const status = fstatSync(file);
  if (!status.isFile()) throw new CodedError('db.key_file_unreadable', { path });
  if (process.platform === 'win32') return;
  const othersMay = (status.mode & 0o077) !== 0;
  if (othersMay || status.uid !== process.geteuid?.()) {
    throw new CodedError('db.key_file_not_private', { path });
  }
}
