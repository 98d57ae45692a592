import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SmpServer, type UploadOptions, uploadImage } from '../../../native/devices/index.ts';
import { STALLS_ALLOWED } from '../../../native/devices/upload-image.ts';
import { SealedSession } from '../../../native/pairing/index.ts';
import {
  type CborInput,
  ConsoleReceiver,
  decodeHeader,
  decodeMap,
  encodeConsoleFrame,
  encodeMap,
  encodePacket,
  type PacketChannel,
  packetData,
} from '../../../native/smp/index.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { SmpStranger, type StrangerOptions } from '../../support/smp-stranger.ts';
import { codeOf } from './bench.ts';

const FILE = Uint8Array.from({ length: 20_011 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);

const SHA = new Uint8Array(createHash('sha256').update(FILE).digest());
const NEVER = new AbortController().signal;
const ZEPHYR: StrangerOptions = { version: 2, bufSize: 400, tellsParameters: true, indefinite: true };
const MYNEWT: StrangerOptions = { version: 1, bufSize: 256, tellsParameters: false, indefinite: true };

/** A stranger's board on a line that can lose whole frames. */
class Line {
  readonly clock = new JumpingClock();
  board: SmpStranger;
  readonly server: SmpServer;
  /** Told of each frame towards the board; false loses it. */
  passes: (nth: number) => boolean = () => true;
  /** The same for its answers. */
  answers: (nth: number) => boolean = () => true;
  answered = 0;
  readonly #options: StrangerOptions;
  readonly #receiver: ConsoleReceiver;
  unanswered = 0;
  mostUnanswered = 0;
  frames = 0;
  #onPacket: (packet: Uint8Array) => void = () => {};

  constructor(options: StrangerOptions) {
    this.#options = options;
    this.#receiver = new ConsoleReceiver({
      maxPacketBytes: 4096,
      now: this.clock.ticks,
      onPacket: (answer) => {
        this.unanswered -= 1;
        this.answered += 1;
        if (this.answers(this.answered)) this.#onPacket(answer);
      },
    });
    this.board = this.fresh();
    const channel: PacketChannel = {
      transport: 'usb',
      label: 'line',
      send: async (bytes) => {
        this.frames += 1;
        this.unanswered += 1;
        this.mostUnanswered = Math.max(this.mostUnanswered, this.unanswered);
        const passes = this.passes(this.frames);
        queueMicrotask(() => (passes ? this.board.push(encodeConsoleFrame(bytes)) : undefined));
      },
      onPacket: (listener) => {
        this.#onPacket = listener;
        return () => {};
      },
      onClose: () => () => {},
      setMaxPacketBytes: () => {},
      close: async () => {},
      closed: false,
      discarded: () => ({}),
    };
    this.server = new SmpServer(channel, { clock: this.clock });
  }

  /** A board that remembers nothing. */
  fresh(): SmpStranger {
    return new SmpStranger(this.#options, (bytes) => this.#receiver.push(Buffer.from(bytes)));
  }

  upload(rest: Partial<UploadOptions> = {}): ReturnType<typeof uploadImage> {
    const work = async () => {
      await this.server.askParameters();
      this.mostUnanswered = 0;
      this.unanswered = 0;
      return uploadImage({ server: this.server, bytes: FILE, sha: SHA, signal: NEVER, ...rest });
    };
    return this.clock.run(work());
  }
}

