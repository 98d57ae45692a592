import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VirtualBench } from '../../../electron/cli/virtual-bench.ts';
import { parseArguments, UsageError } from '../../../electron/cli/virtual-device-arguments.ts';
import { CodedError } from '../../../electron/contract/errors.ts';
import { normalizeActivationCode, SealedSession, Spake2PlusProver } from '../../../native/pairing/index.ts';
import {
  type CborInput,
  type CborMap,
  decodeMap,
  encodeMap,
  encodePacket,
  type PacketChannel,
  packetData,
} from '../../../native/smp/index.ts';
import { openSerialChannel } from '../../../native/transport/index.ts';

const entry = new URL('../../../electron/cli/virtual-device.ts', import.meta.url).pathname;
let folder: string;
const running: ChildProcessWithoutNullStreams[] = [];
const channels: PacketChannel[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-virtual-'));
});

afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.close();
  for (const child of running.splice(0)) await ended(child, 'SIGTERM');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The command line of `npm run -s virtual-device`, with its lines. */
class VirtualDeviceProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #come: string[] = [];

  constructor(words: readonly string[]) {
    this.child = spawn(process.execPath, [entry, ...words]);
    running.push(this.child);
    this.#lines = createInterface({ input: this.child.stdout });
    this.#lines.on('line', (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#come.push(line);
      else next(line);
    });
  }

  async line(): Promise<Record<string, unknown>> {
    const come = this.#come.shift();
    return JSON.parse(come ?? (await new Promise<string>((resolve) => this.#waiting.push(resolve))));
  }

  control(what: Record<string, unknown>): Promise<Record<string, unknown>> {
    this.child.stdin.write(`${JSON.stringify(what)}\n`);
    return this.line();
  }
}

async function ended(child: ChildProcessWithoutNullStreams, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (signal !== undefined) child.kill(signal);
  return exit;
}

/** A bare client on the real `serialport`. */
class SerialApp {
  readonly channel: PacketChannel;
  seal: SealedSession | undefined;
  #sequence = 0;

  constructor(channel: PacketChannel) {
    this.channel = channel;
    channels.push(channel);
  }

  static async open(path: string): Promise<SerialApp> {
    return new SerialApp(await openSerialChannel(path));
  }

  async ask(op: number, command: number, data: CborInput = {}): Promise<CborMap> {
    this.#sequence += 1;
    const answer = new Promise<Uint8Array>((resolve) => {
      const stop = this.channel.onPacket((packet) => {
        stop();
        resolve(packet);
      });
    });
    const header = { op, version: 1, group: 64, sequence: this.#sequence, command };
    await this.channel.send(encodePacket(header, encodeMap(data)));
    return decodeMap(packetData(await answer));
  }

  async askSealed(op: number, command: number, data: CborInput = {}): Promise<CborMap> {
    const inner = encodePacket({ op, version: 1, group: 64, sequence: 1, command }, encodeMap(data));
    const sealed = this.seal?.seal(inner);
    const { n, c, err } = await this.ask(2, 2, { n: sealed?.n, c: sealed?.c });
    if (err !== undefined) return { err };
    const opened = this.seal?.open(n as number, c as Uint8Array);
    return decodeMap(packetData(opened ?? new Uint8Array()));
  }

  async pair(code: string, serial: string): Promise<void> {
    const { salt, rounds } = await this.ask(2, 1, { step: 0 });
    const prover = await Spake2PlusProver.create({
      password: normalizeActivationCode(code),
      idProver: 'doorstep',
      idVerifier: serial,
      context: 'doorstep pairing 1',
      salt: salt as Uint8Array,
      rounds: rounds as number,
    });
    const { y, cv } = await this.ask(2, 1, { step: 1, x: prover.shareP });
    const { confirmP, kShared } = prover.finish(y as Uint8Array, cv as Uint8Array);
    expect(await this.ask(2, 1, { step: 2, cp: confirmP })).toEqual({});
    this.seal = SealedSession.fromSharedKey(kShared, 'app');
  }
}

describe('npm run virtual-device', () => {
  it('keeps a hub and locks alive on real pseudo-terminals, and obeys controls', async () => {
    const [hubPath, lockPath] = [join(folder, 'hub'), join(folder, 'lock, 1')];
    const bench = new VirtualDeviceProcess(
      `iq --pty ${hubPath} --serial IQ3-000001 --code 04.A2.FF --mac 04.A2.FE lock --radio rf_net --mac 22.33.44 lock`
        .split(' ')
        .concat('--pty', lockPath),
    );
    expect(await bench.line()).toEqual({
      kind: 'iq',
      path: hubPath,
      serial: 'IQ3-000001',
      activationCode: '04.A2.FF',
      mac: '04.A2.FE',
      model: 'IQ3',
    });
    expect(await bench.line()).toMatchObject({ kind: 'lock', path: null, mac: '22.33.44', radio: 'rf_net' });
    expect(await bench.line()).toMatchObject({ kind: 'lock', path: lockPath, radio: 'blue_net' });

    const app = await SerialApp.open(hubPath);
    expect(await app.ask(0, 0)).toMatchObject({ serial: 'IQ3-000001', state: 0 });
    await app.pair('04.a2.ff', 'IQ3-000001');
    expect(await app.askSealed(2, 3, { arm: 180 })).toEqual({ left: 180 });
    await app.askSealed(2, 9, { rev: 0, items: [{ id: '22.33.44', type: 3 }] });
    await app.askSealed(2, 10, { id: '22.33.44', type: 3 });
    expect(await bench.control({ do: 'card', mac: '22.33.44' })).toEqual({
      ok: true,
      do: 'card',
      mac: '22.33.44',
      online: true,
    });
    expect(await app.askSealed(0, 10, { id: '22.33.44' })).toMatchObject({ state: 'attached' });
    await app.askSealed(2, 3, { commit: true });
    expect(await bench.control({ do: 'stats', mac: '04.A2.FE' })).toMatchObject({
      writes: { pair: 3, failsafe: 2, tree: 1, attach: 1 },
      state: 2,
      flash: { tree: { rev: 1 }, attachments: { '22.33.44': 'attached' }, end: 'committed' },
    });

    // A hang-up is seen, and the same path takes the next one: keys die with the connection (A11).
    await app.channel.close();
    const again = await SerialApp.open(hubPath);
    again.seal = app.seal;
    expect(await again.askSealed(0, 15)).toEqual({ err: { group: 64, rc: 5 } });

    // The cable out: the app sees it; and in again.
    const gone = new Promise((resolve) => again.channel.onClose(({ code }) => resolve(code)));
    expect(await bench.control({ do: 'unplug', mac: '04.A2.FE' })).toMatchObject({ ok: true });
    expect(await gone).toBe('serial.port_gone');
    expect(existsSync(hubPath)).toBe(false);
    expect(await bench.control({ do: 'plug', mac: '04.A2.FE' })).toMatchObject({ ok: true, path: hubPath });
    expect(await (await SerialApp.open(hubPath)).ask(0, 0)).toMatchObject({ state: 2 });

    expect(await bench.control({ do: 'fault', mac: '04.A2.FE', set: { kind: 'nonsense' } })).toMatchObject({
      ok: false,
    });
    expect(await bench.control({ do: 'stats' })).toMatchObject({ ok: false });
    expect(await bench.control({ do: 'quit' })).toEqual({ ok: true, do: 'quit' });
    expect(await ended(bench.child)).toBe(0);
    expect(existsSync(hubPath) || existsSync(lockPath)).toBe(false);
  });

  it('keeps its memory in a file, without the code', async () => {
    const [path, flash] = [join(folder, 'kept'), join(folder, 'flash.json')];
    const words = ['iq', '--pty', path, '--code', 'C0FFEE99', '--flash', flash];
    const first = new VirtualDeviceProcess(words);
    const { serial } = await first.line();
    const app = await SerialApp.open(path);
    await app.pair('C0FFEE99', serial as string);
    await app.askSealed(2, 3, { arm: 60 });
    await app.askSealed(2, 9, { rev: 0, items: [{ id: '22.33.44', type: 3 }] });
    await app.askSealed(2, 3, { commit: true });
    await app.askSealed(2, 3, { arm: 60 });
    await app.askSealed(2, 9, { rev: 1, items: [] });
    await ended(first.child, 'SIGKILL');
    expect(readFileSync(flash, 'utf8')).not.toContain('C0FFEE99');
    expect(statSync(flash).mode & 0o077).toBe(0);

    const second = new VirtualDeviceProcess(words);
    await second.line();
    expect(await second.control({ do: 'stats' })).toMatchObject({
      state: 2,
      flash: { end: 'rolled_back', armed: false, tree: { rev: 1, items: [{ id: '22.33.44' }] } },
    });
  });

  it('takes its links away on SIGTERM, and what a killed one left behind', async () => {
    const path = join(folder, 'left');
    symlinkSync('/dev/pts/does-not-exist', path);
    const bench = new VirtualDeviceProcess(['iq', '--pty', path]);
    await bench.line();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(existsSync(path)).toBe(true);
    expect(await ended(bench.child, 'SIGTERM')).toBe(0);
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('ends with standard input only where it is told to', async () => {
    const stays = new VirtualDeviceProcess(['iq']);
    const goes = new VirtualDeviceProcess(['iq', '--until-stdin-ends']);
    await stays.line();
    await goes.line();
    stays.child.stdin.end();
    goes.child.stdin.end();
    expect(await ended(goes.child)).toBe(0);
    expect(stays.child.exitCode).toBeNull();
  });

  it.each([
    ['no device', []],
    ['an unknown kind', ['hub']],
    ['an unknown option', ['iq', '--colour', 'red']],
    ['an option without its value', ['iq', '--pty']],
    ['an unknown radio', ['lock', '--radio', 'wifi']],
  ])('refuses %s', (_name, words) => {
    expect(() => parseArguments(words)).toThrow(UsageError);
  });

  it.each([
    ['a mac that is none', ['iq', '--mac', '1'], UsageError],
    ['a model of another kind', ['lock', '--model', 'IQ3'], UsageError],
    ['a code that is none', ['iq', '--code', '...'], CodedError],
    ['a mac twice', ['iq', '--mac', '00.00.01', 'iq', '--mac', '00.00.01'], UsageError],
  ] as const)('refuses %s', async (_name, words, error) => {
    const bench = new VirtualBench();
    const addAll = async () => {
      for (const device of parseArguments(words).devices) await bench.add(device);
    };
    await expect(addAll()).rejects.toThrow(error);
    await bench.close();
  });

  it('says what is wrong and exits 2', () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [entry, 'hub'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('hub is no device');
  });

  it('touches no file that stands at its path', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'mine');
    const { status } = spawnSync(process.execPath, [entry, 'iq', '--pty', path], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('without socat says what to install and exits 2', () => {
    const { status, stderr } = spawnSync(process.execPath, [entry, 'iq', '--pty', join(folder, 'none')], {
      encoding: 'utf8',
      env: { PATH: folder },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('apt-get install socat');
  });
});
