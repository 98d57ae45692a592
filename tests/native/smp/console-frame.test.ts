import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConsoleDiscardReason,
  ConsoleReceiver,
  encodeConsoleFrame,
} from '../../../native/smp/console-frame.ts';
import { crc16 } from '../../../native/smp/crc16.ts';

const ECHO = Buffer.from('0a00000600000100a16164626869', 'hex');
const ECHO_LINE = Buffer.from('06094142414b4141414741414142414b46685a474a6f616157760a', 'hex');

function receiver(maxPacketBytes = 2048) {
  const packets: string[] = [];
  const texts: string[] = [];
  const discarded: ConsoleDiscardReason[] = [];
  const clock = { nowMs: 0 };
  const it = new ConsoleReceiver({
    maxPacketBytes,
    onPacket: (packet) => packets.push(Buffer.from(packet).toString('hex')),
    onText: (text) => texts.push(text),
    onDiscarded: (reason) => discarded.push(reason),
    now: () => clock.nowMs,
  });
  return { it, packets, texts, discarded, clock };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function line(marker: 'first' | 'next', text: string): Buffer {
  return Buffer.concat([Buffer.from(marker === 'first' ? [6, 9] : [4, 20]), Buffer.from(`${text}\n`)]);
}

/** A frame cut into lines of `charsPerLine` base64 characters. */
function shortLines(packet: Uint8Array, charsPerLine: number): Buffer[] {
  const whole = encodeConsoleFrame(packet).toString();
  const body = Buffer.concat([Buffer.from([0, 0]), packet, Buffer.from([0, 0])]);
  body.writeUInt16BE(packet.length + 2, 0);
  body.writeUInt16BE(crc16(packet), body.length - 2);
  expect(whole.length).toBeGreaterThan(0);
  const text = body.toString('base64');
  const lines: Buffer[] = [];
  for (let at = 0; at < text.length; at += charsPerLine) {
    lines.push(line(at === 0 ? 'first' : 'next', text.slice(at, at + charsPerLine)));
  }
  return lines;
}

describe('CRC-16/XMODEM', () => {
  test('published check value', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
    expect(crc16(new Uint8Array())).toBe(0);
  });
});

