import { describe, expect, test } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import { MemoryJournal } from '../../../native/devices/index.ts';
import { Attaching, codeOf, LOCK, LOCK_2, REPEATER, Room, story } from './bench.ts';

const STAGES = ['tree', 'ready', 'ticket', 'join', 'tests', 'confirm'];

function done(id: string, stages: readonly string[] = STAGES): string[] {
  return stages.map((stage) => `${stage} ${id} done`);
}

/** What both sides have in flash after an attachment that went well. */
function expectAttached(room: Room, lock: ReturnType<Room['lock']>): void {
  const { mac } = lock.description;
  expect(room.hub.flashReport.attachments[mac]).toBe('attached');
  expect(room.hub.flashReport).toMatchObject({ armed: false, end: 'committed' });
  expect(lock.flashReport).toMatchObject({
    armed: false,
    end: 'committed',
    membership: { state: 'attached' },
  });
}

/** What both sides have after one that did not. */
function expectUntouched(room: Room, lock: ReturnType<Room['lock']>): void {
  expect(room.hub.flashReport).toMatchObject({ armed: false, attachments: {} });
  expect(room.hub.flashReport.tree.items).toEqual([]);
  expect(lock.flashReport).toMatchObject({ armed: false, membership: { state: 'detached' } });
}

describe('attaching a lock over the channel', () => {
  test('six stages, in order, and both sides keep it', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const work = new Attaching(room);
    const settings = { open_s: 6, mode: 'office' } as const;
    await work.run(hub, [room.near(lock, { settings })]);
    expect(story(work.progress)).toEqual(done(LOCK));
    expect(work.progress[0]?.table.map(({ step }) => step)).toEqual(STAGES);
    expectAttached(room, lock);
    expect(lock.flashReport.timeZone).toBe('Europe/Berlin');
    expect(lock.writes).toMatchObject({ join: 1, clock: 1, settings: 1, test: 3 });
    expect(room.hub.writes).toMatchObject({ tree: 1, attach: 1 });
    expect(work.attached).toMatchObject([{ id: LOCK, identity: { mac: LOCK }, health: { bat: 87 } }]);
    expect(work.attached[0]?.rssi).toBeLessThan(0);
    expect(work.progress.some(({ failsafeEndsAt }) => (failsafeEndsAt ?? 0) > room.clock.now())).toBe(true);
    expect(work.progress.at(-1)?.failsafeEndsAt).toBeUndefined();
  });

  test('takes 19 round trips over Bluetooth, from the connection to attached and tested', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const asked: string[] = [];
    const connect = async () => {
      const device = await room.connect(lock, 'bluetooth', (channel) => {
        const send = channel.send.bind(channel);
        channel.send = (packet) => {
          asked.push('request');
          return send(packet);
        };
        return channel;
      });
      const run = device.run.bind(device);
      device.run = (command, request, options) => {
        asked[asked.length] = `${command.op} ${command.name}`;
        return run(command, request, options);
      };
      return device;
    };
    await new Attaching(room).run(hub, [{ ...room.near(lock), way: { kind: 'channel', connect } }]);
    // Who it is, three steps of pairing, and who it is and what it can take from inside the seal (A34).
    expect(asked.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => 'request'));
    expect(asked.slice(6).filter((name) => name !== 'request')).toEqual([
      ...['read failsafe', 'write failsafe', 'read join', 'write join', 'read clock', 'write clock'],
      ...['write test', 'write test', 'write test', 'read health'],
      ...['read failsafe', 'write failsafe', 'write failsafe'],
    ]);
    expect(asked.filter((name) => name === 'request')).toHaveLength(19);
  });

  test('what is attached is skipped, and nothing is written', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    await new Attaching(room).run(hub, [room.near(lock)]);
    const writes = { ...room.hub.writes };
    const again = new Attaching(room);
    await again.run(hub, [room.near(lock)]);
    expect(story(again.progress)).toEqual(STAGES.map((stage) => `${stage} ${LOCK} skipped`));
    expect(again.attached.map(({ id }) => id)).toEqual([LOCK]);
    expect(room.hub.writes).toEqual(writes);
  });

  test('a repeater is attached before what hangs below it; the tree keeps its order', async () => {
    const room = new Room();
    const [lock, other, repeater] = [room.lock(), room.lock(LOCK_2), room.repeater()];
    const hub = await room.paired(room.hub);
    const work = new Attaching(room);
    await work.run(hub, [room.near(other), room.near(lock, { parentId: REPEATER }), room.near(repeater)]);
    expect(story(work.progress)).toEqual([
      ...done(LOCK_2),
      ...done(REPEATER, ['tree', 'ready', 'ticket', 'join', 'confirm']),
      ...done(LOCK),
    ]);
    expect(room.hub.flashReport.tree.items).toEqual([
      { id: LOCK_2, type: 3 },
      { id: REPEATER, type: 2 },
      { id: LOCK, parent: REPEATER, type: 3 },
    ]);
    expectAttached(room, lock);
  });

  test('a parent that is not attached stops it before anything is written', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const work = new Attaching(room);
    const plan = room.near(lock, { parentId: REPEATER });
    expect(await codeOf(work.run(hub, [plan]))).toBe('commission.parent_missing');
    expect(room.hub.writes.tree).toBeUndefined();
    expectUntouched(room, lock);
  });

  test('a check that fails rolls both back', async () => {
    const room = new Room();
    const lock = room.lock();
    lock.faults.set({ kind: 'jammed' });
    const hub = await room.paired(room.hub);
    const failure = await new Attaching(room).run(hub, [room.near(lock)]).catch((caught: unknown) => caught);
    expect((failure as CodedError).problem).toEqual({
      code: 'commission.check_failed',
      params: { device: LOCK, check: 'motor', detail: 'jammed' },
    });
    expectUntouched(room, lock);
  });

  test('a lock that the hub does not hear is given up, and both are as before', async () => {
    const room = new Room();
    const lock = room.lock();
    lock.faults.set({ kind: 'weak_radio', lossDb: 80 });
    const hub = await room.paired(room.hub);
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock)]))).toBe('commission.not_attached');
    expectUntouched(room, lock);
  });

  test('cancel at every stage but the last leaves both as they were', async () => {
    for (const stage of STAGES.slice(0, -1)) {
      const room = new Room();
      const lock = room.lock();
      const hub = await room.paired(room.hub);
      const work = new Attaching(room);
      const running = work.start(hub, [room.near(lock)]);
      const seen = work.progress.push.bind(work.progress);
      work.progress.push = (progress) => {
        if (progress.step === stage && progress.state === 'running') work.controller.abort();
        return seen(progress);
      };
      expect(await codeOf(room.clock.run(running)), stage).toBe('commission.cancelled');
      expectUntouched(room, lock);
    }
  });

  test('cancel between the commits comes too late: both keep it', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const work = new Attaching(room);
    const seen = work.progress.push.bind(work.progress);
    work.progress.push = (progress) => {
      if (progress.step === 'confirm' && progress.state === 'running') work.controller.abort();
      return seen(progress);
    };
    await work.run(hub, [room.near(lock)]);
    expectAttached(room, lock);
  });

  test('another lock than planned is refused', async () => {
    const room = new Room();
    const [lock, other] = [room.lock(), room.lock(LOCK_2)];
    const hub = await room.paired(room.hub);
    const plan = { ...room.near(other), id: LOCK };
    expect(await codeOf(new Attaching(room).run(hub, [plan]))).toBe('commission.wrong_device');
    expectUntouched(room, lock);
    expectUntouched(room, other);
  });

  test('a lock of another hub is left alone', async () => {
    const room = new Room();
    const lock = room.lock();
    const stranger = room.make({ kind: 'iq', mac: '4F.A1.3C', activationCode: '11.22.33' });
    await new Attaching(room).run(await room.paired(stranger), [room.near(lock)]);
    lock.presentCard();
    const hub = await room.paired(room.hub);
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock)]))).toBe('commission.lock_taken');
    expect(lock.flashReport.membership).toEqual({ state: 'attached', iq: '4F.A1.3C' });
    expect(room.hub.flashReport.attachments).toEqual({});
  });

  test('somebody else wrote the tree in between', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const readTree = hub.tree.bind(hub);
    hub.tree = async (options) => {
      const tree = await readTree(options);
      if (!room.hub.flashReport.armed) return tree;
      await hub.writeTree({ ...tree, items: [{ id: LOCK_2, type: 3 }] });
      return tree;
    };
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock)]))).toBe('commission.tree_changed');
    expectUntouched(room, lock);
  });

  test('a failsafe that somebody else left armed is rolled back before ours begins (A37)', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    await room.clock.run(hub.arm(180));
    await room.clock.run(hub.writeTree({ rev: 0, items: [{ id: LOCK_2, type: 3 }] }));
    await new Attaching(room).run(hub, [room.near(lock)]);
    expect(room.hub.flashReport.tree.items).toEqual([{ id: LOCK, type: 3 }]);
  });

  test('a sleeping lock: the person is asked to wake it, and then it goes on', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const work = new Attaching(room);
    lock.powerOff();
    room.clock.setTimer(() => lock.powerOn(), 100_000);
    await work.run(hub, [room.near(lock)]);
    expect(story(work.progress)).toEqual([
      `tree ${LOCK} done`,
      `ready ${LOCK} wake_lock`,
      ...done(LOCK).slice(1),
    ]);
    // The hub was armed again while it waited (180 s would have been long enough, half of it was not).
    expect(room.hub.writes.failsafe).toBeGreaterThan(2);
    expectAttached(room, lock);
  });
});

