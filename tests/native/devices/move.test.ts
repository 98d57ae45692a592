import { describe, expect, test } from 'vitest';
import type { Device } from '../../../native/devices/index.ts';
import { MemoryJournal } from '../../../native/devices/index.ts';
import type { VirtualDevice } from '../../../native/virtual/index.ts';
import { Attaching, codeOf, HUB, LOCK, LOCK_2, REPEATER, Room, story } from './bench.ts';

const REPEATER_2 = '4F.B2.32';

/** A lock on the hub, a repeater with a lock, and a second repeater with nothing below it. */
async function home(way: 'usb' | 'bluetooth' = 'usb') {
  const room = new Room();
  const [lock, below] = [room.lock(), room.lock(LOCK_2)];
  const [repeater, other] = [room.repeater(), room.repeater(REPEATER_2)];
  room.hub.pressButton();
  const hub = await room.paired(room.hub, way);
  const plans = [
    room.near(lock),
    room.near(repeater),
    room.near(below, { parentId: REPEATER }),
    room.near(other),
  ];
  await new Attaching(room).run(hub, plans);
  for (const device of [lock, below, repeater, other]) device.presentCard();
  return { room, hub, lock, below, repeater, other };
}

const moved = (room: Room, lock: VirtualDevice, parentId: string | undefined, from?: string) =>
  room.near(lock, { parentId, heldBy: { hub: HUB, parent: from } });

/** A lock is in its old place or in its new one, and hub and lock agree. */
function expectOneMind(room: Room, lock: VirtualDevice): void {
  expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: { [LOCK]: 'attached' } });
  expect(lock.flashReport).toMatchObject({ armed: false, membership: { state: 'attached', iq: HUB } });
}

const parentOf = (room: Room, id: string) =>
  room.hub.flashReport.tree.items.find((item) => item.id === id)?.parent;

describe.each(['usb', 'bluetooth'] as const)('moving within a hub over %s', (way) => {
  test('lets the lock free first, then its hub, and confirms both at once', async () => {
    const { room, hub, lock } = await home(way);
    const work = new Attaching(room);
    await work.run(hub, [moved(room, lock, REPEATER)]);
    expect(story(work.progress).map((line) => line.split(' ')[0])).toEqual([
      'free',
      'tree',
      'ready',
      'ticket',
      'join',
      'tests',
      'confirm',
    ]);
    expectOneMind(room, lock);
    expect(room.hub.flashReport.tree.items).toEqual([
      { id: REPEATER, type: 2 },
      { id: LOCK_2, parent: REPEATER, type: 3 },
      { id: REPEATER_2, type: 2 },
      { id: LOCK, parent: REPEATER, type: 3 },
    ]);
  });

  test.each(['detach', 'tree', 'attach', 'failsafe'])(
    'a hub that restarts at %s leaves the lock where it was or moved, and a second run moves it',
    async (command) => {
      for (const moment of ['before', 'after'] as const) {
        const { room, hub, lock } = await home(way);
        const journal = new MemoryJournal();
        const plan = moved(room, lock, REPEATER);
        room.hub.faults.set({ kind: 'restart', command, moment });
        await codeOf(new Attaching(room).run(hub, [plan], journal));
        await room.clock.pass(400_000);
        expectOneMind(room, lock);
        room.hub.pressButton();
        lock.presentCard();
        const again: Device = await room.paired(room.hub, way);
        await new Attaching(room).run(again, [plan], journal);
        expectOneMind(room, lock);
        expect(parentOf(room, LOCK)).toBe(REPEATER);
      }
    },
  );

  test('cancelled at any step, the lock is where it was', async () => {
    for (const step of ['free', 'tree', 'ready', 'ticket', 'join', 'tests']) {
      const { room, hub, lock } = await home(way);
      const work = new Attaching(room);
      work.cancelAt = step;
      const running = work.start(hub, [moved(room, lock, REPEATER)]);
      expect(await codeOf(room.clock.run(running))).toBe('commission.cancelled');
      await room.clock.pass(200_000);
      expectOneMind(room, lock);
      expect(parentOf(room, LOCK)).toBeUndefined();
    }
  });
});

describe('moving', () => {
  test('a repeater takes along what hangs below it, parents before children', async () => {
    const { room, hub, repeater, below } = await home();
    await new Attaching(room).run(hub, [moved(room, repeater, REPEATER_2)]);
    expect(room.hub.flashReport.tree.items.map(({ id, parent }) => [id, parent])).toEqual([
      [LOCK, undefined],
      [REPEATER_2, undefined],
      [REPEATER, REPEATER_2],
      [LOCK_2, REPEATER],
    ]);
    expect(below.flashReport.membership.state).toBe('attached');
    expect(repeater.flashReport.membership.state).toBe('attached');
  });

  test('what the hub holds elsewhere is not moved unless it was let free', async () => {
    const { room, hub, lock } = await home();
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock, { parentId: REPEATER })]))).toBe(
      'commission.tree_rule',
    );
    await room.clock.pass(200_000);
    expectOneMind(room, lock);
  });

  test('asks for the card at a lock that sleeps: it belongs to a hub, and lets nobody in without (A21)', async () => {
    const { room, hub, lock } = await home();
    await room.clock.pass(200_000);
    const work = new Attaching(room);
    const running = work.start(hub, [moved(room, lock, REPEATER)]);
    await room.clock.pass(5_000);
    expect(work.progress.at(-1)).toMatchObject({ step: 'free', needs: 'present_card' });
    lock.presentCard();
    await room.clock.run(running);
    expectOneMind(room, lock);
    expect(parentOf(room, LOCK)).toBe(REPEATER);
  });

  test('a failed check puts it back', async () => {
    const { room, hub, lock } = await home();
    lock.faults.set({ kind: 'jammed' });
    expect(await codeOf(new Attaching(room).run(hub, [moved(room, lock, REPEATER)]))).toBe(
      'commission.check_failed',
    );
    expectOneMind(room, lock);
    expect(parentOf(room, LOCK)).toBeUndefined();
  });
});
