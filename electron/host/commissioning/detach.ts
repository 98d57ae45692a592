import type { DeviceRecord, WorkRecord } from '../../../db/types.ts';
import { type DetachedChild, detachChildren } from '../../../native/devices/index.ts';
import { CodedError } from '../../contract/index.ts';
import { hangsOnHub, isAttached, plannedState } from '../rules/index.ts';
import { judgeSite, nextPosition, refuseWrongParent } from '../sites/index.ts';
import { attachToHub, attachWayOf } from './attach.ts';
import { type Bench, hubAbove, openDevice, openSite, pairedCode, touchSite } from './bench.ts';
import { hubInWork } from './hub-in-work.ts';
import { stageTeller } from './stages.ts';
import { namedAs, wayTo } from './way-to-device.ts';
import type { WorkHandle } from './work-log.ts';

/** What ends a place's attachment, and what is to become of the place. Kept in the journal, so that it is resumed. */
interface Purpose {
  readonly kind: 'detach' | 'move_device' | 'replace_device';
  readonly siteId: string;
  readonly deviceIds: readonly string[];
  /** Without waiting for the devices' own word (A49). */
  readonly force: boolean;
  /** Where the device moves to; undefined where it does not move. */
  readonly parentId?: string | undefined;
}

const forceFact = 'force';
const parentFact = 'parent';

/**
 * Detaches devices and everything below them, the lowest first, one after the other; each that is through stays so,
 * whatever becomes of the others. Errors: `work.not_attached`, `work.hub_not_paired`, `commission.*`, `device.*`.
 */
export function detachBelow(
  bench: Bench,
  siteId: string,
  deviceIds: readonly string[],
  force: boolean,
): Promise<void> {
  return run(bench, { kind: 'detach', siteId, deviceIds, force });
}

/**
 * Moves a device below its hub at once and wholly or not at all, where the laptop hears it; else detaches it and what is
 * below it, and plans it elsewhere, so that it can be attached there. Refused before anything is sent:
 * `site.parent_wrong`, CLOCK_UNTRUSTED, and the rule of the tree that stands against it.
 */
export function moveDevice(bench: Bench, deviceId: string, parentId: string): Promise<void> {
  const { store } = bench;
  const device = openDevice(store, deviceId);
  const devices = store.devices.ofSite(device.siteId);
  refuseWrongParent(device, parentId, devices);
  refuseBrokenRules(bench, device, parentId);
  if (wholeMove(bench, deviceId, parentId) !== undefined) bench.clockTrust.assert();
  return run(bench, {
    kind: 'move_device',
    siteId: device.siteId,
    deviceIds: [deviceId],
    force: false,
    parentId,
  });
}

/**
 * Detaches a repeater or lock and what is below it, then forgets which device stood in its place: the place, its door
 * and their history stay for the next one. By force for one that is broken.
 */
export function replaceDevice(bench: Bench, deviceId: string, force: boolean): Promise<void> {
  const { siteId, kind, name, mac } = openDevice(bench.store, deviceId);
  if (kind === 'iq' || mac === null) throw new CodedError('work.not_attached', { device: name });
  return run(bench, { kind: 'replace_device', siteId, deviceIds: [deviceId], force });
}

/** Goes on with what a process left unfinished; each device says itself how far it is. */
export function resumeDetaching(bench: Bench, left: WorkRecord): Promise<void> {
  const { work } = bench.store;
  const { siteId, deviceIds } = left;
  const purpose = {
    kind: left.kind as Purpose['kind'],
    siteId,
    deviceIds,
    force: work.recall(left.id, forceFact) === 'yes',
    parentId: work.recall(left.id, parentFact),
  };
  return run(bench, purpose, left);
}

function run(bench: Bench, purpose: Purpose, left?: WorkRecord): Promise<void> {
  const { kind, siteId, deviceIds, force, parentId } = purpose;
  openSite(bench.store, siteId);
  return bench.work.run(
    { kind, siteId, deviceIds: [...deviceIds] },
    async (handle) => {
      handle.journal.remember(forceFact, force ? 'yes' : 'no');
      if (parentId !== undefined) handle.journal.remember(parentFact, parentId);
      const [deviceId = ''] = deviceIds;
      const whole = parentId === undefined ? undefined : wholeMove(bench, deviceId, parentId);
      await (whole === undefined ? detachAll(bench, purpose, handle) : whole(handle));
      if (kind !== 'detach') for (const id of deviceIds) settle(bench, purpose, id);
    },
    left,
  );
}