describe('between the two commits (A38)', () => {
  test('the hub went back: it is told again, and the lock needs no new ticket', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const commit = hub.commit.bind(hub);
    hub.commit = async (options) => {
      hub.commit = commit;
      await hub.disarm();
      await commit(options);
    };
    await new Attaching(room).run(hub, [room.near(lock)]);
    expectAttached(room, lock);
    expect(lock.writes.join).toBe(1);
    expect(room.hub.writes.tree).toBe(2);
  });

  test('the hub went back and cannot hear the lock any more: the lock is let free', async () => {
    const room = new Room();
    const lock = room.lock();
    const hub = await room.paired(room.hub);
    const commit = hub.commit.bind(hub);
    hub.commit = async (options) => {
      hub.commit = commit;
      lock.faults.set({ kind: 'weak_radio', lossDb: 80 });
      await hub.disarm();
      await commit(options);
    };
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock)]))).toBe('commission.not_attached');
    expectUntouched(room, lock);
  });

  test.each([
    ['did not hear', 'drop_request', 'detached'],
    ['did', 'drop_answer', 'attached'],
  ] as const)(
    'the child is silent about a commit that it %s: it may be attached, and that is told',
    async (_, kind, state) => {
      const room = new Room();
      const lock = room.lock();
      const hub = await room.paired(room.hub);
      const attaching = new Attaching(room);
      const connect = async () => {
        const device = await room.connect(lock);
        const commit = device.commit.bind(device);
        device.commit = (options) => {
          lock.faults.set({ kind, count: 20 });
          return commit(options);
        };
        return device;
      };
      const plan = room.near(lock, { way: { kind: 'channel', connect } });
      expect(await codeOf(attaching.run(hub, [plan]))).toBe('commission.half_attached');
      await room.clock.pass(180_000);
      expect(lock.flashReport.membership.state).toBe(state);
      lock.faults.clear();
      lock.presentCard();
      await new Attaching(room).run(await room.paired(room.hub), [room.near(lock)]);
      expectAttached(room, lock);
    },
  );

  test('the hub is gone: half attached, and the next run of the same work mends it without the lock', async () => {
    const room = new Room();
    const lock = room.lock();
    const journal = new MemoryJournal();
    const hub = await room.paired(room.hub);
    const commit = hub.commit.bind(hub);
    hub.commit = async (options) => {
      room.hub.restart();
      await room.clock.pass(500);
      await commit(options);
    };
    expect(await codeOf(new Attaching(room).run(hub, [room.near(lock)], journal))).toBe(
      'commission.half_attached',
    );
    expect(lock.flashReport.membership.state).toBe('attached');
    expect(room.hub.flashReport.attachments).toEqual({});
    const again = new Attaching(room);
    const plan = room.near(lock, {
      way: { kind: 'channel', connect: () => Promise.reject(new Error('asleep')) },
    });
    await again.run(await room.paired(room.hub), [plan], journal);
    expectAttached(room, lock);
    expect(lock.writes.join).toBe(1);
  });
});
