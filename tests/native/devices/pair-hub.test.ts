import { describe, expect, test } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import { MemoryJournal, type PairHubOptions, type Progress, pairHub } from '../../../native/devices/index.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { connectInMemory } from '../../../native/virtual/index.ts';
import { CODE, codeOf, HUB, Room, story } from './bench.ts';

function pairing(room: Room, rest: Partial<PairHubOptions> = {}, way: 'usb' | 'bluetooth' = 'usb') {
  const progress: Progress[] = [];
  const journal = new MemoryJournal();
  const channels: PacketChannel[] = [];
  const work = pairHub({
    id: 'work',
    connect: async () => {
      const channel = connectInMemory(room.hub, way, room.clock);
      channels.push(channel);
      return channel;
    },
    activationCode: CODE,
    expectedMac: HUB,
    time: { utcSeconds: () => Math.floor(room.clock.now() / 1000), timeZone: 'Europe/Madrid' },
    journal,
    clock: room.clock,
    signal: new AbortController().signal,
    onProgress: (each) => progress.push(each),
    ...rest,
  });
  return { progress, journal, channels, done: room.clock.run(work) };
}

describe('pairing a hub', () => {
  test('connects, pairs, knows it from inside the seal, sets its clock', async () => {
    const room = new Room();
    const { progress, journal, done } = pairing(room);
    const hub = await done;
    expect(hub.paired).toBe(true);
    expect(hub.identity.mac).toBe(HUB);
    expect(story(progress)).toEqual(['connect done', 'pair done', 'identity done', 'clock done']);
    expect(room.hub.flashReport.timeZone).toBe('Europe/Madrid');
    expect(room.hub.writes.clock).toBe(1);
    expect(JSON.stringify([journal.entries, progress])).not.toContain(CODE);
  });

  test('a clock that is right is not set again', async () => {
    const room = new Room();
    await (await pairing(room).done).close();
    const { progress, done } = pairing(room);
    await done;
    expect(story(progress).at(-1)).toBe('clock skipped');
    expect(room.hub.writes.clock).toBe(1);
  });

  test('a wrong code: the tries left, one guess, the channel closed, nothing else', async () => {
    const room = new Room();
    const { progress, channels, done } = pairing(room, { activationCode: '11.11.11' });
    const failure = await done.catch((caught: unknown) => caught);
    expect((failure as CodedError).problem).toEqual({ code: 'pairing.wrong_code', params: { left: 4 } });
    expect(story(progress)).toEqual(['connect done', 'pair failed']);
    expect(room.hub.writes).toEqual({ pair: 2 });
    expect(channels.map(({ closed }) => closed)).toEqual([true]);
  });

  test('a device that stays silent in the middle is not tried again by itself', async () => {
    const room = new Room();
    room.hub.faults.set({ kind: 'drop_answer', count: 1, command: 'pair' });
    expect(await codeOf(pairing(room).done)).toBe('device.timeout');
    expect(room.hub.writes.pair).toBe(1);
  });

  test('over Bluetooth the person is asked for the button, and then it goes on', async () => {
    const room = new Room();
    room.clock.setTimer(() => room.hub.pressButton(), 60_000);
    const { progress, done } = pairing(room, {}, 'bluetooth');
    await done;
    expect(story(progress)).toEqual([
      'connect done',
      'pair press_button',
      'pair done',
      'identity done',
      'clock done',
    ]);
  });

  test('another hub than planned is refused before its code is tried', async () => {
    const room = new Room();
    expect(await codeOf(pairing(room, { expectedMac: '4F.A1.3C' }).done)).toBe('commission.wrong_device');
    expect(room.hub.writes).toEqual({});
  });

  test('a lock is no hub', async () => {
    const room = new Room();
    const lock = room.lock();
    const connect = async () => connectInMemory(lock, 'bluetooth', room.clock);
    expect(await codeOf(pairing(room, { connect, expectedMac: undefined }).done)).toBe(
      'commission.wrong_device',
    );
  });
});
