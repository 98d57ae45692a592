import { describe, expect, test } from 'vitest';
import {
  type ChildToDetach,
  type DetachedChild,
  type Device,
  detachChildren,
  type Journal,
  MemoryJournal,
  type Progress,
} from '../../../native/devices/index.ts';
import type { VirtualDevice } from '../../../native/virtual/index.ts';
import { Attaching, codeOf, HUB, LOCK, LOCK_2, REPEATER, Room, story } from './bench.ts';

/** One run of detaching, with everything it told. */
class Detaching {
  readonly progress: Progress[] = [];
  readonly asked: string[] = [];
  readonly detached: DetachedChild[] = [];
  readonly controller = new AbortController();
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  start(
    hub: Device,
    children: readonly ChildToDetach[],
    { force = false, journal = new MemoryJournal() }: { force?: boolean; journal?: Journal } = {},
  ): Promise<void> {
    return detachChildren({
      id: 'work',
      hub,
      children,
      force,
      journal,
      clock: this.#room.clock,
      signal: this.controller.signal,
      onProgress: (progress) => this.progress.push(progress),
      onAsked: (id) => this.asked.push(id),
      onDetached: (child) => this.detached.push(child),
    });
  }

  run(...args: Parameters<Detaching['start']>): Promise<void> {
    return this.#room.clock.run(this.start(...args));
  }
}

const ways = ['usb', 'bluetooth'] as const;

async function attached(way: 'usb' | 'bluetooth' = 'usb') {
  const room = new Room();
  const lock = room.lock();
  room.hub.pressButton();
  const hub = await room.paired(room.hub, way);
  await new Attaching(room).run(hub, [room.near(lock)]);
  return { room, lock, hub };
}

const ofChild = (room: Room, lock: VirtualDevice): ChildToDetach => ({
  id: lock.description.mac,
  connect: () => room.connect(lock),
});

function expectFree(room: Room, lock: VirtualDevice): void {
  expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
  expect(lock.flashReport).toMatchObject({ armed: false, membership: { state: 'detached' } });
}

describe.each(ways)('detaching over %s (A49)', (way) => {
  test('waits for the lock, and takes it out of the tree', async () => {
    const { room, lock, hub } = await attached(way);
    const work = new Detaching(room);
    await work.run(hub, [{ id: LOCK }]);
    expect(story(work.progress)).toEqual([
      `order ${LOCK} done`,
      `confirmation ${LOCK} done`,
      `untree ${LOCK} done`,
    ]);
    expect(work.asked).toEqual([LOCK]);
    expect(work.detached).toEqual([{ id: LOCK, confirmed: true }]);
    expectFree(room, lock);
  });

  test.each(['detach', 'tree', 'failsafe', 'attach'])(
    'a lost answer to %s changes nothing',
    async (command) => {
      const { room, lock, hub } = await attached(way);
      room.hub.faults.set({ kind: 'drop_answer', count: 1, command });
      const before = room.hub.writes.tree ?? 0;
      await new Detaching(room).run(hub, [{ id: LOCK }]);
      expectFree(room, lock);
      expect(room.hub.writes.detach).toBe(1);
      expect(room.hub.writes.tree).toBe(before + 1);
    },
  );

  test.each(['before', 'after'] as const)(
    'a hub that restarts %s each write is asked again',
    async (moment) => {
      for (const command of ['detach', 'tree', 'failsafe']) {
        const { room, lock, hub } = await attached(way);
        const journal = new MemoryJournal();
        room.hub.faults.set({ kind: 'restart', command, moment });
        await codeOf(new Detaching(room).run(hub, [{ id: LOCK }], { journal }));
        await room.clock.pass(300_000);
        room.hub.pressButton();
        const again = await room.paired(room.hub, way);
        await new Detaching(room).run(again, [{ id: LOCK }], { journal });
        expectFree(room, lock);
      }
    },
  );
});

