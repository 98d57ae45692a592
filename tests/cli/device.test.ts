import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeImage } from '../../native/virtual/index.ts';
import { type Program, startProgram } from '../e2e/support/program.ts';
import { openPty, type Pty } from '../native/transport/pty.ts';
import { SmpStranger, type StrangerOptions } from '../support/smp-stranger.ts';
import { doorstep, doorstepJson } from './doorstep.ts';
import { onTerminal } from './terminal.ts';

/** The command line for one device, as a process on real pseudo-terminals. */

const CODE = '04.A2.FF';
let folder: string;
let hub: string;
let lock: string;
let devices: Program;
let codeFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-cli-'));
  hub = join(folder, 'hub');
  lock = join(folder, 'lock');
  codeFile = join(folder, 'code');
  writeFileSync(codeFile, `04:a2:ff\nand more\n`);
  devices = startProgram('electron/cli/virtual-device.ts', [
    ...['iq', '--pty', hub, '--code', CODE, '--serial', 'IQ3-000001', '--mac', CODE],
    ...['lock', '--pty', lock],
  ]);
  await devices.line((line) => line.includes('"lock"'), 'the devices');
}, 60_000);

afterAll(async () => {
  await devices.stop();
  rmSync(folder, { recursive: true });
});

const onHub = (...words: string[]) => ['device', '--port', hub, ...words];
/** The try that a wrong code costs is given back by the next right one; every test leaves five. */
const rightCode = () => doorstepJson(onHub('pair'), { input: CODE });

describe('doorstep device, on a hub of ours', () => {
  it('is spoken to in the open as far as the hub allows it', async () => {
    expect(await doorstep(onHub('echo', 'hello ä'))).toEqual({ code: 0, stdout: 'hello ä\n', stderr: '' });
    expect(await doorstepJson(onHub('params'))).toEqual({
      code: 0,
      json: { bufSize: 2048, bufCount: 4, told: true },
    });
    expect((await doorstepJson(onHub('info'))).json.output).toMatch(/IQ3/);
    expect((await doorstepJson(onHub('identity'))).json).toMatchObject({
      kind: 'iq',
      state: 'factory',
      mac: CODE,
      serial: 'IQ3-000001',
    });
  }, 60_000);

  it('asks again inside the seal where the hub refuses, with the code from a file or a pipe', async () => {
    const byFile = await doorstepJson([...onHub('images'), '--code-file', codeFile]);
    expect(byFile).toMatchObject({ code: 0, json: { images: [{ slot: 0, active: true, confirmed: true }] } });
    const byPipe = await doorstepJson([...onHub('health'), '--code-file', '-'], { input: `${CODE}\n` });
    expect(byPipe).toMatchObject({ code: 0, json: { led: expect.any(String), dropped: 0, discarded: {} } });
    const log = await doorstepJson([...onHub('log', '--after', '1'), '--code-file', codeFile]);
    const entries = log.json.entries as { i: number; code: string }[];
    expect(entries[0]).toMatchObject({ i: 2, code: 'paired' });
  }, 60_000);

  it('says what is missing where nobody can be asked, and spends no try', async () => {
    const before = await devices.ask({ do: 'stats', mac: CODE });
    const refused = await doorstep(onHub('images'));
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('device.access_denied');
    expect(refused.stderr).toContain('--code-file');
    const missing = await doorstepJson([...onHub('health'), '--code-file', join(folder, 'none')]);
    expect(missing).toMatchObject({ code: 1, json: { problem: { code: 'pairing.code_unreadable' } } });
    const empty = await doorstepJson(onHub('pair'), { input: ' .: \n' });
    expect(empty).toMatchObject({ code: 1, json: { problem: { code: 'pairing.code_empty' } } });
    const after = await devices.ask({ do: 'stats', mac: CODE });
    expect((after.writes as Record<string, number>).pair).toBe(
      (before.writes as Record<string, number>).pair,
    );
  }, 60_000);

  it('tells the tries left on a wrong code, never tries by itself, and never prints the code', async () => {
    const wrong = await doorstep(onHub('pair'), { input: '99.99.99' });
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain('4 tries are left');
    expect(wrong.stdout + wrong.stderr).not.toMatch(/99.?99.?99/);
    const again = await doorstepJson(onHub('pair'), { input: '99.99.99' });
    expect(again).toMatchObject({
      code: 3,
      json: { problem: { code: 'pairing.wrong_code', params: { left: 3 } } },
    });
    expect(await rightCode()).toMatchObject({
      code: 0,
      json: { paired: true, identity: { kind: 'iq', serial: 'IQ3-000001' } },
    });
    const fresh = await doorstepJson(onHub('pair'), { input: '99.99.99' });
    expect(fresh.json).toMatchObject({ problem: { params: { left: 4 } } });
    await rightCode();
  }, 60_000);

  it('asks for the code on a terminal without showing it, and takes corrections', async () => {
    const { code, text } = await onTerminal(onHub('pair'), 'Activation code', `9${'\u007f'}${CODE}\r`);
    expect(code).toBe(0);
    expect(text).toContain('The code is right');
    expect(text).not.toContain(`9${CODE}`);
    expect(text.split('Proved')[0]).not.toContain(CODE);
    const left = await onTerminal(onHub('pair'), 'Activation code', '04\u0003');
    expect(left.code).not.toBe(0); // socat turns 130 into its own
    expect(left.text).toContain('commission.cancelled');
  }, 60_000);

  it('sends firmware sealed, has it tried, and keeps it', async () => {
    const file = join(folder, 'firmware.bin');
    writeFileSync(file, makeImage({ version: [2, 1, 0], bodyBytes: 20_000 }));
    const known = ['--code-file', codeFile];
    const sent = await doorstepJson([...onHub('upload', file, '--test'), ...known]);
    expect(sent).toMatchObject({
      code: 0,
      json: { uploaded: expect.any(Number), tried: expect.any(String) },
    });
    const { tried } = sent.json;
    const before = await doorstepJson([...onHub('images'), ...known]);
    expect(before.json.images).toContainEqual(
      expect.objectContaining({ version: '2.1.0', hash: tried, pending: true, active: false }),
    );
    await doorstep([...onHub('reset'), ...known]);
    const kept = await untilAnswered([...onHub('images', '--confirm'), ...known]);
    expect(kept.json.images).toContainEqual(
      expect.objectContaining({ version: '2.1.0', hash: tried, active: true, confirmed: true }),
    );
  }, 120_000);

  it('restarts it, sealed', async () => {
    const reset = await doorstepJson([...onHub('reset'), '--code-file', codeFile]);
    expect(reset).toEqual({ code: 0, json: { reset: true } });
  }, 60_000);

  it('proves the public code of a lock by itself', async () => {
    const health = await doorstepJson(['device', '--port', lock, 'health']);
    expect(health).toMatchObject({ code: 0, json: { bat: expect.any(Number) } });
  }, 60_000);
});

