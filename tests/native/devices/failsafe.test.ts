import { describe, expect, test } from 'vitest';
import { Failsafe } from '../../../native/devices/failsafe.ts';
import { MemoryJournal } from '../../../native/devices/index.ts';
import { codeOf, Room } from './bench.ts';

/** A paired hub that is armed, with a written tree. */
async function armed() {
  const room = new Room();
  const device = await room.paired(room.hub);
  const failsafe = new Failsafe(device, { clock: room.clock, journal: new MemoryJournal() });
  const { signal } = new AbortController();
  await room.clock.run(failsafe.arm(signal));
  await room.clock.run(device.writeTree({ rev: 0, items: [] }));
  return { room, failsafe, commit: () => room.clock.run(failsafe.commit(signal)) };
}

describe('a commit without its answer is settled by asking how the failsafe ended (A36)', () => {
  test('it was done: success, and no second commit', async () => {
    const { room, failsafe, commit } = await armed();
    room.hub.faults.set({ kind: 'drop_answer', count: 1, command: 'failsafe' });
    await commit();
    expect(failsafe.armed).toBe(false);
    expect(room.hub.flashReport).toMatchObject({ end: 'committed', tree: { rev: 1 } });
    expect(room.hub.writes.failsafe).toBe(2);
  });

  test('it never arrived: it is sent again', async () => {
    const { room, commit } = await armed();
    room.hub.faults.set({ kind: 'drop_request', count: 1, command: 'failsafe' });
    await commit();
    expect(room.hub.flashReport).toMatchObject({ end: 'committed', tree: { rev: 1 } });
  });

  test('the device went back meanwhile: told, and not taken for success', async () => {
    const { room, failsafe, commit } = await armed();
    await room.clock.pass(180_000);
    expect(await codeOf(commit())).toBe('commission.failsafe_expired');
    expect(failsafe.armed).toBe(false);
    expect(room.hub.flashReport).toMatchObject({ end: 'rolled_back', tree: { rev: 0 } });
  });
});