/**
 * Attaches a device elsewhere below the hub that holds it: under both failsafes, so that it has moved or is as it was,
 * and what hangs below comes along. Undefined where that way is not open: below another hub, below a repeater that is
 * not attached itself, or for a device that the laptop does not hear.
 */
function wholeMove(
  bench: Bench,
  deviceId: string,
  parentId: string,
): ((handle: WorkHandle) => Promise<void>) | undefined {
  const device = openDevice(bench.store, deviceId);
  const { mac, siteId } = device;
  const devices = bench.store.devices.ofSite(siteId);
  const hub = hubAbove(device, devices);
  const parent = devices.find(({ id }) => id === parentId);
  if (hub === undefined || parent === undefined || mac === null || !isAttached(device)) return undefined;
  const isNear =
    bench.discovery.byMac(mac) !== undefined && attachWayOf(bench, device, mac).kind === 'channel';
  const isReady = parent.kind === 'iq' || isAttached(parent);
  if (!isNear || !isReady || hubAbove(parent, devices)?.id !== hub.id) return undefined;
  const moved = { ...device, ...heldAt(hub, device, devices), parentId };
  return async (handle) => {
    touchSite(bench.store, openSite(bench.store, siteId), bench.clock.now());
    await attachToHub(bench, hub, [moved], devices, handle);
  };
}

/**
 * Everything among these and below them that its hub holds, or may still have in its tree after it was made to forget
 * it; the lowest first.
 */
function attachedBelow(devices: readonly DeviceRecord[], deviceIds: readonly string[]): DeviceRecord[] {
  const chosen = new Set(deviceIds);
  // In tree order parents stand before their children.
  for (const device of devices)
    if (device.parentId !== null && chosen.has(device.parentId)) chosen.add(device.id);
  const isThere = (device: DeviceRecord) =>
    hangsOnHub(device) ||
    (device.state === 'detach_pending' && device.heldByHub === hubAbove(device, devices)?.mac);
  return devices.filter((device) => chosen.has(device.id) && isThere(device)).reverse();
}

async function detachAll(
  bench: Bench,
  { kind, siteId, deviceIds, force }: Purpose,
  handle: WorkHandle,
): Promise<void> {
  const { store, clock } = bench;
  const devices = store.devices.ofSite(siteId);
  const [first] = deviceIds.map((id) => devices.find((device) => device.id === id));
  if (first === undefined) throw new CodedError('site.device_not_found');
  const leaving = attachedBelow(devices, deviceIds);
  if (leaving.length === 0 && kind === 'detach')
    throw new CodedError('work.not_attached', { device: first.name });
  touchSite(store, openSite(store, siteId), clock.now());
  for (const [hub, children] of Map.groupBy(leaving, (device) => hubAbove(device, devices))) {
    if (hub === undefined) throw new CodedError('site.parent_wrong', { device: first.name });
    pairedCode(store, hub);
    await detachFromHub(bench, hub, children, { devices, force, handle });
  }
}

async function detachFromHub(
  bench: Bench,
  hub: DeviceRecord,
  children: readonly DeviceRecord[],
  { devices, force, handle }: { devices: readonly DeviceRecord[]; force: boolean; handle: WorkHandle },
): Promise<void> {
  const byMac = new Map(children.map((child) => [child.mac ?? '', child]));
  const tell = stageTeller(handle);
  try {
    await detachChildren({
      id: handle.id,
      hub: await hubInWork(bench, hub, handle),
      children: [...byMac].map(([id, child]) => ({
        id,
        connect: ownWay(bench, child, id, handle),
        untold: child.heldByHub !== null,
      })),
      force,
      journal: handle.journal,
      clock: bench.clock,
      signal: handle.signal,
      onProgress: (progress) => {
        const current = byMac.get(progress.device ?? '')?.id;
        if (current !== undefined) {
          handle.tell({
            deviceIds: [current, ...children.map(({ id }) => id).filter((id) => id !== current)],
          });
        }
        tell(progress);
      },
      onAsked: (mac) => keepAsked(bench, hub, byMac.get(mac), devices, force),
      onDetached: (detached) => keepDetached(bench, hub, byMac.get(detached.id), devices, detached),
    });
  } catch (caught) {
    throw children.reduce<unknown>((named, child) => namedAs(child, named), caught);
  }
}

