import { describe, expect, test } from 'vitest';
import { type Journal, MemoryJournal } from '../../../native/devices/index.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import type { VirtualDevice } from '../../../native/virtual/index.ts';
import { Attaching, LOCK, Room } from './bench.ts';

const NEVER = new Promise<never>(() => {});
const SETTINGS = { open_s: 7 };

/** A process that dies at one packet: nothing of it is sent, received or written down any more. */
class MortalProcess {
  readonly #room: Room;
  readonly #diesAt: number;
  readonly #lastPacketArrives: boolean;
  #die: () => void = () => {};
  readonly death = new Promise<void>((resolve) => {
    this.#die = resolve;
  });
  dead = false;
  sent = 0;

  constructor(room: Room, diesAt: number, lastPacketArrives: boolean) {
    this.#room = room;
    this.#diesAt = diesAt;
    this.#lastPacketArrives = lastPacketArrives;
  }

  channel(inner: PacketChannel): PacketChannel {
    return {
      ...inner,
      get closed() {
        return inner.closed;
      },
      send: (packet) => this.#send(inner, packet),
      onPacket: (listener) => inner.onPacket((packet) => (this.dead ? undefined : listener(packet))),
    };
  }

  async #send(inner: PacketChannel, packet: Uint8Array): Promise<void> {
    if (this.dead) return NEVER;
    this.sent += 1;
    if (this.sent !== this.#diesAt) return inner.send(packet);
    this.dead = true;
    if (this.#lastPacketArrives) await inner.send(packet);
    // The device is through with what it got before it sees that nobody is there any more.
    this.#room.clock.setTimer(this.#die, 1000);
    return NEVER;
  }

  journal(inner: MemoryJournal): Journal {
    const whileAlive =
      <Args extends unknown[]>(write: (...args: Args) => void) =>
      (...args: Args) => {
        if (!this.dead) write(...args);
      };
    return {
      stepStarted: whileAlive((name) => inner.stepStarted(name)),
      stepDone: whileAlive((name) => inner.stepDone(name)),
      stepSkipped: whileAlive((name) => inner.stepSkipped(name)),
      stepFailed: whileAlive((name, problem) => inner.stepFailed(name, problem)),
      remember: whileAlive((fact, value) => inner.remember(fact, value)),
      recall: (fact) => inner.recall(fact),
    };
  }
}

/** Hub, lock and journal survive; the process does not. */
class Situation {
  readonly room = new Room();
  readonly lock: VirtualDevice = this.room.lock();
  readonly journal = new MemoryJournal();

  /** Attaches; gives the number of packets sent, and of those sent before the lock was paired. */
  async attach(process: MortalProcess): Promise<{ sent: number; connected: number }> {
    let connected = 0;
    const channels: PacketChannel[] = [];
    const wrap = (channel: PacketChannel) => {
      channels.push(channel);
      return process.channel(channel);
    };
    const life = async () => {
      const hub = await this.room.connect(this.room.hub, 'usb', wrap);
      const connect = async () => {
        const lock = await this.room.connect(this.lock, 'bluetooth', wrap);
        connected = process.sent;
        return lock;
      };
      const plan = this.room.near(this.lock, { settings: SETTINGS, way: { kind: 'channel', connect } });
      await new Attaching(this.room).start(hub, [plan], process.journal(this.journal));
    };
    await this.room.clock.run(Promise.race([life(), process.death]));
    for (const channel of channels) await channel.close();
    return { sent: process.sent, connected };
  }

  async resume(): Promise<Attaching> {
    const work = new Attaching(this.room);
    const hub = await this.room.paired(this.room.hub);
    await work.run(hub, [this.room.near(this.lock, { settings: SETTINGS })], this.journal);
    return work;
  }
}

describe('a process killed while it attaches a lock', () => {
  test.each([
    // What the devices know then is the same as one answer earlier: every fourth packet will do.
    ['before every fourth packet is sent', false, 4],
    ['after every packet arrived, before its answer', true, 1],
  ])(
    '%s: the same work goes on and writes nothing twice',
    async (_, lastPacketArrives, stride) => {
      const whole = await new Situation().attach(new MortalProcess(new Room(), -1, false));
      const tries = { total: 0, beyondTheLock: 0 };
      for (let at = whole.connected; at <= whole.sent; at += stride) {
        const situation = new Situation();
        const { room, lock } = situation;
        await situation.attach(new MortalProcess(room, at, lastPacketArrives));
        const lockWasAttached = lock.flashReport.membership.state === 'attached';
        const hubWasAttached = room.hub.flashReport.attachments[LOCK] === 'attached';
        const work = await situation.resume();
        const where = `packet ${at} of ${whole.sent}`;
        expect(room.hub.flashReport, where).toMatchObject({
          armed: false,
          attachments: { [LOCK]: 'attached' },
        });
        expect(lock.flashReport, where).toMatchObject({ armed: false, membership: { state: 'attached' } });
        expect(
          work.attached.map(({ id }) => id),
          where,
        ).toEqual([LOCK]);
        expect(lock.writes, where).toMatchObject({ join: 1, settings: 1, clock: 1 });
        // Between the commits the hub is told anew what it has lost (A38); else nothing is written twice.
        const between = lockWasAttached && !hubWasAttached;
        expect(room.hub.writes.tree, where).toBeLessThanOrEqual(between ? 2 : 1);
        tries.total += 1;
        tries.beyondTheLock += between ? 1 : 0;
      }
      // Deaths count only if most fall inside the work, and some between the two commits.
      expect(tries.total).toBeGreaterThan(20 / stride);
      if (stride === 1) expect(tries.beyondTheLock).toBeGreaterThan(0);
    },
    120_000,
  );
});
