import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../db/open.ts';
import { keyFileOf, someDay, testFolder } from './support/store.ts';

const script = join(import.meta.dirname, 'support/enqueue-forever.ts');
const promises = 20;

const traced = process.platform === 'linux' && spawnSync('strace', ['-V']).status === 0;
if (!traced) console.log('power cut: no strace here, what a power cut leaves is not looked at');

/** A file as the disk has it, and what the system still holds back. */
class TracedFile {
  content: Buffer = Buffer.alloc(0);
  private held: ((before: Buffer) => Buffer)[] = [];

  write(bytes: Buffer, offset: number): void {
    this.held.push((before) => {
      const after = Buffer.alloc(Math.max(before.length, offset + bytes.length));
      before.copy(after);
      bytes.copy(after, offset);
      return after;
    });
  }

  truncate(length: number): void {
    this.held.push((before) => {
      const after = Buffer.alloc(length);
      before.copy(after);
      return after;
    });
  }

  sync(): void {
    for (const step of this.held) this.content = step(this.content);
    this.held = [];
  }
}

const plain = (text: string) =>
  Buffer.from(
    text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/** The calls of the writing thread, one a line; the others do not write. */
function traceOf(folder: string, unsynced: readonly string[]): string[] {
  mkdirSync(join(folder, 'data'));
  const calls = 'trace=write,pwrite64,fsync,fdatasync,ftruncate';
  const program = [process.execPath, script, join(folder, 'data'), String(promises), ...unsynced];
  execFileSync(
    'strace',
    [
      '-ff',
      '-y',
      '-xx',
      '-s',
      '1000000',
      '-e',
      calls,
      '-e',
      'signal=none',
      '-o',
      join(folder, 'trace'),
      ...program,
    ],
    { stdio: 'ignore' },
  );
  const traces = readdirSync(folder).filter((name) => name.startsWith('trace.'));
  const ready = [...'ready'].map((letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join('');
  return (
    traces
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .find((text) => text.includes(ready))
      ?.split('\n') ?? []
  );
}

/** Cuts the power after each promise and answers the promises that the disk then does not keep. */
async function brokenAfterPowerCuts(unsynced: readonly string[] = []): Promise<string[]> {
  const folder = testFolder();
  const files = { 'doorstep.sqlite': new TracedFile(), 'doorstep.sqlite-wal': new TracedFile() };
  const promised: string[] = [];
  const broken: string[] = [];
  for (const line of traceOf(folder, unsynced)) {
    const call = /^(\w+)\((\d+)<([^>]*)>(?:, (.*))?\)\s+= \d+$/.exec(line);
    if (call === null) continue;
    const [, name, descriptor, path = '', rest = ''] = call;
    if (name === 'write' && descriptor === '1') {
      const said = /intent-\d+/.exec(plain(rest).toString('latin1'))?.[0];
      if (said === undefined) continue;
      promised.push(said);
      if (!(await keeps(folder, files, promised))) broken.push(said);
      continue;
    }
    const file = files[plain(path).toString('latin1').split('/').at(-1) as keyof typeof files];
    if (file === undefined) continue;
    if (name === 'fsync' || name === 'fdatasync') file.sync();
    else if (name === 'ftruncate') file.truncate(Number(rest));
    else {
      const [, bytes = '', offset] = /^"(.*)", \d+, (\d+)$/.exec(rest) ?? [];
      file.write(plain(bytes), Number(offset));
    }
  }
  expect(promised).toHaveLength(promises);
  return broken;
}

/** Opens a copy of what is on the disk and looks for all that was promised. */
async function keeps(
  folder: string,
  files: Readonly<Record<string, TracedFile>>,
  promised: readonly string[],
): Promise<boolean> {
  const dataDir = join(folder, `after-${promised.length}`);
  mkdirSync(dataDir);
  copyFileSync(join(folder, 'data', 'key'), join(dataDir, 'key'));
  for (const [name, { content }] of Object.entries(files)) writeFileSync(join(dataDir, name), content);
  try {
    const { store } = await openStore({ dataDir, vault: keyFileOf(dataDir), now: () => someDay });
    const found = promised.every((id) => store.outbox.get(id) !== undefined);
    store.close();
    return found;
  } catch {
    // The vault itself is not there.
    return false;
  }
}

test.runIf(traced)('a power cut after any promise leaves all that was promised', async () => {
  expect(await brokenAfterPowerCuts()).toEqual([]);
});

test.runIf(traced)('and one without synced commits would be noticed', async () => {
  expect((await brokenAfterPowerCuts(['unsynced'])).length).toBeGreaterThan(0);
});