describe('an upload', () => {
  test.each([
    ['a version 2 board', ZEPHYR],
    ['a version 1 board that tells no parameters', MYNEWT],
  ])('to %s arrives whole, each byte sent once', async (_, options) => {
    const line = new Line(options);
    const told: number[] = [];
    const result = await line.upload({ onProgress: (sent) => told.push(sent) });
    expect(line.board.uploaded?.equals(FILE)).toBe(true);
    expect(result).toEqual({ resumedAt: 0, sentBytes: FILE.length });
    expect(line.board.imageBytes).toBe(FILE.length);
    expect([line.board.tooLong, line.board.longLines]).toEqual([0, 0]);
    expect(told.at(-1)).toBe(FILE.length);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  test('keeps as many requests in flight as the board has buffers, but one for the answer', async () => {
    const zephyr = new Line(ZEPHYR);
    await zephyr.upload();
    expect(zephyr.mostUnanswered).toBe(3);
    const mynewt = new Line(MYNEWT);
    await mynewt.upload();
    expect(mynewt.mostUnanswered).toBe(1);
  });

  test('goes on where the board says after a request was lost in the middle', async () => {
    const line = new Line(ZEPHYR);
    line.passes = (nth) => nth !== 20;
    const { sentBytes } = await line.upload();
    expect(line.board.uploaded?.equals(FILE)).toBe(true);
    // Sent again is what was lost and what was in flight behind it, no more.
    expect(sentBytes).toBeLessThan(FILE.length + 3 * 400);
  });

  test('a board that falls silent is given up after a bounded number of tries, and then gone on with', async () => {
    const line = new Line(ZEPHYR);
    line.board.answersLeft = 10;
    expect(await codeOf(line.upload())).toBe('firmware.stalled');
    const had = line.board.imageBytes;
    expect(line.frames).toBeLessThan(1 + 10 + 3 + STALLS_ALLOWED + 1);
    line.board.answersLeft = undefined;
    const { resumedAt } = await line.upload();
    expect(resumedAt).toBeGreaterThan(3000);
    expect(line.board.uploaded?.equals(FILE)).toBe(true);
    // The header that asks, and what had no answer: nothing that the board has is sent again.
    expect(line.board.imageBytes - had).toBe(FILE.length - resumedAt + 32);
  });

  test('is told anew from its beginning to a board that forgot everything', async () => {
    const line = new Line(ZEPHYR);
    line.passes = (nth) => {
      if (nth === 25) line.board = line.fresh();
      return true;
    };
    await line.upload();
    expect(line.board.uploaded?.equals(FILE)).toBe(true);
  });

  test('ends at once when it is cancelled', async () => {
    const line = new Line(ZEPHYR);
    const controller = new AbortController();
    const onProgress = (sent: number) => sent > 6000 && controller.abort();
    expect(await codeOf(line.upload({ signal: controller.signal, onProgress }))).toBe('commission.cancelled');
    const { frames } = line;
    await line.clock.pass(60_000);
    expect(line.frames).toBe(frames);
    expect(line.board.uploaded).toBeUndefined();
  });

  test('whose last answer is lost is over where the board shows the image', async () => {
    const line = new Line(MYNEWT);
    const whole = new Line(MYNEWT);
    await whole.upload();
    line.answers = (nth) => nth !== whole.answered;
    const { sentBytes } = await line.upload({ hash: SHA });
    expect(sentBytes).toBe(FILE.length);
    // One more than the whole upload: it asked what the board has, and sent nothing again.
    expect(line.frames).toBe(whole.frames + 1);
  });
});

/** A server that answers each upload request as told. */
function scripted(answers: readonly CborInput[]): SmpServer {
  let onPacket: (bytes: Uint8Array) => void = () => {};
  let nth = 0;
  return new SmpServer(
    {
      transport: 'usb',
      label: 'script',
      send: async (bytes) => {
        const header = decodeHeader(bytes);
        const answer = answers[nth++];
        if (header === undefined || answer === undefined) return;
        expect(packetData(bytes).length).toBeGreaterThan(0);
        queueMicrotask(() => onPacket(encodePacket({ ...header, op: header.op + 1 }, encodeMap(answer))));
      },
      onPacket: (listener) => {
        onPacket = listener;
        return () => {};
      },
      onClose: () => () => {},
      setMaxPacketBytes: () => {},
      close: async () => {},
      closed: false,
      discarded: () => ({}),
    },
    { clock: new JumpingClock() },
  );
}

describe('what a device answers to an upload', () => {
  const bytes = new Uint8Array(100);

  test.each([
    ['beyond the end', [{ off: 101 }], 'device.bad_response'],
    ['no offset', [{}], 'device.bad_response'],
    ['another hash', [{ off: 32 }, { off: 100, match: false }], 'firmware.hash_refused'],
    ['no room', [{ rc: 7 }], 'firmware.too_large_for_device'],
    ['no room, by the image group', [{ err: { group: 1, rc: 30 } }], 'firmware.too_large_for_device'],
    [
      'another hash, by the image group',
      [{ off: 32 }, { err: { group: 1, rc: 24 } }],
      'firmware.hash_refused',
    ],
    ['all right', [{ off: 32 }, { off: 100, match: true }], 'no error'],
    ['it has it all', [{ off: 100 }], 'no error'],
    ['back and forth', Array(20).fill({ off: 16 }), 'firmware.stalled'],
  ])('%s', async (_, answers, code) => {
    expect(await codeOf(uploadImage({ server: scripted(answers), bytes, sha: SHA, signal: NEVER }))).toBe(
      code,
    );
  });
});

describe('the size of a request', () => {
  /** What one upload puts on the way, packet by packet, to a device that takes everything. */
  async function packetsOf(bufSize: number, fragmentBytes: number | undefined): Promise<number[]> {
    const lengths: number[] = [];
    let onPacket: (bytes: Uint8Array) => void = () => {};
    const device = SealedSession.fromSharedKey(SHA, 'device');
    const server = new SmpServer(
      {
        transport: fragmentBytes === undefined ? 'usb' : 'bluetooth',
        label: 'line',
        fragmentBytes,
        send: async (bytes) => {
          lengths.push(bytes.length);
          const { n, c } = decodeMap(packetData(bytes)) as { n: number; c: Uint8Array };
          const inner = device.open(n, c) ?? new Uint8Array();
          const [outer, header] = [decodeHeader(bytes), decodeHeader(inner)];
          const { off, data } = decodeMap(packetData(inner)) as { off: number; data: Uint8Array };
          if (outer === undefined || header === undefined) return;
          const answer = encodePacket({ ...header, op: 3 }, encodeMap({ off: off + data.length }));
          expect(inner.length).toBeLessThanOrEqual(bufSize - 48);
          queueMicrotask(() =>
            onPacket(encodePacket({ ...outer, op: 3 }, encodeMap({ ...device.seal(answer) }))),
          );
        },
        onPacket: (listener) => {
          onPacket = listener;
          return () => {};
        },
        onClose: () => () => {},
        setMaxPacketBytes: () => {},
        close: async () => {},
        closed: false,
        discarded: () => ({}),
      },
      { clock: new JumpingClock() },
    );
    server.sealWith(SealedSession.fromSharedKey(SHA, 'app'));
    server.setParameters({ bufSize, bufCount: 4 });
    const bytes = new Uint8Array(400_000);
    await uploadImage({ server, bytes, sha: SHA, signal: NEVER });
    await server.close();
    return lengths;
  }

  test.each([
    [1024, 20],
    [1024, 182],
    [2048, 244],
    [4096, 244],
    [4096, 514],
  ])(
    '%i bytes in fragments of %i: over a whole upload at least 95 %% of their room is used',
    async (bufSize, fragment) => {
      const lengths = await packetsOf(bufSize, fragment);
      const sent = lengths.reduce((sum, length) => sum + length, 0);
      const fragments = lengths.reduce((sum, length) => sum + Math.ceil(length / fragment), 0);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(bufSize);
      expect(sent / (fragments * fragment)).toBeGreaterThanOrEqual(0.95);
    },
  );

  test.each([
    [2048, 1.42],
    [4096, 1.4],
  ])(
    '%i bytes on a cable, sealed: at most %f bytes on the line per byte of image',
    async (bufSize, limit) => {
      const lengths = await packetsOf(bufSize, undefined);
      const line = lengths.reduce(
        (sum, length) => sum + encodeConsoleFrame(new Uint8Array(length)).length,
        0,
      );
      expect(line / 400_000).toBeLessThanOrEqual(limit);
    },
  );
});
