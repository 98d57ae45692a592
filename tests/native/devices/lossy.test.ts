import { describe, expect, test } from 'vitest';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { Attaching, LOCK, Room } from './bench.ts';

/** A way on which one packet, counted over all channels, is lost. */
class LossyWay {
  readonly #lost: { readonly what: 'request' | 'answer'; readonly at: number };
  sent = 0;
  #answered = 0;

  constructor(what: 'request' | 'answer', at: number) {
    this.#lost = { what, at };
  }

  channel(inner: PacketChannel): PacketChannel {
    return {
      ...inner,
      get closed() {
        return inner.closed;
      },
      send: async (packet) => {
        this.sent += 1;
        if (this.#lost.what !== 'request' || this.sent !== this.#lost.at) await inner.send(packet);
      },
      onPacket: (listener) =>
        inner.onPacket((packet) => {
          this.#answered += 1;
          if (this.#lost.what !== 'answer' || this.#answered !== this.#lost.at) listener(packet);
        }),
    };
  }
}

async function attachOver(way: LossyWay) {
  const room = new Room();
  const lock = room.lock();
  const wrap = (channel: PacketChannel) => way.channel(channel);
  let connected = 0;
  const connect = async () => {
    const device = await room.connect(lock, 'bluetooth', wrap);
    connected = way.sent;
    return device;
  };
  const hub = await room.clock.run(room.connect(room.hub, 'usb', wrap));
  const plan = room.near(lock, { settings: { open_s: 7 }, way: { kind: 'channel', connect } });
  await new Attaching(room).run(hub, [plan]);
  return { room, lock, connected };
}

describe('one packet is lost on the way, and nobody dies of it', () => {
  test.each(['request', 'answer'] as const)(
    'any one %s',
    async (what) => {
      const whole = new LossyWay('request', 0);
      const { connected } = await attachOver(whole);
      for (let at = connected + 1; at <= whole.sent; at++) {
        const where = `${what} ${at} of ${whole.sent}`;
        const { room, lock } = await attachOver(new LossyWay(what, at));
        expect(room.hub.flashReport, where).toMatchObject({
          armed: false,
          attachments: { [LOCK]: 'attached' },
        });
        expect(lock.flashReport, where).toMatchObject({ armed: false, membership: { state: 'attached' } });
        expect(lock.writes, where).toMatchObject({ join: 1, settings: 1, clock: 1 });
        expect(room.hub.writes.tree, where).toBe(1);
      }
      expect(whole.sent - connected).toBeGreaterThan(20);
    },
    120_000,
  );
});