describe('detaching', () => {
  test('what is gone already is told, and nothing is written', async () => {
    const { room, hub } = await attached();
    await new Detaching(room).run(hub, [{ id: LOCK }]);
    const writes = { ...room.hub.writes };
    const again = new Detaching(room);
    await again.run(hub, [{ id: LOCK }]);
    expect(again.detached).toEqual([{ id: LOCK, confirmed: true }]);
    expect(again.asked).toEqual([]);
    expect(room.hub.writes).toEqual(writes);
  });

  test('a lock that does not let go is named, stays in its place, and goes when it is well again', async () => {
    const { room, lock, hub } = await attached();
    lock.faults.set({ kind: 'detach_hangs' });
    const work = new Detaching(room);
    const failure = await work.run(hub, [{ id: LOCK }]).catch((caught: unknown) => caught);
    expect(failure).toMatchObject({
      problem: { code: 'commission.detach_unconfirmed', params: { device: LOCK, seconds: 120 } },
    });
    expect(work.detached).toEqual([]);
    expect(room.hub.flashReport.attachments[LOCK]).toBe('detach_pending');
    expect(room.hub.flashReport.tree.items).toHaveLength(1);
    lock.faults.clear();
    await new Detaching(room).run(hub, [{ id: LOCK }]);
    expectFree(room, lock);
  });

  test('cancelled while it waits, the lock is pending, and a second run finishes', async () => {
    const { room, lock, hub } = await attached();
    lock.faults.set({ kind: 'detach_hangs' });
    const work = new Detaching(room);
    const running = work.start(hub, [{ id: LOCK }]);
    await room.clock.pass(5_000);
    work.controller.abort();
    expect(await codeOf(room.clock.run(running))).toBe('commission.cancelled');
    expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: { [LOCK]: 'detach_pending' } });
    lock.faults.clear();
    await new Detaching(room).run(hub, [{ id: LOCK }]);
    expectFree(room, lock);
  });

  test('children go before their repeater, and a repeater with children is refused', async () => {
    const room = new Room();
    const [lock, other, repeater] = [room.lock(), room.lock(LOCK_2), room.repeater()];
    const hub = await room.paired(room.hub);
    await new Attaching(room).run(hub, [
      room.near(repeater),
      room.near(lock, { parentId: REPEATER }),
      room.near(other),
    ]);
    expect(await codeOf(new Detaching(room).run(hub, [{ id: REPEATER }]))).toBe('commission.has_children');
    await new Detaching(room).run(hub, [{ id: LOCK }, { id: REPEATER }]);
    expect(room.hub.flashReport.tree.items).toEqual([{ id: LOCK_2, type: 3 }]);
    expect(room.hub.flashReport.attachments).toEqual({ [LOCK_2]: 'attached' });
    expect(lock.flashReport.membership.state).toBe('detached');
    expect(repeater.flashReport.membership.state).toBe('detached');
    expect(other.flashReport.membership.state).toBe('attached');
  });

  test('what another laptop wrote meanwhile stands, and the run says so (A45)', async () => {
    const { room, lock, hub } = await attached();
    const other = room.lock(LOCK_2);
    const stolen = hub.writeTree.bind(hub);
    hub.writeTree = async (tree, options) => {
      hub.writeTree = stolen;
      // Between the reading and the writing another one writes.
      await stolen(
        {
          rev: tree.rev,
          items: [
            { id: LOCK, type: 3 },
            { id: LOCK_2, type: 3 },
          ],
        },
        options,
      );
      return stolen(tree, options);
    };
    expect(await codeOf(new Detaching(room).run(hub, [{ id: LOCK }]))).toBe('commission.tree_changed');
    expect(room.hub.flashReport.armed).toBe(false);
    await new Detaching(room).run(hub, [{ id: LOCK }]);
    expectFree(room, lock);
    expect(other.flashReport.membership.state).toBe('detached');
  });

  test('what somebody left armed on the hub is rolled back before', async () => {
    const { room, lock, hub } = await attached();
    await room.clock.run(hub.arm(180));
    await new Detaching(room).run(hub, [{ id: LOCK }]);
    expectFree(room, lock);
  });
});

describe('detaching by force (A49)', () => {
  test('tells the lock, too, where it answers', async () => {
    const { room, lock, hub } = await attached();
    lock.faults.set({ kind: 'detach_hangs' });
    lock.presentCard();
    const work = new Detaching(room);
    await work.run(hub, [ofChild(room, lock)], { force: true });
    expect(work.detached).toEqual([{ id: LOCK, confirmed: true }]);
    expectFree(room, lock);
  });

  test('does without a lock that is lost, and says that it was not told', async () => {
    const { room, lock, hub } = await attached();
    lock.faults.set({ kind: 'silence', afterAnswers: 0 });
    lock.faults.set({ kind: 'detach_hangs' });
    const work = new Detaching(room);
    await work.run(hub, [ofChild(room, lock)], { force: true });
    expect(work.detached).toEqual([{ id: LOCK, confirmed: false }]);
    expect(room.hub.flashReport).toMatchObject({ attachments: {}, tree: { items: [] } });
    expect(lock.flashReport.membership).toEqual({ state: 'attached', iq: HUB });
  });

  test('a run that died after the order still knows that the lock was not told', async () => {
    const { room, lock, hub } = await attached();
    lock.faults.set({ kind: 'detach_hangs' });
    const journal = new MemoryJournal();
    room.hub.faults.set({ kind: 'restart', command: 'tree', moment: 'before' });
    await codeOf(new Detaching(room).run(hub, [{ id: LOCK }], { force: true, journal }));
    await room.clock.pass(5_000);
    const again = await room.paired(room.hub);
    const work = new Detaching(room);
    await work.run(again, [{ id: LOCK }], { force: true, journal });
    expect(work.detached).toEqual([{ id: LOCK, confirmed: false }]);
  });
});

