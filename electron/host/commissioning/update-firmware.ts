import type { DeviceRecord, WorkRecord } from '../../../db/types.ts';
import { type Device, updateFirmware } from '../../../native/devices/index.ts';
import { asCodedError, CodedError, type FirmwareResult } from '../../contract/index.ts';
import type { FirmwareLibrary } from '../firmware/index.ts';
import { modelOf } from '../rules/index.ts';
import { type Bench, hubAbove, openSite, touchSite } from './bench.ts';
import { stageTeller } from './stages.ts';
import { handFor, namedAs, wayTo } from './way-to-device.ts';
import type { WorkHandle } from './work-log.ts';

/** Which image a device is brought to. */
export interface FirmwareUpdate {
  readonly deviceId: string;
  readonly imageId: string;
}

type OpenImage = ReturnType<FirmwareLibrary['open']>;

/**
 * Brings devices to their images, one after the other: hubs first, so that what hangs on them finds them running
 * when it restarts. Each has its own result, and one that fails stops no other, except what hangs on a hub that has
 * not come back. What an interrupted run finished is not begun again.
 * Errors: the device's own where there is but one, else `firmware.some_failed`; `commission.cancelled`.
 */
export function updateFirmwareOf(
  bench: Bench,
  siteId: string,
  updates: readonly FirmwareUpdate[],
): Promise<void> {
  const devices = bench.store.devices.ofSite(siteId);
  const imageOf = new Map(updates.map(({ deviceId, imageId }) => [deviceId, imageId]));
  if (updates.some(({ deviceId }) => !devices.some(({ id }) => id === deviceId)))
    throw new CodedError('site.device_not_found');
  openSite(bench.store, siteId);
  const deviceIds = devices.filter(({ id }) => imageOf.has(id)).map(({ id }) => id);
  return bench.work.run({ kind: 'update_firmware', siteId, deviceIds }, (handle) => {
    for (const [deviceId, imageId] of imageOf) handle.journal.remember(`image ${deviceId}`, imageId);
    return updateAll(bench, siteId, deviceIds, handle);
  });
}

/** Goes on with an update that a process left unfinished; each device says itself how far it is. */
export function resumeFirmwareUpdate(bench: Bench, left: WorkRecord): Promise<void> {
  const { siteId, deviceIds } = left;
  return bench.work.run(
    { kind: 'update_firmware', siteId, deviceIds: [...deviceIds] },
    (handle) => updateAll(bench, siteId, deviceIds, handle),
    left,
  );
}

async function updateAll(
  bench: Bench,
  siteId: string,
  deviceIds: readonly string[],
  handle: WorkHandle,
): Promise<void> {
  const { store } = bench;
  touchSite(store, openSite(store, siteId), bench.clock.now());
  const tell = stageTeller(handle);
  const goneHubs = new Set<string>();
  const results: FirmwareResult[] = [];
  for (const deviceId of deviceIds) {
    const device = store.devices.get(deviceId);
    if (device === undefined) continue;
    handle.tell({ deviceIds: [deviceId, ...deviceIds.filter((id) => id !== deviceId)] });
    const result = await resultOf(bench, device, handle, tell, goneHubs);
    // A cancel in its last step finds a device done.
    const { aborted, reason } = handle.signal;
    if (!aborted || result.outcome !== 'failed') handle.tell({ results: [...results, result] });
    if (aborted) throw asCodedError(reason);
    results.push(result);
    if (device.kind === 'iq' && result.outcome === 'failed' && (await isGone(bench, device, handle.signal)))
      goneHubs.add(device.id);
  }
  const failed = results.flatMap(({ problem }) => problem ?? []);
  const [only] = failed;
  if (only === undefined) return;
  if (results.length === 1) throw new CodedError(only.code, only.params);
  throw new CodedError('firmware.some_failed', { failed: failed.length, count: results.length });
}

