import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';
import type { CborInput, CborMap } from '../../../native/smp/index.ts';
import { flashFile, makeImage } from '../../../native/virtual/index.ts';
import { type Answer, type App, Bench, rc } from './bench.ts';

const image = readFirmwareImage(makeImage({ version: [2, 1, 0], bodyBytes: 3_000 }), 'two');
const other = readFirmwareImage(makeImage({ version: [3, 0, 0], bodyBytes: 2_000 }), 'three');
const [BAD_STATE, INVALID, SIZE, NO_ENTRY] = [rc(6), rc(3), rc(7), rc(5)];
const PIECE = 1_000;

async function pairedIq(options: { path?: string } = {}) {
  const bench = new Bench();
  const start = () => bench.iq({}, options.path === undefined ? {} : { flashStore: flashFile(options.path) });
  const device = start();
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app, start };
}

const upload = (app: App, data: CborInput) => app.sealedWhile({ op: 2, group: 1, command: 1, data }, 5);
const mark = (app: App, data: CborInput) => app.sealed({ op: 2, group: 1, command: 0, data });
const begin = (app: App, { bytes, sha } = image, size = PIECE) =>
  upload(app, { len: bytes.length, off: 0, sha, data: bytes.subarray(0, size) });
const next = (app: App, off: number, { bytes } = image, size = PIECE) =>
  upload(app, { off, data: bytes.subarray(off, off + size) });

async function slots(app: App): Promise<Record<string, unknown>[]> {
  const state = (await app.sealed({ op: 0, group: 1, command: 0 })) as CborMap;
  return state.images as unknown as Record<string, unknown>[];
}

async function uploadAll(app: App, whole = image): Promise<Answer> {
  let answer = await begin(app, whole);
  while (answer !== 'silence' && Number(answer.off) < whole.bytes.length) {
    answer = await next(app, Number(answer.off), whole);
  }
  return answer;
}

async function restart(bench: Bench, app: App): Promise<void> {
  await app.sealed({ op: 2, group: 0, command: 5 });
  await bench.clock.pass(2);
  await app.pairWith();
}

describe('A14 upload', () => {
  it('takes piece after piece, and at the end says whether the whole is what was announced', async () => {
    const { app } = await pairedIq();
    expect(await begin(app)).toEqual({ off: PIECE });
    expect(await next(app, PIECE)).toEqual({ off: 2 * PIECE });
    expect(await next(app, 2 * PIECE)).toEqual({ off: 3 * PIECE });
    expect(await next(app, 3 * PIECE)).toEqual({ off: image.bytes.length, match: true });
    expect(await slots(app)).toMatchObject([
      { slot: 0, version: '1.0.0', active: true, confirmed: true },
      { slot: 1, version: '2.1.0', hash: image.hash, bootable: true, active: false, pending: false },
    ]);
  });

  it('takes only the piece that follows, and says where it is', async () => {
    const { app } = await pairedIq();
    await begin(app);
    expect(await next(app, 2 * PIECE)).toEqual({ off: PIECE });
    expect(await next(app, 10)).toEqual({ off: PIECE });
    expect(await next(app, PIECE)).toEqual({ off: 2 * PIECE });
  });

  it('goes on with the same content, and begins anew with another', async () => {
    const { app } = await pairedIq();
    await begin(app);
    await next(app, PIECE);
    expect(await begin(app)).toEqual({ off: 2 * PIECE });
    expect(await begin(app, other)).toEqual({ off: PIECE });
    expect(await begin(app)).toEqual({ off: PIECE });
  });

  it('keeps what has come through restart and power cut, in its flash file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorstep-slot-'));
    try {
      const { bench, app, device, start } = await pairedIq({ path: join(folder, 'iq.json') });
      await begin(app);
      await restart(bench, app);
      expect(await next(app, PIECE)).toEqual({ off: 2 * PIECE });
      device.powerOff();
      const again = bench.app(start());
      await again.pairWith();
      expect(await begin(again)).toEqual({ off: 2 * PIECE });
      await next(again, 2 * PIECE);
      expect(await next(again, 3 * PIECE)).toEqual({ off: image.bytes.length, match: true });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('knows what it holds whole: nothing of it has to be sent again', async () => {
    const { app } = await pairedIq();
    await uploadAll(app);
    expect(await begin(app)).toEqual({ off: image.bytes.length, match: true });
  });

  it('knows of no upload after it is through, and asks for the beginning', async () => {
    const { app } = await pairedIq();
    expect(await next(app, 500)).toEqual({ off: 0 });
  });

  it('refuses what is no image, what does not fit, and a piece beyond the end', async () => {
    const { app } = await pairedIq();
    const { sha } = image;
    expect(await upload(app, { len: 100, off: 0, sha, data: new Uint8Array(50) })).toEqual(INVALID);
    expect(await upload(app, { len: 100, off: 0, data: image.bytes.subarray(0, 50) })).toEqual(INVALID);
    expect(await upload(app, { len: 100, off: 0, sha, data: image.bytes.subarray(0, 31) })).toEqual(INVALID);
    expect(await upload(app, { len: 2 ** 31, off: 0, sha, data: image.bytes.subarray(0, 50) })).toEqual(SIZE);
    await begin(app);
    expect(await upload(app, { off: PIECE, data: new Uint8Array(1_900) })).toEqual({ off: PIECE + 1_900 });
    expect(await upload(app, { off: PIECE + 1_900, data: new Uint8Array(1_000) })).toEqual(INVALID);
    expect(await slots(app)).toHaveLength(1);
  });

  it('refuses a whole with another hash than announced, or with none of its own', async () => {
    const { app, device } = await pairedIq();
    const bytes = new Uint8Array(image.bytes);
    bytes[2_000] = (bytes[2_000] ?? 0) ^ 1;
    expect(await uploadAll(app, { ...image, bytes })).toEqual({ off: bytes.length, match: false });
    device.faults.set({ kind: 'wrong_image_hash' });
    expect(await uploadAll(app)).toEqual({ off: image.bytes.length, match: false });
    expect(await slots(app)).toHaveLength(1);
    device.faults.clear();
    expect(await begin(app)).toEqual({ off: PIECE });
  });

  it('takes its time to write, and more with slow flash', async () => {
    const { app, device, bench } = await pairedIq();
    await begin(app);
    device.faults.set({ kind: 'slow_flash', ms: 1_500 });
    const piece = {
      op: 2,
      group: 1,
      command: 1,
      data: { off: PIECE, data: image.bytes.subarray(1_000, 2_000) },
    };
    const before = bench.clock.ticks();
    expect(await app.sealedWhile(piece, 1)).toBe('silence');
    await bench.clock.pass(1);
    expect(bench.clock.ticks() - before).toBe(2_000);
    expect(await begin(app)).toEqual({ off: 2 * PIECE });
  });
});

