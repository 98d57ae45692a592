import { describe, expect, it } from 'vitest';
import { SealedSession } from '../../../native/pairing/index.ts';
import { decodeHeader, decodeMap, encodeMap, encodePacket, Op } from '../../../native/smp/index.ts';
import { hex, toHex, workedExample } from './worked-example.ts';

function pair() {
  const kShared = hex(workedExample.kShared);
  return {
    app: SealedSession.fromSharedKey(kShared, 'app'),
    device: SealedSession.fromSharedKey(kShared, 'device'),
  };
}

function outer(op: number, sealed: { n: number; c: Uint8Array }): string {
  const data = encodeMap({ n: sealed.n, c: sealed.c });
  return toHex(encodePacket({ op, version: 1, group: 64, sequence: 3, command: 2 }, data));
}

describe('A56 sealed packets', () => {
  it('come out byte for byte, both ways (A28–A30)', () => {
    const { app, device } = pair();
    const request = app.seal(hex(workedExample.innerRequest));
    expect(outer(Op.write, request)).toBe(workedExample.outerRequest);
    expect(toHex(device.open(request.n, request.c) ?? new Uint8Array())).toBe(workedExample.innerRequest);
    const response = device.seal(hex(workedExample.innerResponse));
    expect(outer(Op.writeResponse, response)).toBe(workedExample.outerResponse);
    expect(toHex(app.open(response.n, response.c) ?? new Uint8Array())).toBe(workedExample.innerResponse);
  });

  it('are read back from the packets of the document', () => {
    const { app, device } = pair();
    for (const [session, packet, inner] of [
      [device, workedExample.outerRequest, workedExample.innerRequest],
      [app, workedExample.outerResponse, workedExample.innerResponse],
    ] as const) {
      const bytes = hex(packet);
      expect(decodeHeader(bytes)).toMatchObject({ group: 64, command: 2, sequence: 3 });
      const { n, c } = decodeMap(bytes.subarray(8));
      expect(toHex(session.open(n as number, c as Uint8Array) ?? new Uint8Array())).toBe(inner);
    }
  });
});

describe('A29 counters', () => {
  const packet = Uint8Array.of(1, 2, 3);

  it('begin with 1 and rise by 1 on each side of its own', () => {
    const { app, device } = pair();
    expect([app.seal(packet).n, app.seal(packet).n, device.seal(packet).n]).toEqual([1, 2, 1]);
  });

  it('take gaps, refuse a repeat and a step back, and count both (A31)', () => {
    const { app, device } = pair();
    const [first, second, third] = [app.seal(packet), app.seal(packet), app.seal(packet)];
    expect(device.open(second.n, second.c)).toEqual(packet);
    expect(device.open(second.n, second.c)).toBeUndefined();
    expect(device.open(first.n, first.c)).toBeUndefined();
    expect(device.dropped).toBe(2);
    expect(device.open(third.n, third.c)).toEqual(packet);
    expect(device.dropped).toBe(2);
  });

  it('are not moved by a packet that is not authentic', () => {
    const { app, device } = pair();
    const { n, c } = app.seal(packet);
    expect(device.open(1_000_000, c)).toBeUndefined();
    for (let index = 0; index < c.length; index++) {
      const changed = c.map((byte, at) => (at === index ? byte ^ 0x80 : byte));
      expect(device.open(n, changed)).toBeUndefined();
    }
    expect(device.open(n, c.subarray(0, 15))).toBeUndefined();
    expect(device.open(n, c)).toEqual(packet);
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])('refuses n = %s', (n) => {
    const { app, device } = pair();
    expect(device.open(n, app.seal(packet).c)).toBeUndefined();
  });
});

it('A28 a packet sent back to its sender is not authentic', () => {
  const { app } = pair();
  const { n, c } = app.seal(Uint8Array.of(1));
  expect(app.open(n, c)).toBeUndefined();
});

it('A32 a receiver can count what it found malformed inside the seal', () => {
  const { device } = pair();
  device.drop();
  expect(device.dropped).toBe(1);
});
