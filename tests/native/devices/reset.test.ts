import { describe, expect, test } from 'vitest';
import { MemoryJournal, resetDevice } from '../../../native/devices/index.ts';
import type { VirtualDevice } from '../../../native/virtual/index.ts';
import { Attaching, codeOf, LOCK, Room } from './bench.ts';

function reset(room: Room, device: VirtualDevice, way: 'usb' | 'bluetooth', journal = new MemoryJournal()) {
  const { mac } = device.description;
  return room.clock.run(
    resetDevice({
      id: 'work',
      deviceId: mac,
      connect: () => room.connect(device, way),
      hand: 'press_button',
      journal,
      clock: room.clock,
      signal: new AbortController().signal,
    }),
  );
}

async function commissioned() {
  const room = new Room();
  const lock = room.lock();
  const hub = await room.paired(room.hub);
  await new Attaching(room).run(hub, [room.near(lock)]);
  await hub.close();
  return { room, lock };
}

const empty = { armed: false, attachments: {}, tree: { items: [] }, timeZone: 'Etc/UTC' };

describe('resetting a device (A54)', () => {
  test('erases it, and sees it come back empty', async () => {
    const { room } = await commissioned();
    const device = await reset(room, room.hub, 'usb');
    expect(device.identity.state).toBe(0);
    expect(room.hub.flashReport).toMatchObject(empty);
    expect(room.hub.writes.factory).toBe(1);
  });

  test('over Bluetooth too, where the button may hide what it holds (A16)', async () => {
    const { room } = await commissioned();
    room.hub.pressButton();
    const opened = room.clock.setTimer(() => room.hub.pressButton(), 20_000);
    await reset(room, room.hub, 'bluetooth');
    opened();
    expect(room.hub.flashReport).toMatchObject(empty);
  });

  test('a lock that its hub was made to forget is free again', async () => {
    const { room, lock } = await commissioned();
    lock.presentCard();
    await reset(room, lock, 'bluetooth');
    expect(lock.flashReport).toMatchObject({ armed: false, membership: { state: 'detached' } });
  });

  test('what is empty already is left alone', async () => {
    const room = new Room();
    await reset(room, room.hub, 'usb');
    expect(room.hub.writes.factory).toBeUndefined();
  });

  test.each(['factory', 'failsafe'])('a lost answer to %s is no harm', async (command) => {
    const { room } = await commissioned();
    const journal = new MemoryJournal();
    room.hub.faults.set({ kind: 'drop_answer', count: 1, command });
    await codeOf(reset(room, room.hub, 'usb', journal));
    await reset(room, room.hub, 'usb', journal);
    expect(room.hub.flashReport).toMatchObject(empty);
  });

  test('one that does not come back is named', async () => {
    const { room } = await commissioned();
    room.hub.faults.set({ kind: 'silence', afterAnswers: 9 });
    expect(await codeOf(reset(room, room.hub, 'usb'))).toMatch(/^(device|commission)\./);
    room.hub.faults.clear();
    await room.clock.pass(200_000);
    expect(room.hub.flashReport.attachments[LOCK] ?? 'gone').toMatch(/^(attached|gone)$/);
    expect(room.hub.flashReport.armed).toBe(false);
  });
});
