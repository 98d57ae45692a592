import { describe, expect, test } from 'vitest';
import type { Device } from '../../../native/devices/index.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { decodeHeader, decodeMap, encodeMap, encodePacket, packetData } from '../../../native/smp/index.ts';
import { Room } from './bench.ts';

/** Somebody on the line between the app and a hub, who sees every packet and sends what they like. */
class Meddler {
  /** What goes on instead of a packet; the packet itself where it is to arrive. */
  toDevice: (packet: Uint8Array) => readonly Uint8Array[] = (packet) => [packet];
  toApp: (packet: Uint8Array) => readonly Uint8Array[] = (packet) => [packet];

  readonly wrap = (channel: PacketChannel): PacketChannel => {
    const { send, onPacket } = channel;
    return Object.assign(channel, {
      send: async (packet: Uint8Array) => {
        for (const each of this.toDevice(packet)) await send.call(channel, each);
      },
      onPacket: (listener: (packet: Uint8Array) => void) =>
        onPacket.call(channel, (packet) => {
          for (const each of this.toApp(packet)) listener(each);
        }),
    });
  };
}

/** The same outer packet around a changed envelope. */
function changed(
  packet: Uint8Array,
  change: (envelope: { n: number; c: Uint8Array }) => { n: number; c: Uint8Array },
): Uint8Array {
  const header = decodeHeader(packet);
  if (header === undefined) throw new Error('no packet');
  const envelope = decodeMap(packetData(packet)) as { n: number; c: Uint8Array };
  return encodePacket(header, encodeMap(change(envelope)));
}

const ABUSES: readonly [string, (packet: Uint8Array, earlier: Uint8Array) => Uint8Array][] = [
  ['replayed', (_, earlier) => earlier],
  ['truncated', (packet) => changed(packet, ({ n, c }) => ({ n, c: c.slice(0, -1) }))],
  ['shorter than a tag', (packet) => changed(packet, ({ n, c }) => ({ n, c: c.slice(0, 5) }))],
  [
    'flipped by a bit',
    (packet) => changed(packet, ({ n, c }) => ({ n, c: c.map((byte, at) => byte ^ +(at === 3)) })),
  ],
  ['foreign', (packet) => changed(packet, ({ n, c }) => ({ n, c: new Uint8Array(c.length).fill(0x5a) }))],
  ['put under a far number', (packet) => changed(packet, ({ c }) => ({ n: Number.MAX_SAFE_INTEGER, c }))],
];

async function meddledWith(): Promise<{ room: Room; meddler: Meddler; hub: Device }> {
  const room = new Room();
  const meddler = new Meddler();
  return { room, meddler, hub: await room.clock.run(room.connect(room.hub, 'usb', meddler.wrap)) };
}

describe('somebody on the line (A29, A31)', () => {
  test.each(ABUSES)(
    'what is %s towards the device is dropped and counted, and the session goes on',
    async (_, abuse) => {
      const { room, meddler, hub } = await meddledWith();
      let earlier = new Uint8Array();
      meddler.toDevice = (packet) => {
        earlier = new Uint8Array(packet);
        return [packet];
      };
      expect((await room.clock.run(hub.health())).dropped).toBe(0);
      meddler.toDevice = (packet) => [abuse(packet, earlier), abuse(packet, earlier), packet];
      expect((await room.clock.run(hub.health())).dropped).toBe(2);
      meddler.toDevice = (packet) => [packet];
      expect((await room.clock.run(hub.health())).dropped).toBe(2);
    },
  );

  test.each(ABUSES)(
    'what is %s towards the app is dropped and counted, and the session goes on',
    async (_, abuse) => {
      const { room, meddler, hub } = await meddledWith();
      let earlier = new Uint8Array();
      meddler.toApp = (packet) => {
        earlier = new Uint8Array(packet);
        return [packet];
      };
      await room.clock.run(hub.health());
      meddler.toApp = (packet) => [abuse(packet, earlier), abuse(packet, earlier), packet];
      await room.clock.run(hub.health());
      const { unauthentic = 0, unmatched = 0 } = hub.discarded;
      expect(unauthentic + unmatched).toBe(2);
      meddler.toApp = (packet) => [packet];
      expect((await room.clock.run(hub.health())).dropped).toBe(0);
    },
  );

  test('of two that change places the late one is dropped, counted and asked again', async () => {
    const { room, meddler, hub } = await meddledWith();
    let held: Uint8Array | undefined;
    meddler.toDevice = (packet) => {
      if (held === undefined) {
        held = packet;
        return [];
      }
      meddler.toDevice = (next) => [next];
      return [packet, held];
    };
    const [first, second] = await room.clock.run(Promise.all([hub.health(), hub.health()]));
    expect([first, second].map(({ led }) => led)).toEqual(['steady_white', 'steady_white']);
    expect((await room.clock.run(hub.health())).dropped).toBe(1);
  });
});
