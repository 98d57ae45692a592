import type { DeviceRecord } from '../../../db/types.ts';
import { type Device, DOOR_CHECKS, type DoorCheckResult, testDoor } from '../../../native/devices/index.ts';
import { asCodedError, CodedError, type DoorCheck } from '../../contract/index.ts';
import { isAttached, isLockId } from '../rules/index.ts';
import { type Bench, openSite, siteHubOf, touchSite } from './bench.ts';
import { pairedDevice } from './links.ts';
import { stageTeller } from './stages.ts';
import type { WorkHandle } from './work-log.ts';

/**
 * Tests one door: what hub and lock can judge by themselves, then what a person must. Checks that passed before are
 * not asked again, unless all have: then the whole test is repeated. A failed check makes the door faulty and
 * leaves its lock attached.
 */
export async function testDoorOf(bench: Bench, lock: DeviceRecord, handle: WorkHandle): Promise<void> {
  const { clock } = bench;
  if (lock.kind !== 'lock' || lock.mac === null || !isAttached(lock))
    throw new CodedError('work.not_attached', { device: lock.name });
  const checks = openChecks(bench, lock);
  const channel = await connectLock(bench, lock, handle.signal);
  try {
    await testDoor({
      id: handle.id,
      lockId: lock.mac,
      hub: await connectedHub(bench, lock, handle.signal),
      lock: channel,
      checks,
      ask: handle.ask,
      onResult: (result) => keepResult(bench, lock, result),
      journal: handle.journal,
      clock,
      signal: handle.signal,
      onProgress: stageTeller(handle),
    });
  } finally {
    await channel?.close();
  }
}

function openChecks(bench: Bench, lock: DeviceRecord): DoorCheck[] {
  const passed = new Set(
    bench.store.checks.ofDevice(lock.id).flatMap(({ check, result }) => (result === 'passed' ? [check] : [])),
  );
  const open = DOOR_CHECKS.filter((check) => !passed.has(check));
  return open.length > 0 ? open : [...DOOR_CHECKS];
}

/** The hub, where it is at hand; else the person judges by the maintenance card's light. */
async function connectedHub(
  bench: Bench,
  lock: DeviceRecord,
  signal: AbortSignal,
): Promise<Device | undefined> {
  const hub = siteHubOf(bench.store, lock);
  return hub === undefined ? undefined : unlessCancelled(bench.connectHub(hub, signal), signal);
}

/** The lock itself, where it lets somebody in: once commissioned only after a hand at the lock (A22). */
async function connectLock(
  bench: Bench,
  lock: DeviceRecord,
  signal: AbortSignal,
): Promise<Device | undefined> {
  const { discovery } = bench;
  const find = lock.mac === null ? undefined : discovery.byMac(lock.mac);
  if (lock.mac === null || !isLockId(lock.mac) || find === undefined || find.state === 'commissioned')
    return undefined;
  return unlessCancelled(pairedDevice(bench, find.id, lock.mac, signal), signal);
}

/** A way that does not open is no failure of the test; a cancel is. */
async function unlessCancelled<T>(connecting: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await connecting;
  } catch (caught) {
    if (signal.aborted) throw asCodedError(signal.reason);
    if (caught instanceof CodedError) return undefined;
    throw caught;
  }
}

function keepResult(bench: Bench, lock: DeviceRecord, { check, result, by, detail }: DoorCheckResult): void {
  const { store, clock } = bench;
  store.transaction(() => {
    const at = clock.now();
    const witness = by === 'person' ? bench.person() : by;
    store.checks.insert({ deviceId: lock.id, check, result, by: witness, at, detail });
    const newest = new Map(store.checks.ofDevice(lock.id).map((one) => [one.check, one.result]));
    const failed = [...newest.values()].includes('failed');
    const state = failed ? 'faulty' : newest.size === DOOR_CHECKS.length ? 'tested' : 'attached';
    store.devices.change(
      lock.id,
      { state, ...(by === 'hub' && result === 'passed' ? { heardAt: at } : {}) },
      at,
    );
    touchSite(store, openSite(store, lock.siteId), at);
    bench.audit(lock.siteId, 'door.checked', { device: lock.name, check, result });
  });
}