/** Only where the laptop hears it: nobody waits for what is lost. */
function ownWay(bench: Bench, child: DeviceRecord, mac: string, handle: WorkHandle) {
  if (bench.discovery.byMac(mac) === undefined || child.radio === 'rf_net') return undefined;
  const isKnown = child.hasActivationCode || child.kind === 'lock';
  return isKnown ? wayTo(bench, child, mac, handle) : undefined;
}

/** Written down before anything else is done: a hub that was made to forget a device cannot say so later. */
function keepAsked(
  { store, clock }: Bench,
  hub: DeviceRecord,
  child: DeviceRecord | undefined,
  devices: readonly DeviceRecord[],
  force: boolean,
): void {
  if (child === undefined) return;
  const change = force ? heldAt(hub, child, devices) : ({ state: 'detach_pending' } as const);
  store.devices.change(child.id, change, clock.now());
}

function keepDetached(
  bench: Bench,
  hub: DeviceRecord,
  child: DeviceRecord | undefined,
  devices: readonly DeviceRecord[],
  { confirmed }: DetachedChild,
): void {
  if (child === undefined) return;
  const { store, clock } = bench;
  store.transaction(() => {
    const held = confirmed ? free : heldAt(hub, child, devices);
    store.devices.change(child.id, { ...held, rssi: null }, clock.now());
    store.checks.beginAnew(child.id);
    bench.audit(child.siteId, 'device.detached', { device: child.name, mac: child.mac ?? '', confirmed });
  });
}

const free = { state: 'detached', heldByHub: null, heldByParent: null } as const;

/** What is kept of a device that still believes in its place below a hub. */
export function heldAt(
  hub: DeviceRecord,
  child: DeviceRecord,
  devices: readonly DeviceRecord[],
): Pick<DeviceRecord, 'state' | 'heldByHub' | 'heldByParent'> {
  const parent = devices.find(({ id }) => id === child.parentId);
  return {
    state: 'detach_pending',
    heldByHub: hub.mac,
    heldByParent: parent?.kind === 'repeater' ? parent.mac : null,
  };
}

/** The place is free: the plan says what it is for from now on. */
function settle(bench: Bench, { kind, parentId }: Purpose, deviceId: string): void {
  const { store, clock } = bench;
  store.transaction(() => {
    const device = openDevice(store, deviceId);
    const now = clock.now();
    if (kind === 'move_device' && parentId !== undefined) {
      const position = nextPosition(store.devices.ofSite(device.siteId), parentId);
      store.devices.change(deviceId, { parentId, position }, now);
      store.checks.beginAnew(deviceId);
      bench.audit(device.siteId, 'device.moved', { device: device.name });
    } else if (device.mac !== null) {
      store.devices.change(deviceId, nobody, now);
      bench.audit(device.siteId, 'device.replaced', { device: device.name, mac: device.mac });
    }
  });
}

/** A place in which no device stands. */
const nobody = {
  mac: null,
  activationCode: null,
  state: plannedState(null, false),
  serial: null,
  firmware: null,
  rssi: null,
  batteryPercent: null,
  batteryAt: null,
  heardAt: null,
  clockSetAt: null,
  clockOffsetMs: null,
  heldByHub: null,
  heldByParent: null,
} as const;

/** Only what the move itself would break stands against it. */
function refuseBrokenRules(bench: Bench, device: DeviceRecord, parentId: string): void {
  const { store } = bench;
  const site = openSite(store, device.siteId);
  const devices = store.devices.ofSite(device.siteId);
  const brokenOf = (plan: readonly DeviceRecord[]) =>
    judgeSite(site, plan, store, bench.rules()).findings.filter(
      ({ step, severity }) => step === 'hardware' && severity === 'blocker',
    );
  const before = new Set(brokenOf(devices).map(({ code, deviceId }) => `${code} ${deviceId}`));
  const moved = devices.map((each) => (each.id === device.id ? { ...each, parentId } : each));
  const broken = brokenOf(moved).find(({ code, deviceId }) => !before.has(`${code} ${deviceId}`));
  if (broken !== undefined) {
    throw new CodedError(broken.code, broken.params);
  }
}