describe('console frames', () => {
  test('worked example (A56)', () => {
    expect(hex(encodeConsoleFrame(ECHO))).toBe(hex(ECHO_LINE));
    const { it, packets } = receiver();
    it.push(ECHO_LINE);
    expect(packets).toEqual([hex(ECHO)]);
  });

  test('a long packet fills lines of 127 bytes, each a multiple of four characters (A4)', () => {
    const frame = encodeConsoleFrame(Buffer.alloc(400, 0x5a));
    const lines = Buffer.from(frame).toString('latin1').split('\n').slice(0, -1);
    expect(lines.map((each) => each.length + 1)).toEqual([127, 127, 127, 127, 47]);
    expect(lines.map((each) => each.slice(0, 2))).toEqual([
      '\x06\t',
      '\x04\x14',
      '\x04\x14',
      '\x04\x14',
      '\x04\x14',
    ]);
    for (const each of lines.slice(0, -1)) expect(each).not.toContain('=');
  });

  test('any packets, any splits, any text between lines: every packet arrives, in order', () => {
    const packets = fc.array(fc.uint8Array({ minLength: 8, maxLength: 600 }), { minLength: 1, maxLength: 4 });
    const noise = fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => bytes.map((byte) => (byte === 6 || byte === 4 || byte === 10 ? 46 : byte)));
    fc.assert(
      fc.property(
        packets,
        fc.array(noise, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }),
        (sent, texts, cuts) => {
          const stream: Buffer[] = [];
          let turn = 0;
          for (const packet of sent) {
            for (const each of splitLines(encodeConsoleFrame(packet))) {
              // Whole lines of text between the lines, and text in front of a marker.
              stream.push(Buffer.from(texts[turn++ % texts.length] ?? []), Buffer.from('\n'));
              stream.push(Buffer.from(texts[turn++ % texts.length] ?? []), each);
            }
          }
          const { it, packets: got, discarded } = receiver();
          const all = Buffer.concat(stream);
          for (let at = 0, cut = 0; at < all.length; cut++) {
            const size = cuts[cut % cuts.length] ?? 1;
            it.push(all.subarray(at, at + size));
            at += size;
          }
          expect(got).toEqual(sent.map(hex));
          expect(discarded).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('after arbitrary garbage the next whole frame arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (garbage) => {
        const { it, packets } = receiver();
        it.push(garbage);
        it.push(Buffer.from('\n'));
        it.push(ECHO_LINE);
        expect(packets.at(-1)).toBe(hex(ECHO));
      }),
    );
  });

  test('one flipped byte never yields a different packet', () => {
    const frame = encodeConsoleFrame(Buffer.alloc(300, 7));
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = frame.slice();
        bad[at] = (bad[at] ?? 0) ^ flip;
        const { it, packets } = receiver();
        it.push(bad);
        for (const packet of packets) expect(packet).toBe(hex(Buffer.alloc(300, 7)));
      }),
      { numRuns: 300 },
    );
  });

  test('lines may be shorter than 127 bytes, with 0d before 0a (A4, A5)', () => {
    const { it, packets } = receiver();
    for (const each of shortLines(ECHO, 4))
      it.push(Buffer.from(each.toString('latin1').replace('\n', '\r\n'), 'latin1'));
    expect(packets).toEqual([hex(ECHO)]);
  });

  test('text is handed on, also from before the last marker in a line', () => {
    const { it, packets, texts } = receiver();
    it.push(Buffer.from('booting\r\nvolt \x06\tAAA '));
    it.push(ECHO_LINE);
    expect(packets).toEqual([hex(ECHO)]);
    expect(texts.join('|')).toBe('booting|volt |\x06\tAAA ');
  });

  test('a first line drops an unfinished packet; a next line without a beginning is dropped', () => {
    const { it, packets, discarded } = receiver();
    const [first, second] = shortLines(ECHO, 16);
    it.push(
      Buffer.concat([
        second ?? Buffer.alloc(0),
        first ?? Buffer.alloc(0),
        ECHO_LINE,
        second ?? Buffer.alloc(0),
      ]),
    );
    expect(packets).toEqual([hex(ECHO)]);
    expect(discarded).toEqual(['no_beginning', 'interrupted', 'no_beginning']);
    expect(it.counters).toEqual({ no_beginning: 2, interrupted: 1 });
  });

  test.each<[string, ConsoleDiscardReason, Buffer]>([
    ['over 127 bytes from its marker', 'line_too_long', line('first', 'A'.repeat(128))],
    ['not base64', 'bad_base64', line('first', 'ABA*')],
    ['not a multiple of four', 'bad_base64', line('first', 'ABAKA')],
    ['padded before the end', 'bad_base64', line('first', 'ABAKAA==')],
    ['length under 10', 'bad_length', line('first', Buffer.from([0, 9, 1, 2]).toString('base64'))],
    ['length over the buffer', 'bad_length', line('first', Buffer.from([8, 3, 1]).toString('base64'))],
    [
      'more than announced',
      'too_many_bytes',
      line('first', Buffer.alloc(15, 0).fill(10, 1, 2).toString('base64')),
    ],
    [
      'wrong CRC',
      'wrong_crc',
      Buffer.from(ECHO_LINE.toString('latin1').replace('YWV2', 'YWV3').replace('aaWv', 'aaWw'), 'latin1'),
    ],
  ])('a packet is dropped and counted: %s', (_, reason, bytes) => {
    const { it, packets, discarded } = receiver();
    it.push(bytes);
    expect(discarded).toEqual([reason]);
    it.push(ECHO_LINE);
    expect(packets).toEqual([hex(ECHO)]);
  });

  test('a full line with 0d is not too long; one byte more is', () => {
    const packet = Buffer.alloc(200, 1);
    const frame = Buffer.from(encodeConsoleFrame(packet)).toString('latin1');
    const { it, packets, discarded } = receiver();
    it.push(Buffer.from(frame.replaceAll('\n', '\r\n'), 'latin1'));
    expect(packets).toEqual([hex(packet)]);
    it.push(line('first', `${'A'.repeat(124)}B`));
    expect(discarded).toEqual(['line_too_long']);
  });

  test('the buffer bounds the packet, and may be raised', () => {
    const { it, packets, discarded } = receiver(256);
    it.push(encodeConsoleFrame(Buffer.alloc(256)));
    it.push(encodeConsoleFrame(Buffer.alloc(257)));
    expect([packets.length, discarded[0]]).toEqual([1, 'bad_length']);
    it.maxPacketBytes = 257;
    it.push(encodeConsoleFrame(Buffer.alloc(257)));
    expect(packets.length).toBe(2);
  });

  test('a first line that took longer than 5 s to come is dropped, too', () => {
    const { it, packets, discarded, clock } = receiver();
    it.push(ECHO_LINE.subarray(0, 10));
    clock.nowMs = 5001;
    it.push(ECHO_LINE.subarray(10));
    expect(packets).toEqual([]);
    expect(discarded).toEqual(['unfinished']);
  });

  test('an unfinished packet is dropped after 5 s (A5)', () => {
    const { it, packets, discarded, clock } = receiver();
    const [first, second, third] = shortLines(ECHO, 8).map((each) => new Uint8Array(each));
    if (!first || !second || !third) throw new Error('three lines were expected');
    it.push(first);
    clock.nowMs = 5000;
    it.push(second);
    it.push(third);
    expect(packets).toEqual([hex(ECHO)]);
    it.push(first);
    clock.nowMs = 8000;
    it.push(second);
    clock.nowMs = 10_001;
    it.push(third);
    expect(packets.length).toBe(1);
    expect(discarded).toEqual(['unfinished', 'no_beginning']);
  });
});

function splitLines(frame: Uint8Array): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < frame.length; at++) {
    if (frame[at] !== 10) continue;
    lines.push(Buffer.from(frame.subarray(start, at + 1)));
    start = at + 1;
  }
  return lines;
}
