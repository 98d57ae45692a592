import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHeader, encodePacket, packetData } from '../../../native/smp/header.ts';

describe('SMP header', () => {
  test('worked example (A56)', () => {
    const data = Buffer.from('a16164626869', 'hex');
    const packet = encodePacket({ op: 2, version: 1, group: 0, sequence: 1, command: 0 }, data);
    expect(Buffer.from(packet).toString('hex')).toBe('0a00000600000100a16164626869');
  });

  test('every header survives the way there and back', () => {
    const header = fc.record({
      op: fc.nat(7),
      version: fc.nat(3),
      group: fc.nat(0xffff),
      sequence: fc.nat(255),
      command: fc.nat(255),
    });
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (sent, data) => {
        const packet = encodePacket(sent, data);
        expect(decodeHeader(packet)).toEqual({ ...sent, length: data.length });
        expect(Buffer.from(packetData(packet)).equals(Buffer.from(data))).toBe(true);
      }),
    );
  });

  test('res and flags are ignored (A2)', () => {
    const packet = encodePacket({ op: 3, version: 1, group: 64, sequence: 9, command: 2 }, new Uint8Array());
    packet[0] = (packet[0] ?? 0) | 0xe0;
    packet[1] = 0xff;
    expect(decodeHeader(packet)).toMatchObject({ op: 3, version: 1, group: 64 });
  });

  test('a packet that is not as long as it says has no header (A3)', () => {
    const packet = encodePacket(
      { op: 0, version: 1, group: 0, sequence: 0, command: 0 },
      Buffer.from([0xa0]),
    );
    expect(decodeHeader(packet.subarray(0, 8))).toBeUndefined();
    expect(decodeHeader(packet.subarray(0, 7))).toBeUndefined();
    expect(decodeHeader(Buffer.concat([packet, packet]))).toBeUndefined();
  });

  test('a field that does not fit is a bug of the caller', () => {
    const header = { op: 0, version: 1, group: 0, sequence: 256, command: 0 };
    expect(() => encodePacket(header, new Uint8Array())).toThrow(RangeError);
  });
});
