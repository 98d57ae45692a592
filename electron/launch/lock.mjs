import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 200;

/**
 * Does `work` while no other process does the same for this project: two scripts started at once must not both
 * install or both build. A lock left by a dead process is taken over.
 *
 * @template T
 * @param {string} root the project's folder
 * @param {string} name what is locked
 * @param {number} timeoutMs how long to wait for the other
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(root, name, timeoutMs, work) {
  const project = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `doorstep-${project}-${name}.lock`);
  for (let waitedMs = 0; !tryLock(file); waitedMs += pollMs) {
    if (waitedMs >= timeoutMs)
      throw new Error(`Another process has held ${file} for too long. End it, or delete that file.`);
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught && caught.code === 'EEXIST')) throw caught;
    if (ownerLives(file)) return false;
    rmSync(file, { force: true });
    return false;
  }
}

/** @param {string} file */
function ownerLives(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // An empty file is one that its owner is just writing.
    return owner === 0 || process.kill(owner, 0);
  } catch (caught) {
    return caught instanceof Error && 'code' in caught && caught.code === 'EPERM';
  }
}
