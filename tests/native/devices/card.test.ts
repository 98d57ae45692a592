import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { type ChildPlan, MemoryJournal } from '../../../native/devices/index.ts';
import { Attaching, codeOf, Room, story } from './bench.ts';

const RF_LOCK = '11.22.33';

function byCard(id = RF_LOCK): ChildPlan {
  return { id, kind: 'lock', way: { kind: 'card' } };
}

/** A room with a lock that the laptop cannot hear. */
async function roomWithLock() {
  const room = new Room();
  const lock = room.lock(RF_LOCK, { radio: 'rf_net' });
  return { room, lock, hub: await room.paired(room.hub) };
}

describe('attaching with the maintenance card', () => {
  test('waits for the card, and commits the hub once it has heard the lock', async () => {
    const { room, lock, hub } = await roomWithLock();
    const work = new Attaching(room);
    room.clock.setTimer(() => lock.presentCard(), 240_000);
    await work.run(hub, [byCard()]);
    expect(story(work.progress)).toEqual([
      `tree ${RF_LOCK} done`,
      `card ${RF_LOCK} present_card`,
      `card ${RF_LOCK} done`,
      `confirm ${RF_LOCK} done`,
    ]);
    expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: { [RF_LOCK]: 'attached' } });
    // Four minutes are longer than one arming lasts.
    expect(room.hub.writes.failsafe).toBeGreaterThan(3);
    expect(room.hub.writes.attach).toBe(1);
    expect(work.attached).toMatchObject([{ id: RF_LOCK, identity: undefined }]);
  });

  test('a lost answer to attach is settled by asking', async () => {
    const { room, lock, hub } = await roomWithLock();
    const attach = hub.attach.bind(hub);
    hub.attach = async (child, options) => {
      hub.attach = attach;
      await attach(child, options);
      throw new CodedError('device.timeout', { command: 'attach', device: 'hub' });
    };
    room.clock.setTimer(() => lock.presentCard(), 20_000);
    await new Attaching(room).run(hub, [byCard()]);
    expect(room.hub.writes.attach).toBe(1);
  });

  test('nobody comes: given up after ten minutes, and the hub is as before', async () => {
    const { room, hub } = await roomWithLock();
    const beganMs = room.clock.now();
    const work = new Attaching(room);
    expect(await codeOf(work.run(hub, [byCard()]))).toBe('commission.card_not_presented');
    expect((room.clock.now() - beganMs) / 60_000).toBeCloseTo(10, 0);
    expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
  });

  test('cancelled while waiting: the hub is as before', async () => {
    const { room, hub } = await roomWithLock();
    const work = new Attaching(room);
    room.clock.setTimer(() => work.controller.abort(), 30_000);
    expect(await codeOf(work.run(hub, [byCard()]))).toBe('commission.cancelled');
    expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: {}, tree: { items: [] } });
  });

  test('the hub has gone back by itself: told at once, not after ten minutes', async () => {
    const { room, hub } = await roomWithLock();
    const beganMs = room.clock.now();
    room.clock.setTimer(() => void hub.disarm(), 30_000);
    expect(await codeOf(new Attaching(room).run(hub, [byCard()]))).toBe('commission.failsafe_expired');
    expect(room.clock.now() - beganMs).toBeLessThan(40_000);
  });

  test('the cable falls out while waiting, the hub goes back by itself, and the same work begins anew', async () => {
    const { room, lock, hub } = await roomWithLock();
    const journal = new MemoryJournal();
    const work = new Attaching(room);
    room.clock.setTimer(() => void hub.close(), 30_000);
    expect(await codeOf(work.run(hub, [byCard()], journal))).toBe('device.disconnected');
    await room.clock.pass(200_000);
    expect(room.hub.flashReport).toMatchObject({ armed: false, end: 'rolled_back' });
    room.clock.setTimer(() => lock.presentCard(), 20_000);
    await new Attaching(room).run(await room.paired(room.hub), [byCard()], journal);
    expect(room.hub.flashReport.attachments).toEqual({ [RF_LOCK]: 'attached' });
  });
});
