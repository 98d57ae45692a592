import type { DeviceRecord } from '../../../db/types.ts';
import { type Device, type Health, type LogEntry, setTime } from '../../../native/devices/index.ts';
import {
  asCodedError,
  CodedError,
  type Health as ContractHealth,
  type DeviceAct,
  type DeviceLog,
  type DeviceLogEntry,
  type Measure,
  type Problem,
} from '../../contract/index.ts';
import { isAttached, isLockId } from '../rules/index.ts';
import { type Bench, openDevice, openSite, siteHubOf } from './bench.ts';
import { pairedDevice } from './links.ts';

/** So many answers of a log are put together at once: 256 entries, a screenful more than anybody reads. */
const logPagesMax = 8;
/** What one entry of a log may say beside its code: more than any device does, little enough to show. */
const detailKeysMax = 8;
const detailCharactersMax = 100;

/** So much of a site's audit is looked through for a device's history, and so much of it is told. */
const auditLookedAt = 2_000;
const historyMax = 50;

/** Looks at one device beside the work: how it is, what it noted, and the time it has. */
export interface DeviceLooks {
  measure(deviceId: string, signal?: AbortSignal): Promise<Measure>;
  log(deviceId: string, after: number, signal?: AbortSignal): Promise<DeviceLog>;
  setClock(deviceId: string, signal?: AbortSignal): Promise<void>;
  history(deviceId: string): DeviceAct[];
}

/** Makes the looks at single devices. */
export function createDeviceLooks(bench: Bench): DeviceLooks {
  const { store, looks } = bench;
  const known = (deviceId: string): DeviceRecord => {
    const record = store.devices.get(deviceId);
    if (record === undefined) throw new CodedError('site.device_not_found');
    return record;
  };
  return {
    measure: async (deviceId, signal) => {
      const record = known(deviceId);
      return looks.look(() => measure(bench, record), signal);
    },
    log: async (deviceId, after, signal) => {
      const record = known(deviceId);
      return looks.look(() => withDevice(bench, record, (device) => readLog(device, after)), signal);
    },
    history(deviceId) {
      const { siteId, mac, name } = known(deviceId);
      return store.audit
        .ofSite(siteId, auditLookedAt)
        .filter(({ detail }) => (mac !== null && detail.mac === mac) || detail.device === name)
        .slice(0, historyMax)
        .map(({ at, person, action }) => ({ at: new Date(at).toISOString(), person, action }));
    },
    setClock: async (deviceId, signal) => {
      const record = openDevice(store, deviceId);
      const time = bench.timeFor(openSite(store, record.siteId));
      bench.clockTrust.assert();
      return looks.look(
        () =>
          withDevice(bench, record, async (device) => {
            await setTime(device, time, neverAborted);
            store.devices.change(record.id, bench.clockGiven(), bench.clock.now());
            bench.audit(record.siteId, 'device.clock_set', { device: record.name });
          }),
        signal,
      );
    },
  };
}

/** A look is left to finish, whoever asked (A8). */
const neverAborted = new AbortController().signal;

/** Lends the device, connected and paired. A hub stays connected; a lock or repeater is let go. */
async function withDevice<T>(
  bench: Bench,
  record: DeviceRecord,
  use: (device: Device) => Promise<T>,
): Promise<T> {
  if (record.kind === 'iq') return use(await bench.connectHub(record, neverAborted));
  const { store, discovery } = bench;
  const { mac } = record;
  if (mac === null) throw new CodedError('work.no_mac', { device: record.name });
  const activationCode = isLockId(mac) ? mac : store.devices.activationCode(record.id);
  if (activationCode === null) throw new CodedError('work.no_activation_code', { device: record.name });
  const find = discovery.byMac(mac);
  if (find === undefined) throw new CodedError('work.device_not_found', { device: record.name });
  const device = await pairedDevice(bench, find.id, activationCode);
  try {
    return await use(device);
  } finally {
    await device.close();
  }
}