describe('a lock that another hub was made to forget', () => {
  test('is let free by its channel, and attached to the new hub', async () => {
    const { room, lock, hub } = await attached();
    const old = room.hub;
    await hub.close();
    const next = room.make({ kind: 'iq', mac: '04.A2.A0', serial: 'IQ3-000002', activationCode: '11.22.33' });
    const nextHub = await room.paired(next);
    const plain = new Attaching(room);
    lock.presentCard();
    expect(await codeOf(plain.run(nextHub, [room.near(lock)]))).toBe('commission.lock_taken');
    expect(lock.flashReport.membership).toEqual({ state: 'attached', iq: HUB });
    lock.presentCard();
    const work = new Attaching(room);
    await work.run(nextHub, [room.near(lock, { heldBy: { hub: HUB } })]);
    expect(story(work.progress)[0]).toBe(`free ${LOCK} done`);
    expect(lock.flashReport).toMatchObject({
      armed: false,
      membership: { state: 'attached', iq: '04.A2.A0' },
    });
    expect(next.flashReport.attachments).toEqual({ [LOCK]: 'attached' });
    expect(old.flashReport.attachments).toEqual({ [LOCK]: 'attached' });
  });

  test('goes back to its hub where the attachment fails', async () => {
    const { room, lock, hub } = await attached();
    await hub.close();
    const next = room.make({ kind: 'iq', mac: '04.A2.A0', serial: 'IQ3-000002', activationCode: '11.22.33' });
    const nextHub = await room.paired(next);
    lock.faults.set({ kind: 'jammed' });
    lock.presentCard();
    const work = new Attaching(room);
    const heldBy = { hub: HUB };
    expect(await codeOf(work.run(nextHub, [room.near(lock, { heldBy })]))).toBe('commission.check_failed');
    expect(lock.flashReport).toMatchObject({ armed: false, membership: { state: 'attached', iq: HUB } });
    expect(next.flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
  });

  test.each(['detach', 'failsafe', 'join'])('a restart of the lock at %s is no harm', async (command) => {
    for (const moment of ['before', 'after'] as const) {
      const { room, lock, hub } = await attached();
      await hub.close();
      const next = room.make({
        kind: 'iq',
        mac: '04.A2.A0',
        serial: 'IQ3-000002',
        activationCode: '11.22.33',
      });
      const nextHub = await room.paired(next);
      const journal = new MemoryJournal();
      const plan = room.near(lock, { heldBy: { hub: HUB } });
      lock.presentCard();
      lock.faults.set({ kind: 'restart', command, moment });
      await codeOf(new Attaching(room).run(nextHub, [plan], journal));
      await room.clock.pass(200_000);
      lock.presentCard();
      await new Attaching(room).run(nextHub, [plan], journal);
      expect(lock.flashReport).toMatchObject({
        armed: false,
        membership: { state: 'attached', iq: '04.A2.A0' },
      });
      expect(next.flashReport.attachments).toEqual({ [LOCK]: 'attached' });
    }
  });

  test('with the card, never elsewhere in the tree of the hub that forgot it (reboot loop)', async () => {
    const { room, lock, hub } = await attached();
    const repeater = room.repeater();
    await new Attaching(room).run(hub, [room.near(repeater)]);
    lock.faults.set({ kind: 'detach_hangs' });
    await new Detaching(room).run(hub, [{ id: LOCK }], { force: true });
    const writes = { ...room.hub.writes };
    const plan = room.near(lock, { parentId: REPEATER, way: { kind: 'card' }, heldBy: { hub: HUB } });
    expect(await codeOf(new Attaching(room).run(hub, [plan]))).toBe('commission.reboot_loop');
    expect(room.hub.writes).toEqual(writes);
  });
});