describe('A14 test, confirm, roll back', () => {
  it('a tested image runs after the restart, and goes with the next one unless it is confirmed', async () => {
    const { bench, app, device } = await pairedIq();
    await uploadAll(app);
    expect(await mark(app, { hash: image.hash, confirm: false })).toMatchObject({
      images: [{ active: true }, { pending: true, permanent: false }],
    });
    await restart(bench, app);
    expect(device.firmware).toBe('2.1.0');
    expect(await app.identity()).toMatchObject({ fw: '2.1.0' });
    expect(await app.sealed({ op: 0, group: 0, command: 7 })).toMatchObject({
      output: expect.stringContaining('2.1.0'),
    });
    expect(await slots(app)).toMatchObject([
      { version: '2.1.0', active: true, confirmed: false },
      { version: '1.0.0', active: false, confirmed: true },
    ]);
    await restart(bench, app);
    expect(await app.identity()).toMatchObject({ fw: '1.0.0' });
  });

  it('a confirmed one stays', async () => {
    const { bench, app } = await pairedIq();
    await uploadAll(app);
    await mark(app, { hash: image.hash, confirm: false });
    await restart(bench, app);
    expect(await mark(app, { confirm: true })).toMatchObject({
      images: [{ active: true, confirmed: true }, {}],
    });
    await restart(bench, app);
    expect(await app.identity()).toMatchObject({ fw: '2.1.0' });
  });

  it('one that is marked for good needs no confirmation', async () => {
    const { bench, app } = await pairedIq();
    await uploadAll(app);
    expect(await mark(app, { hash: image.hash, confirm: true })).toMatchObject({
      images: [{}, { pending: true, permanent: true }],
    });
    await restart(bench, app);
    expect(await slots(app)).toMatchObject([{ version: '2.1.0', confirmed: true }, {}]);
  });

  it('one that does not start is gone at once', async () => {
    const { bench, app, device } = await pairedIq();
    device.faults.set({ kind: 'image_does_not_start' });
    await uploadAll(app);
    await mark(app, { hash: image.hash, confirm: false });
    await restart(bench, app);
    expect(await slots(app)).toMatchObject([
      { version: '1.0.0', active: true, confirmed: true },
      { version: '2.1.0', pending: false },
    ]);
  });

  it('nobody writes over what is planned or what may be gone back to', async () => {
    const { bench, app } = await pairedIq();
    await uploadAll(app);
    await mark(app, { hash: image.hash, confirm: false });
    expect(await begin(app, other)).toEqual(BAD_STATE);
    await restart(bench, app);
    expect(await begin(app, other)).toEqual(BAD_STATE);
    expect(await app.sealedWhile({ op: 2, group: 1, command: 5 }, 5)).toEqual(BAD_STATE);
    await mark(app, { confirm: true });
    expect(await begin(app, other)).toEqual({ off: PIECE });
  });

  it('marks only what is there', async () => {
    const { app } = await pairedIq();
    expect(await mark(app, { hash: image.hash, confirm: false })).toEqual(NO_ENTRY);
    expect(await mark(app, { confirm: false })).toEqual(INVALID);
    expect(await mark(app, {})).toEqual(INVALID);
  });

  it('erases the slot that does not run', async () => {
    const { app } = await pairedIq();
    await uploadAll(app);
    expect(await app.sealedWhile({ op: 2, group: 1, command: 5, data: { slot: 0 } }, 5)).toEqual(INVALID);
    expect(await app.sealedWhile({ op: 2, group: 1, command: 5 }, 5)).toEqual({});
    expect(await slots(app)).toHaveLength(1);
  });
});

describe('A14 and the failsafe', () => {
  it('is refused while armed, and a roll-back leaves the images alone', async () => {
    const { app } = await pairedIq();
    await uploadAll(app);
    await app.write('failsafe', { arm: 60 });
    expect(await begin(app, other)).toEqual(BAD_STATE);
    expect(await mark(app, { hash: image.hash, confirm: false })).toEqual(BAD_STATE);
    expect(await app.sealedWhile({ op: 2, group: 1, command: 5 }, 5)).toEqual(BAD_STATE);
    await app.write('failsafe', { disarm: true });
    expect(await slots(app)).toHaveLength(2);
  });
});