async function measure(bench: Bench, record: DeviceRecord): Promise<Measure> {
  const heard = record.kind === 'iq' ? absent : await attempt(() => heardByHub(bench, record));
  const health = await attempt(() =>
    withDevice(bench, record, async (device) => {
      const said = await device.health();
      bench.store.devices.change(record.id, { firmware: device.identity.fw }, bench.clock.now());
      return said;
    }),
  );
  keepMeasure(bench, record, heard.value, health.value);
  return {
    heard: heard.value ?? null,
    health: health.value === undefined ? null : healthOf(health.value, bench.clock.now()),
    problem: health.problem ?? heard.problem ?? null,
  };
}

interface Attempt<T> {
  readonly value?: T;
  readonly problem?: { code: Problem['code']; params: Record<string, string | number | boolean> };
}
const absent: Attempt<NonNullable<Measure['heard']>> = {};

/** One of two ways may be closed: then the other still tells something. */
async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await ask() };
  } catch (caught) {
    const error = asCodedError(caught);
    if (error.code === 'app.internal') throw caught;
    return { problem: { code: error.code, params: { ...error.problem.params } } };
  }
}

/** What the hub hears of a lock or repeater that belongs to it. */
async function heardByHub(bench: Bench, record: DeviceRecord): Promise<NonNullable<Measure['heard']>> {
  const { mac } = record;
  if (mac === null || !isAttached(record)) throw new CodedError('work.not_attached', { device: record.name });
  const hub = siteHubOf(bench.store, record);
  if (hub === undefined) throw new CodedError('site.parent_wrong', { device: record.name });
  const device = await bench.connectHub(hub, neverAborted);
  const { rssi, heard } = await device.attachment(mac);
  return { rssi: rssi ?? null, secondsAgo: heard ?? null };
}

function keepMeasure(
  { store, clock }: Bench,
  record: DeviceRecord,
  heard: Measure['heard'] | undefined,
  health: Health | undefined,
): void {
  const now = clock.now();
  const rssi = heard?.rssi ?? (record.kind === 'iq' ? undefined : health?.rssi);
  const heardAt = health === undefined ? heardMoment(heard, now) : now;
  store.devices.change(
    record.id,
    {
      ...(rssi === undefined || rssi === null ? {} : { rssi }),
      ...(heardAt === undefined ? {} : { heardAt }),
      ...(health?.bat === undefined ? {} : { batteryPercent: health.bat, batteryAt: now }),
    },
    now,
  );
}

function heardMoment(heard: Measure['heard'] | undefined, now: number): number | undefined {
  const { secondsAgo = null } = heard ?? {};
  return secondsAgo === null ? undefined : now - secondsAgo * 1000;
}

function healthOf({ up, led, dropped, bat, rssi, temp, door }: Health, at: number): ContractHealth {
  return {
    at: new Date(at).toISOString(),
    upSeconds: up,
    lamp: led,
    dropped,
    batteryPercent: bat ?? null,
    rssi: rssi ?? null,
    celsius: temp ?? null,
    door: door ?? null,
  };
}

/** Follows `rest` from `after` on; numbers only rise, so that this ends whatever a device says (A53). */
async function readLog(device: Device, after: number): Promise<DeviceLog> {
  const entries: DeviceLogEntry[] = [];
  let last = after;
  for (let page = 0; page < logPagesMax; page++) {
    const { entries: read, rest } = await device.log(last);
    for (const entry of read) {
      if (entry.i <= last) throw new CodedError('device.bad_response');
      entries.push(entryOf(entry, entry.i - last - 1));
      last = entry.i;
    }
    if (!rest) return { entries, next: null };
    if (read.length === 0) throw new CodedError('device.bad_response');
  }
  return { entries, next: last };
}

function entryOf({ i, t, code, ...more }: LogEntry, lostBefore: number): DeviceLogEntry {
  const detail = Object.entries(more)
    .slice(0, detailKeysMax)
    .map(([key, value]) => [key.slice(0, detailCharactersMax), textOf(value).slice(0, detailCharactersMax)]);
  return {
    number: i,
    at: t === 0 ? null : new Date(t * 1000).toISOString(),
    code,
    detail: Object.fromEntries(detail),
    lostBefore,
  };
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
