import type { WorkRecord } from '../../../db/types.ts';
import { pairHub } from '../../../native/devices/index.ts';
import { CodedError, type DoorCheck, type Network, type Reach, type Work } from '../../contract/index.ts';
import { isLockId, modelOf, tidyCode } from '../rules/index.ts';
import { attachBelow } from './attach.ts';
import { type Bench, type CommissioningDeps, openDevice, openSite, pairedCode, touchSite } from './bench.ts';
import { type ClockTrust, createClockTrust } from './clock-trust.ts';
import { detachBelow, moveDevice, replaceDevice, resumeDetaching } from './detach.ts';
import { createLinks } from './links.ts';
import { createDeviceLooks, type DeviceLooks } from './look-at-device.ts';
import { createLooks } from './looks.ts';
import { createHubNetworks, type HubNetworks } from './network.ts';
import { replaceHub } from './replace-hub.ts';
import { resetPlanned } from './reset.ts';
import { stageTeller } from './stages.ts';
import { testDoorOf } from './test-door.ts';
import { type FirmwareUpdate, resumeFirmwareUpdate, updateFirmwareOf } from './update-firmware.ts';
import { createWorkLog, type DoorAnswer } from './work-log.ts';

/** Everything that is done to a device; one piece of work at a time. */
export interface Commissioning {
  current(): Work | null;
  subscribe(listener: () => void): () => void;
  pairHub(deviceId: string, foundId: string, activationCode: string): Promise<void>;
  /** `prove` (true where absent): keeps the network only if the hub gets through. */
  configureNetwork(deviceId: string, network: Network, prove?: boolean): Promise<Reach>;
  readonly networks: Omit<HubNetworks, 'write'>;
  readonly looks: DeviceLooks;
  readonly clockTrust: Pick<ClockTrust, 'confirm'>;
  attach(siteId: string, deviceIds: readonly string[]): Promise<void>;
  updateFirmware(siteId: string, updates: readonly FirmwareUpdate[]): Promise<void>;
  detach(siteId: string, deviceIds: readonly string[], force: boolean): Promise<void>;
  move(deviceId: string, parentId: string): Promise<void>;
  /** Frees the place of a lock or repeater for another one. */
  replace(deviceId: string, force: boolean): Promise<void>;
  replaceHub(deviceId: string, foundId: string, activationCode: string): Promise<void>;
  reset(deviceId: string): Promise<void>;
  testDoor(deviceId: string): Promise<void>;
  identify(foundId: string, seconds: number, signal?: AbortSignal): Promise<void>;
  answer(workId: string, check: DoorCheck, answer: DoorAnswer): void;
  cancel(workId: string): void;
  /** Goes on with what a process that died left unfinished. Never throws. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the commissioning part. */
export function createCommissioning(deps: CommissioningDeps): Commissioning {
  const { store, discovery, clock } = deps;
  const looks = createLooks(() => work.current()?.state === 'running');
  const work = createWorkLog({ store, now: clock.now, newId: deps.newId, ready: looks.settled });
  const clockTrust = createClockTrust(store, clock.now, deps.clockOffsetMs);
  const links = createLinks({ clock, open: deps.open });
  const bench: Bench = {
    ...deps,
    links,
    work,
    looks,
    clockTrust,
    clockGiven: () => ({ clockSetAt: clock.now(), clockOffsetMs: Math.round(deps.clockOffsetMs() ?? 0) }),
    timeFor: (site) => ({
      compare: clockTrust.compare,
      utcSeconds: () => Math.round((clock.now() + (deps.clockOffsetMs() ?? 0)) / 1000),
      timeZone: site.timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
    connectHub: async (hub, signal) => {
      const { mac, activationCode } = pairedCode(store, hub);
      const linked = await links.living(mac, signal);
      if (linked !== undefined) return linked;
      const find = discovery.byMac(mac);
      if (find === undefined) throw new CodedError('work.device_not_found', { device: hub.name });
      return links.connect({ foundId: find.id, mac, activationCode }, signal);
    },
    audit: (siteId, action, detail = {}) =>
      store.audit.add({ id: deps.newId(), at: clock.now(), person: deps.person(), siteId, action, detail }),
  };

  const networks = createHubNetworks(bench);
  const attach = (siteId: string, deviceIds: readonly string[], resumed?: WorkRecord) =>
    work.run(
      { kind: 'attach', siteId, deviceIds: [...deviceIds] },
      (handle) => attachBelow(bench, siteId, deviceIds, handle),
      resumed,
    );

  return {
    current: work.current,
    subscribe: work.subscribe,
    pairHub: (deviceId, foundId, activationCode) => pairPlannedHub(bench, deviceId, foundId, activationCode),
    configureNetwork: (deviceId, network, prove = true) => networks.write(deviceId, network, prove),
    networks,
    looks: createDeviceLooks(bench),
    clockTrust,
    attach,
    updateFirmware: (siteId, updates) => updateFirmwareOf(bench, siteId, updates),
    detach: (siteId, deviceIds, force) => detachBelow(bench, siteId, deviceIds, force),
    move: async (deviceId, parentId) => moveDevice(bench, deviceId, parentId),
    replace: async (deviceId, force) => replaceDevice(bench, deviceId, force),
    replaceHub: (deviceId, foundId, activationCode) => replaceHub(bench, deviceId, foundId, activationCode),
    reset: (deviceId) => resetPlanned(bench, deviceId),
    testDoor(deviceId) {
      const lock = openDevice(store, deviceId);
      return work.run({ kind: 'test_door', siteId: lock.siteId, deviceIds: [deviceId] }, (handle) =>
        testDoorOf(bench, lock, handle),
      );
    },
    identify: (foundId, seconds, signal) => identify(bench, foundId, seconds, signal),
    answer: work.answer,
    cancel: work.cancel,
    async resume() {
      for (const left of store.work.unfinished()) {
        if (left.kind === 'attach') await attach(left.siteId, left.deviceIds, left).catch(() => {});
        if (left.kind === 'update_firmware') await resumeFirmwareUpdate(bench, left).catch(() => {});
        if (detachingKinds.has(left.kind)) await resumeDetaching(bench, left).catch(() => {});
        const [deviceId] = left.deviceIds;
        if (left.kind === 'reset' && deviceId !== undefined)
          await resetPlanned(bench, deviceId, left).catch(() => {});
        // What is not resumed, and what found other work running.
        if (store.work.unfinished().some(({ id }) => id === left.id)) work.interrupted(left);
      }
    },
    async close() {
      await work.close();
      await links.close();
    },
  };
}

const detachingKinds: ReadonlySet<string> = new Set(['detach', 'move_device', 'replace_device']);

async function pairPlannedHub(
  bench: Bench,
  deviceId: string,
  foundId: string,
  activationCode: string,
): Promise<void> {
  const { store, links, clock, work } = bench;
  const hub = openDevice(store, deviceId);
  const site = openSite(store, hub.siteId);
  if (hub.kind !== 'iq') throw new CodedError('site.kind_differs', { found: 'iq', planned: hub.kind });
  bench.clockTrust.assert();
  await work.run({ kind: 'pair_hub', siteId: site.id, deviceIds: [hub.id] }, async (handle) => {
    if (hub.mac !== null) await links.release(hub.mac);
    const device = await pairHub({
      id: handle.id,
      connect: (signal) => bench.open(foundId, signal),
      activationCode,
      expectedMac: hub.mac ?? undefined,
      time: bench.timeFor(site),
      journal: handle.journal,
      clock,
      signal: handle.signal,
      onProgress: stageTeller(handle),
    });
    links.keep(device);
    const { identity } = device;
    store.transaction(() => {
      const now = clock.now();
      store.devices.change(
        hub.id,
        {
          activationCode: tidyCode(activationCode),
          mac: identity.mac,
          model: modelOf(identity, hub.model),
          serial: identity.serial,
          firmware: identity.fw,
          heardAt: now,
          ...bench.clockGiven(),
          ...(hub.state === 'configured' ? {} : { state: 'paired' as const }),
        },
        now,
      );
      touchSite(store, site, now);
      bench.audit(site.id, 'hub.paired', { device: hub.name, mac: identity.mac });
    });
  });
}

/** Lets a found device blink; a device that is not connected is paired for it with the code that the plan knows. */
async function identify(bench: Bench, foundId: string, seconds: number, signal?: AbortSignal): Promise<void> {
  const { store, links, discovery } = bench;
  const find = discovery.get(foundId);
  const { mac } = find;
  if (mac === null) throw new CodedError('work.device_not_found');
  const linked = await links.living(mac, signal);
  if (linked !== undefined) return linked.identify(seconds, { signal });
  const planned = store.devices.findByMac(mac)[0];
  const activationCode = isLockId(mac) ? mac : planned && store.devices.activationCode(planned.id);
  if (!activationCode) throw new CodedError('work.no_activation_code', { device: planned?.name ?? mac });
  const device = await links.connect({ foundId, mac, activationCode }, signal);
  try {
    await device.identify(seconds, { signal });
  } finally {
    if (find.kind !== 'iq') await links.release(mac);
  }
}
