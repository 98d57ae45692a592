import { execFile, spawn } from 'node:child_process';
import { chmod, chown, readdir, readlink, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { ConsoleReceiver, encodeConsoleFrame, encodePacket } from '../../../native/smp/index.ts';
import { MAX_CONSOLE_TEXTS, openSerialChannel } from '../../../native/transport/serial/channel.ts';
import { openSerialLine } from '../../../native/transport/serial/line.ts';
import { openPty, type Pty } from './pty.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function pty(): Promise<Pty> {
  const terminal = await openPty();
  cleanups.push(() => terminal.dispose());
  return terminal;
}

async function channelOn(path: string) {
  const channel = await openSerialChannel(path);
  cleanups.push(() => channel.close());
  return channel;
}

/** Resolves once a process has the port open. */
async function held(path: string, pid: number | undefined): Promise<void> {
  const target = await realpath(path);
  for (;;) {
    const files = await readdir(`/proc/${pid}/fd`);
    const open = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (open.includes(target)) return;
    await new Promise((done) => setImmediate(done));
  }
}

const packetOf = (bytes: number, sequence = 1) =>
  encodePacket(
    { op: 1, version: 1, group: 64, sequence, command: 0 },
    Uint8Array.from({ length: bytes }, (_, index) => index % 256),
  );

/** The device side's view: whole packets as it finds them. */
function packetsAt(terminal: Pty, count: number): Promise<Uint8Array[]> {
  return new Promise((done) => {
    const packets: Uint8Array[] = [];
    const receiver = new ConsoleReceiver({
      maxPacketBytes: 4096,
      now: () => performance.now(),
      onPacket: (packet) => {
        packets.push(packet);
        if (packets.length === count) done(packets);
      },
    });
    terminal.onData((bytes) => receiver.push(bytes));
  });
}

const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'succeeded',
    (error: unknown) => (error instanceof CodedError ? error.problem : error),
  );

describe('a serial channel on a real pseudo-terminal', () => {
  test('carries packets of many lines both ways, and keeps the order of sends', async () => {
    const terminal = await pty();
    const channel = await channelOn(terminal.path);
    const heard = packetsAt(terminal, 3);
    const sent = [packetOf(1500, 1), packetOf(0, 2), packetOf(300, 3)];
    await Promise.all(sent.map((packet) => channel.send(packet)));
    expect(await heard).toEqual(sent);

    const answer = new Promise<Uint8Array>((done) => channel.onPacket(done));
    terminal.write(encodeConsoleFrame(packetOf(2000)));
    expect(await answer).toEqual(packetOf(2000));
    expect(channel).toMatchObject({ transport: 'usb', label: terminal.path, closed: false });
  });

  test('finds the frame behind text and damage, and keeps what it saw', async () => {
    const terminal = await pty();
    const channel = await channelOn(terminal.path);
    const answer = new Promise<Uint8Array>((done) => channel.onPacket(done));
    const damaged = Buffer.from(encodeConsoleFrame(packetOf(40)));
    damaged[10] = damaged[10] === 0x41 ? 0x42 : 0x41;
    terminal.write('*** Booting ***\r\n');
    terminal.write(damaged);
    terminal.write(new Uint8Array([0xff, 0x00, 0x06, 0x0a]));
    terminal.write(encodeConsoleFrame(packetOf(50)));
    expect(await answer).toEqual(packetOf(50));
    expect(channel.consoleText()[0]?.text).toBe('*** Booting ***');
    expect(channel.discarded()).toMatchObject({ wrong_crc: 1, text: 2 });
  });

  test('keeps a bounded amount of text', async () => {
    const terminal = await pty();
    const channel = await channelOn(terminal.path);
    const answer = new Promise<Uint8Array>((done) => channel.onPacket(done));
    for (let line = 0; line < MAX_CONSOLE_TEXTS + 50; line += 1) terminal.write(`line ${line}\n`);
    terminal.write(encodeConsoleFrame(packetOf(1)));
    await answer;
    expect(channel.consoleText()).toHaveLength(MAX_CONSOLE_TEXTS);
    expect(channel.consoleText()[0]?.text).toBe('line 50');
  });

  test('notices a hang-up once, and refuses to send after it', async () => {
    const terminal = await pty();
    const channel = await channelOn(terminal.path);
    const problems: CodedError[] = [];
    const closed = new Promise<void>((done) => {
      channel.onClose((problem) => {
        problems.push(problem);
        done();
      });
    });
    await terminal.hangUp();
    await closed;
    expect(channel.closed).toBe(true);
    const gone = { code: 'serial.port_gone', params: { path: terminal.path } };
    expect(await codeOf(channel.send(packetOf(1)))).toEqual(gone);
    expect(problems.map((problem) => problem.problem)).toEqual([gone]);
  });

  test('notices a hang-up even while nobody reads', async () => {
    const terminal = await pty();
    const line = await openSerialLine(terminal.path);
    cleanups.push(() => line.close());
    const gone = new Promise<void>((done) => line.onGone(done));
    await terminal.hangUp();
    await gone;
  });

  test('a close of our own is silent, and the port can be opened again', async () => {
    const terminal = await pty();
    const channel = await channelOn(terminal.path);
    let told = 0;
    channel.onClose(() => {
      told += 1;
    });
    await channel.close();
    expect(channel.closed).toBe(true);
    const again = await channelOn(terminal.path);
    const heard = packetsAt(terminal, 1);
    await again.send(packetOf(8));
    expect(await heard).toEqual([packetOf(8)]);
    expect(told).toBe(0);
  });
});