/** A device that restarts answers nothing for a moment: asks until it does. */
async function untilAnswered(args: readonly string[]): ReturnType<typeof doorstepJson> {
  for (;;) {
    const ended = await doorstepJson(args);
    const { problem } = ended.json as { problem?: { code: string } };
    if (problem?.code !== 'device.timeout') return ended;
  }
}

describe('doorstep device, wrong use', () => {
  it.each([
    [['device', 'echo', 'hi'], '--port'],
    [['device', '--port', 'a', '--ble', 'b', 'echo', 'hi'], 'cannot be used with'],
    [['device', '--port', 'a', 'log', '--after', '-1'], 'whole number'],
    [['devices', '--seconds', 'x'], 'whole number'],
    [['device', '--port', 'a', 'nonsense'], 'nonsense'],
  ])('%s: told, exit code 2', async (args, what) => {
    const { code, stderr } = await doorstep(args);
    expect(code).toBe(2);
    expect(stderr).toContain(what);
    expect(stderr).not.toContain('app.internal');
  });

  it('a port that is missing has a code and words', async () => {
    const { code, json } = await doorstepJson(['device', '--port', join(folder, 'none'), 'echo', 'hi']);
    expect(code).toBe(1);
    expect(json).toMatchObject({ problem: { code: 'serial.no_such_port', message: expect.any(String) } });
  });

  it('a file that cannot be an upload is told before anybody is asked', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, makeImage({ version: [1, 0, 0], bodyBytes: 500 }).subarray(0, 400));
    for (const [file, code] of [
      [empty, 'firmware.file_unreadable'],
      [join(folder, 'none'), 'firmware.file_unreadable'],
      [folder, 'firmware.file_unreadable'],
      [damaged, 'firmware.damaged'],
    ] as const) {
      const told = await doorstepJson(onHub('upload', file));
      expect(told).toMatchObject({ code: 1, json: { problem: { code } } });
    }
  }, 30_000);

  it('teaches with examples', async () => {
    const { code, stdout } = await doorstep(['device', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('doorstep device --port /dev/ttyACM0 echo hello');
  });
});

describe('doorstep devices', () => {
  it('lists what is there, and says how Bluetooth is', async () => {
    const { code, json } = await doorstepJson(['devices', '--seconds', '1']);
    expect(code).toBe(0);
    expect(json).toMatchObject({ devices: expect.any(Array), otherPorts: expect.any(Array) });
    expect(['on', 'off', 'absent', 'forbidden', 'unknown']).toContain(json.bluetooth);
  }, 30_000);
});

