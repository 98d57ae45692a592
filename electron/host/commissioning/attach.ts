import type { DeviceRecord } from '../../../db/types.ts';
import { type AttachedChild, attachChildren, type ChildPlan } from '../../../native/devices/index.ts';
import { attachWay, CodedError } from '../../contract/index.ts';
import { hangsOnHub, isAttached, isLockId, modelOf } from '../rules/index.ts';
import { judgeSite } from '../sites/index.ts';
import { type Bench, hubAbove, openSite, pairedCode, touchSite } from './bench.ts';
import { hubInWork } from './hub-in-work.ts';
import { pairedDevice } from './links.ts';
import { stageTeller } from './stages.ts';
import type { WorkHandle } from './work-log.ts';

/**
 * Attaches planned devices to their hubs, hub after hub, and the repeaters above them first. Refused before
 * anything is sent: `work.hub_not_paired`, `work.no_mac`, and the rule of the tree that stands against it.
 */
export async function attachBelow(
  bench: Bench,
  siteId: string,
  deviceIds: readonly string[],
  handle: WorkHandle,
): Promise<void> {
  const { store } = bench;
  const site = openSite(store, siteId);
  const devices = store.devices.ofSite(siteId);
  const wanted = withParents(devices, deviceIds).filter((device) => !isAttached(device));
  const byHub = Map.groupBy(wanted, (device) => hubOf(device, devices));
  for (const hub of byHub.keys()) pairedCode(store, hub);
  bench.clockTrust.assert();
  refuseBrokenRules(bench, siteId, wanted);
  touchSite(store, site, bench.clock.now());
  for (const [hub, children] of byHub) {
    await attachToHub(bench, hub, children, devices, handle);
  }
}

/** The devices asked for and every repeater above them, parents first. */
function withParents(devices: readonly DeviceRecord[], deviceIds: readonly string[]): DeviceRecord[] {
  const byId = new Map(devices.map((device) => [device.id, device]));
  const wanted = new Set<string>();
  for (const id of deviceIds) {
    if (!byId.has(id)) throw new CodedError('site.device_not_found');
    for (let at = byId.get(id); at !== undefined && at.kind !== 'iq'; at = byId.get(at.parentId ?? ''))
      wanted.add(at.id);
  }
  return devices.filter((device) => wanted.has(device.id));
}

function hubOf(device: DeviceRecord, devices: readonly DeviceRecord[]): DeviceRecord {
  const hub = hubAbove(device, devices);
  if (hub === undefined) throw new CodedError('site.parent_wrong', { device: device.name });
  return hub;
}

function refuseBrokenRules(bench: Bench, siteId: string, wanted: readonly DeviceRecord[]): void {
  const { store } = bench;
  const site = openSite(store, siteId);
  for (const device of wanted) {
    if (device.mac === null) throw new CodedError('work.no_mac', { device: device.name });
    if (hangsOnHub(device)) throw new CodedError('commission.detach_pending', { device: device.name });
  }
  const ids = new Set(wanted.map((device) => device.id));
  const { findings } = judgeSite(site, store.devices.ofSite(siteId), store, bench.rules());
  const broken = findings.find(
    (found) =>
      found.step === 'hardware' &&
      found.severity === 'blocker' &&
      ids.has(found.deviceId ?? '') &&
      !notYet.has(found.code),
  );
  if (broken !== undefined) {
    throw new CodedError(broken.code, broken.params);
  }
}

/** Findings that only say that the work is still to be done. */
const notYet: ReadonlySet<string> = new Set(['LOCK_NOT_ATTACHED', 'IQ_NOT_PAIRED']);

/**
 * Attaches children to one hub, each wholly or not at all. A child that names the hub as the one that holds it is let
 * free first, and moves to its `parentId` together with what hangs below it.
 */
export async function attachToHub(
  bench: Bench,
  hub: DeviceRecord,
  children: readonly DeviceRecord[],
  devices: readonly DeviceRecord[],
  handle: WorkHandle,
): Promise<void> {
  const site = openSite(bench.store, hub.siteId);
  const device = await hubInWork(bench, hub, handle);
  const idOf = new Map(children.map((child) => [child.mac ?? '', child.id]));
  const tell = stageTeller(handle);
  await attachChildren({
    id: handle.id,
    hub: device,
    children: children.map((child) => planOf(bench, child, devices)),
    time: bench.timeFor(site),
    journal: handle.journal,
    clock: bench.clock,
    signal: handle.signal,
    onProgress: (progress) => {
      const current = idOf.get(progress.device ?? '');
      if (current !== undefined) {
        handle.tell({
          deviceIds: [current, ...children.map((child) => child.id).filter((id) => id !== current)],
        });
      }
      tell(progress);
    },
    onAttached: (attached) => keepAttached(bench, children, attached),
  });
}

function planOf(bench: Bench, child: DeviceRecord, devices: readonly DeviceRecord[]): ChildPlan {
  const mac = child.mac ?? '';
  const parent = devices.find((device) => device.id === child.parentId);
  return {
    id: mac,
    kind: child.kind === 'repeater' ? 'repeater' : 'lock',
    ...(parent !== undefined && parent.kind === 'repeater' && parent.mac !== null
      ? { parentId: parent.mac }
      : {}),
    way: attachWayOf(bench, child, mac),
    ...(child.heldByHub === null
      ? {}
      : { heldBy: { hub: child.heldByHub, parent: child.heldByParent ?? undefined } }),
  };
}

/** How this child goes; the host knows its code, and hears what the laptop hears. */
export function attachWayOf(bench: Bench, child: DeviceRecord, mac: string): ChildPlan['way'] {
  const { discovery, store } = bench;
  const activationCode = isLockId(mac) ? mac : store.devices.activationCode(child.id);
  const way = attachWay(
    { ...child, hasCode: activationCode !== null },
    {
      heard: discovery.byMac(mac) !== undefined,
      bluetoothOn: discovery.view().bluetooth === 'on',
    },
  );
  if (way === 'card' || activationCode === null) return { kind: 'card' };
  return {
    kind: 'channel',
    connect: async (signal) => {
      const find = discovery.byMac(mac);
      if (find === undefined) throw new CodedError('finder.not_found');
      return pairedDevice(bench, find.id, activationCode, signal);
    },
  };
}

function keepAttached(bench: Bench, children: readonly DeviceRecord[], attached: AttachedChild): void {
  const child = children.find((device) => device.mac === attached.id);
  if (child === undefined) return;
  const { store, clock } = bench;
  const { identity, health, rssi } = attached;
  store.transaction(() => {
    const now = clock.now();
    store.devices.change(
      child.id,
      {
        state: 'attached',
        heldByHub: null,
        heldByParent: null,
        heardAt: now,
        ...(rssi === undefined ? {} : { rssi }),
        ...(health?.bat === undefined ? {} : { batteryPercent: health.bat, batteryAt: now }),
        ...(identity === undefined
          ? {}
          : {
              ...bench.clockGiven(),
              serial: identity.serial,
              firmware: identity.fw,
              model: modelOf(identity, child.model),
              radio: identity.radio ?? child.radio,
            }),
      },
      now,
    );
    bench.audit(child.siteId, 'device.attached', { device: child.name, mac: attached.id });
  });
}