/** Updates one device; what it fails with is its result. */
async function resultOf(
  bench: Bench,
  device: DeviceRecord,
  handle: WorkHandle,
  tell: ReturnType<typeof stageTeller>,
  goneHubs: ReadonlySet<string>,
): Promise<FirmwareResult> {
  const { id: deviceId } = device;
  const doneFact = `updated ${deviceId}`;
  if (handle.journal.recall(doneFact) !== undefined) return { deviceId, outcome: 'updated', problem: null };
  try {
    const hub = hubAbove(device, bench.store.devices.ofSite(device.siteId));
    if (hub !== undefined && goneHubs.has(hub.id))
      throw new CodedError('firmware.hub_gone', { device: device.name, hub: hub.name });
    const image = bench.firmware.open(handle.journal.recall(`image ${deviceId}`) ?? '');
    const changed = await updateOne(bench, device, image, handle, tell);
    handle.journal.remember(doneFact, image.content.version);
    return { deviceId, outcome: changed ? 'updated' : 'unchanged', problem: null };
  } catch (caught) {
    const { code, problem } = asCodedError(caught);
    // Nobody foresaw it: it ends the work and is written down there.
    if (code === 'app.internal') throw caught;
    if (code === 'firmware.battery_low') keepBattery(bench, device, Number(problem.params.percent));
    return { deviceId, outcome: 'failed', problem: { code, params: { ...problem.params } } };
  }
}

/** Whether anything was changed. Leaves a hub connected and lets everything else go. */
async function updateOne(
  bench: Bench,
  device: DeviceRecord,
  image: OpenImage,
  handle: WorkHandle,
  tell: ReturnType<typeof stageTeller>,
): Promise<boolean> {
  const { mac } = device;
  if (mac === null) throw new CodedError('work.no_mac', { device: device.name });
  let given: Device | undefined;
  const connect = wayTo(bench, device, mac, handle);
  try {
    const updated = await updateFirmware({
      id: handle.id,
      deviceId: mac,
      connect: async (signal) => {
        given = await connect(signal);
        await refuseOtherModel(given, device, image);
        return given;
      },
      hand: handFor(bench, device, mac),
      image: image.content,
      journal: handle.journal,
      clock: bench.clock,
      signal: handle.signal,
      onProgress: tell,
    });
    keepUpdated(bench, device, updated.device, image.content.version, updated.changed);
    return updated.changed;
  } catch (caught) {
    throw namedAs(device, caught);
  } finally {
    if (device.kind !== 'iq') await given?.close();
  }
}

/** What it says inside the seal counts (A34), not what was planned. */
async function refuseOtherModel(given: Device, device: DeviceRecord, image: OpenImage): Promise<void> {
  const { model } = given.identity;
  if (model === image.model) return;
  if (device.kind !== 'iq') await given.close();
  throw new CodedError('firmware.other_model', { device: device.name, model, image: image.model });
}

/** Whether a hub whose update failed cannot be reached any more. */
async function isGone(bench: Bench, hub: DeviceRecord, signal: AbortSignal): Promise<boolean> {
  try {
    await bench.connectHub(hub, signal);
    return false;
  } catch (caught) {
    // A hub that was never paired was not touched.
    return !(caught instanceof CodedError && caught.code === 'work.hub_not_paired');
  }
}

/** So that a low battery is told before the next try. */
function keepBattery({ store, clock }: Bench, { id }: DeviceRecord, batteryPercent: number): void {
  const now = clock.now();
  store.devices.change(id, { batteryPercent, batteryAt: now, heardAt: now }, now);
}

function keepUpdated(
  bench: Bench,
  record: DeviceRecord,
  { identity }: Device,
  version: string,
  changed: boolean,
): void {
  const { store, clock } = bench;
  store.transaction(() => {
    const now = clock.now();
    store.devices.change(
      record.id,
      { firmware: version, serial: identity.serial, model: modelOf(identity, record.model), heardAt: now },
      now,
    );
    if (changed)
      bench.audit(record.siteId, 'device.firmware_updated', {
        device: record.name,
        mac: identity.mac,
        version,
      });
  });
}