const ZEPHYR: StrangerOptions = {
  version: 2,
  bufSize: 384,
  tellsParameters: true,
  indefinite: true,
  chatter: '[00:00:01.234,000] <inf> app: still here\r\n',
};
const MYNEWT: StrangerOptions = {
  version: 1,
  bufSize: 256,
  tellsParameters: false,
  indefinite: true,
};

describe.each([
  ['of version 2 with a small buffer', ZEPHYR],
  ['of version 1 without parameters', MYNEWT],
] as const)('doorstep device, on a stranger’s board %s', (_, kind) => {
  let terminal: Pty;
  let board: SmpStranger;
  const onBoard = (...words: string[]) => ['device', '--port', terminal.path, ...words];

  beforeAll(async () => {
    terminal = await openPty();
    board = new SmpStranger(kind, (bytes) => terminal.write(bytes));
    terminal.onData((bytes) => board.push(bytes));
  });
  afterAll(() => terminal.dispose());
  afterEach(() => {
    // Nothing that was sent was over the board's buffer or the specification's line.
    expect({ tooLong: board.tooLong, longLines: board.longLines }).toEqual({ tooLong: 0, longLines: 0 });
  });

  it('echoes, and refuses a text that does not fit before it is sent', async () => {
    expect(await doorstepJson(onBoard('echo', 'hi'))).toEqual({ code: 0, json: { echo: 'hi' } });
    const long = 'x'.repeat(kind.bufSize - 20);
    expect((await doorstepJson(onBoard('echo', long))).json).toEqual({ echo: long });
    const tooLong = await doorstepJson(onBoard('echo', 'x'.repeat(kind.bufSize)));
    expect(tooLong).toMatchObject({ code: 1, json: { problem: { code: 'device.too_large' } } });
  }, 60_000);

  it('tells its parameters, or what is used in their place', async () => {
    const { json } = await doorstepJson(onBoard('params'));
    expect(json).toEqual(
      kind.tellsParameters
        ? { bufSize: 384, bufCount: 4, told: true }
        : { bufSize: 256, bufCount: 1, told: false },
    );
  }, 60_000);

  it('tells its software, without steering the terminal; or that it cannot', async () => {
    const info = await doorstep(onBoard('info'));
    if (kind.tellsParameters) {
      expect(info.stdout).toBe('Zephyr stranger 4.1.0 \ufffd[2Jarm\n');
    } else {
      expect(info.code).toBe(1);
      expect(info.stderr).toContain('device.not_supported');
    }
  }, 60_000);

  it('lists its images and restarts', async () => {
    const { json } = await doorstepJson(onBoard('images'));
    expect(json).toMatchObject({ images: [{ image: 0, slot: 0, version: '1.2.3', active: true }] });
    expect(await doorstepJson(onBoard('reset'))).toEqual({ code: 0, json: { reset: true } });
    expect(board.resets).toBe(1);
  }, 60_000);

  it('takes any file, piece by piece, goes on after an interruption, and has it tried', async () => {
    const file = join(folder, 'plain.bin');
    const bytes = Buffer.from(Array.from({ length: 9_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
    writeFileSync(file, bytes);
    const interrupted = await doorstep(onBoard('upload', file), {
      onStart: (interrupt) => {
        board.onPiece = (off) => {
          if (off <= 3_000) return;
          // Once: a second interrupt ends the program at once, as a person who presses it twice wants.
          board.onPiece = () => {};
          interrupt();
        };
      },
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain('commission.cancelled');
    const sentBefore = board.imageBytes;
    expect(sentBefore).toBeLessThan(bytes.length);
    const { code, json } = await doorstepJson(onBoard('upload', file, '--test'));
    expect({ code, json }).toMatchObject({ code: 0, json: { uploaded: 9_000 } });
    expect(json.resumedAt).toBeGreaterThanOrEqual(3_000);
    // Only the question where to go on was sent beside what was missing.
    expect(board.imageBytes - sentBefore).toBeLessThanOrEqual(bytes.length - Number(json.resumedAt) + 32);
    expect(board.uploaded?.equals(bytes)).toBe(true);
    expect(board.images[1]).toMatchObject({ pending: true, confirmed: false });
  }, 60_000);

  it('is told to be none of ours where that is needed', async () => {
    for (const command of ['identity', 'health', 'log', 'pair']) {
      const { code, json } = await doorstepJson(onBoard(command), { input: CODE });
      expect({ command, code, json }).toMatchObject({
        code: 1,
        json: { problem: { code: 'device.not_supported' } },
      });
    }
  }, 60_000);
});