describe('a port that does not open', () => {
  test('is busy when it is open already', async () => {
    const terminal = await pty();
    await channelOn(terminal.path);
    expect(await codeOf(openSerialChannel(terminal.path))).toMatchObject({
      code: 'serial.port_busy',
      params: { path: terminal.path, system: 'linux', holder: 'none' },
    });
  });

  test('is missing when there is no such path, or when the path is no port', async () => {
    const terminal = await pty();
    const folder = dirname(terminal.path);
    const file = join(folder, 'file');
    await writeFile(file, 'text');
    for (const path of [join(folder, 'none'), folder, file]) {
      expect(await codeOf(openSerialChannel(path))).toMatchObject({
        code: 'serial.no_such_port',
        params: { path, system: 'linux' },
      });
    }
    await terminal.hangUp();
    const { path } = terminal;
    expect(await codeOf(openSerialChannel(path))).toMatchObject({
      code: 'serial.no_such_port',
      params: { path },
    });
  });

  test.each([
    ['nobody', 0o000, 0, 'none'],
    ['its group', 0o660, 20, 'dialout'],
    ['the superuser’s group, which nobody should join', 0o660, 0, 'none'],
  ])('is forbidden to strangers where it is kept for %s', async (_, mode, gid, group) => {
    const terminal = await pty();
    await chown(terminal.path, 0, gid);
    await chmod(terminal.path, mode);
    await chmod(dirname(terminal.path), 0o755);
    const script = `
      const { openSerialChannel } = await import(process.argv[1]);
      // Loads whatever is loaded late.
      await openSerialChannel(process.argv[2] + '-missing').catch(() => {});
      // Permissions do not bind root. The rights go only now: this folder itself may be closed to others.
      if (process.getuid() === 0) {
        process.setgroups([]);
        process.setgid(65534);
        process.setuid(65534);
      }
      await openSerialChannel(process.argv[2]).catch((error) => console.log(JSON.stringify(error.problem)));
    `;
    const module = resolve(import.meta.dirname, '../../../native/transport/serial/channel.ts');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script, module, terminal.path],
      { cwd: resolve(import.meta.dirname, '../../..') },
    );
    expect(JSON.parse(stdout)).toEqual({
      code: 'serial.permission_denied',
      params: { path: terminal.path, system: 'linux', group },
    });
  });

  test.each([
    ['locks it', [process.execPath, resolve(import.meta.dirname, '../../support/hold-port.ts')], 'node'],
    ['only reads it, and would take a part of the answers', ['tail', '-f'], 'tail'],
  ])('is busy when another program %s, which is named', async (_, words, holder) => {
    const terminal = await pty();
    const [program = '', ...args] = words;
    const child = spawn(program, [...args, terminal.path], { stdio: ['ignore', 'pipe', 'ignore'] });
    cleanups.push(async () => void child.kill());
    await held(terminal.path, child.pid);
    expect(await codeOf(openSerialChannel(terminal.path))).toEqual({
      code: 'serial.port_busy',
      params: { path: terminal.path, system: 'linux', holder, grabber: 'none' },
    });
    const ended = new Promise((done) => child.once('exit', done));
    child.kill();
    await ended;
    await channelOn(terminal.path); // free again
  });

  test('keeps DTR when it closes: the terminal is told not to hang up', async () => {
    const terminal = await pty();
    await channelOn(terminal.path);
    const { stdout } = await promisify(execFile)('stty', ['-a', '-F', terminal.path]);
    expect(stdout).toMatch(/-hupcl/);
    expect(stdout).toMatch(/-crtscts/);
    expect(stdout).toMatch(/cs8/);
  });

  test('is not opened at all after an abort', async () => {
    const terminal = await pty();
    const abort = AbortSignal.abort(new CodedError('commission.cancelled'));
    expect(await codeOf(openSerialChannel(terminal.path, { signal: abort }))).toEqual({
      code: 'commission.cancelled',
      params: {},
    });
    await channelOn(terminal.path); // still free
  });
});
