import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FragmentReceiver, fragmentPacket } from '../../../native/smp/fragment.ts';
import { encodePacket } from '../../../native/smp/header.ts';

function receiver(maxPacketBytes = 1024) {
  const packets: Uint8Array[] = [];
  const discarded: string[] = [];
  const clock = { nowMs: 10_000 };
  const it = new FragmentReceiver({
    maxPacketBytes,
    onPacket: (packet) => packets.push(packet),
    onDiscarded: (reason) => discarded.push(reason),
    now: () => clock.nowMs,
  });
  return { it, packets, discarded, clock };
}

function packetOf(bytes: number, sequence = 0): Uint8Array {
  return encodePacket(
    { op: 0, version: 1, group: 0, sequence, command: 0 },
    new Uint8Array(bytes).fill(sequence),
  );
}

describe('Bluetooth fragments (A10)', () => {
  test('every fragment is full but the last', () => {
    expect(fragmentPacket(packetOf(92), 23).map((each) => each.length)).toEqual([20, 20, 20, 20, 20]);
    expect(fragmentPacket(packetOf(93), 247).map((each) => each.length)).toEqual([101]);
  });

  test('any packets at any MTU arrive whole and in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(900), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 4, max: 517 }),
        (sizes, mtu) => {
          const { it, packets } = receiver();
          const sent = sizes.map((size, at) => packetOf(size, at));
          for (const packet of sent) for (const fragment of fragmentPacket(packet, mtu)) it.push(fragment);
          expect(packets).toEqual(sent);
        },
      ),
    );
  });

  test('a fragment beyond the announced length silences the receiver until 1 s of silence', () => {
    const { it, packets, discarded, clock } = receiver();
    it.push(Buffer.concat([packetOf(4), Buffer.from([1])]));
    clock.nowMs += 999;
    it.push(packetOf(4));
    clock.nowMs += 999;
    it.push(packetOf(4));
    expect(packets).toEqual([]);
    expect(discarded).toEqual(['too_many_bytes', 'until_silence', 'until_silence']);
    clock.nowMs += 1000;
    it.push(packetOf(4));
    expect(packets).toEqual([packetOf(4)]);
  });

  test('an announced length over the buffer is dropped before its bytes are kept', () => {
    const { it, discarded } = receiver(1024);
    it.push(packetOf(1017).subarray(0, 20));
    expect(discarded).toEqual(['bad_length']);
  });

  test('an unfinished packet is dropped after 5 s', () => {
    const { it, packets, discarded, clock } = receiver();
    it.push(packetOf(40).subarray(0, 20));
    clock.nowMs += 5001;
    it.push(packetOf(4));
    expect(packets).toEqual([packetOf(4)]);
    expect(discarded).toEqual(['unfinished']);
  });
});
