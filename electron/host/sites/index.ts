import type { DeviceChange, Store } from '../../../db/store.ts';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import {
  CodedError,
  type DeviceKind,
  type DeviceModel,
  deviceModels,
  type Radio,
  type SiteData,
} from '../../contract/index.ts';
import { isLockId, nameKey, normalizeMac } from '../rules/index.ts';

export { type AccountRules, judgeSite } from './site-plan.ts';
export { siteOf, siteRowOf, timeOf } from './views.ts';

/** What may be entered about a device by hand; absent members stay. */
export interface DeviceEdit {
  readonly name?: string | undefined;
  readonly model?: DeviceModel | null | undefined;
  readonly radio?: Radio | null | undefined;
  readonly mac?: string | null | undefined;
  readonly activationCode?: string | undefined;
  readonly door?: string | undefined;
  readonly floor?: string | undefined;
  readonly notes?: string | undefined;
  readonly parentId?: string | null | undefined;
}

/** A device that was found, as far as binding needs it. */
export interface BindableDevice {
  readonly kind: DeviceKind | 'unknown';
  readonly mac: string | null;
  readonly model: string | null;
}

export interface SitesDeps {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  readonly person: () => string;
}

/** The plan: sites and their places, as people enter them. Every change is one transaction with its audit entry. */
export interface Sites {
  create(data: SiteData): string;
  update(siteId: string, data: SiteData): void;
  /** Refused with `site.in_work` once a device is paired or anything went to the cloud. */
  remove(siteId: string): void;
  addDevice(siteId: string, kind: DeviceKind, parentId: string | null, edit: DeviceEdit): string;
  updateDevice(deviceId: string, edit: DeviceEdit): void;
  removeDevice(deviceId: string): void;
  /** Puts a found device on a planned place. */
  bind(deviceId: string, found: BindableDevice): void;
}

/** States in which a device has been given nothing yet. */
const untouched: ReadonlySet<DeviceRecord['state']> = new Set([
  'planned',
  'code_captured',
  'found',
  'detached',
]);

/** Makes the sites part. */
export function createSites(deps: SitesDeps): Sites {
  const { store, now, newId } = deps;

  const audit = (siteId: string, action: string, detail: Record<string, string | number | boolean> = {}) =>
    store.audit.add({ id: newId(), at: now(), person: deps.person(), siteId, action, detail });

  const siteInPlan = (siteId: string): SiteRecord => {
    const site = store.sites.get(siteId);
    if (site === undefined) throw new CodedError('site.not_found');
    if (site.state !== 'planned' && site.state !== 'in_progress') throw new CodedError('site.finished');
    return site;
  };

  const deviceInPlan = (deviceId: string): DeviceRecord => {
    const device = store.devices.get(deviceId);
    if (device === undefined) throw new CodedError('site.device_not_found');
    siteInPlan(device.siteId);
    return device;
  };

  const refuseTakenName = (name: string, siteId: string | null) => {
    const other = store.sites.findByName(name);
    if (other !== undefined && other.id !== siteId) throw new CodedError('site.name_taken', { name });
  };

  return {
    create: (data) =>
      store.transaction(() => {
        refuseTakenName(data.name, null);
        const id = newId();
        store.sites.insert(id, data, now());
        audit(id, 'site.created');
        return id;
      }),

    update: (siteId, data) =>
      store.transaction(() => {
        siteInPlan(siteId);
        refuseTakenName(data.name, siteId);
        store.sites.update(siteId, data, now());
        audit(siteId, 'site.updated');
      }),

    remove: (siteId) =>
      store.transaction(() => {
        const site = siteInPlan(siteId);
        const inWork = store.devices.ofSite(siteId).some((device) => !untouched.has(device.state));
        if (inWork || site.cloudId !== null || store.outbox.ofSite(siteId).length > 0) {
          throw new CodedError('site.in_work');
        }
        audit(siteId, 'site.removed', { name: site.name });
        store.sites.remove(siteId);
      }),

    addDevice: (siteId, kind, parentId, edit) =>
      store.transaction(() => {
        siteInPlan(siteId);
        const devices = store.devices.ofSite(siteId);
        const id = newId();
        const place = edit.parentId === undefined ? parentId : edit.parentId;
        refuseWrongParent({ id, kind, name: edit.name ?? '' }, place, devices);
        const mac = macOf(edit.mac);
        store.devices.insert(
          {
            id,
            siteId,
            parentId: place,
            position: nextPosition(devices, place),
            kind,
            name: edit.name ?? freeName(kind, devices),
            model: edit.model ?? (kind === 'repeater' ? 'repeater' : null),
            radio: edit.radio ?? radioOf(kind, mac ?? null),
            mac: mac ?? null,
            door: edit.door ?? '',
            floor: edit.floor ?? '',
            notes: edit.notes ?? '',
            activationCode: edit.activationCode || null,
          },
          now(),
        );
        audit(siteId, 'device.planned', { kind });
        return id;
      }),

    updateDevice: (deviceId, edit) =>
      store.transaction(() => {
        const device = deviceInPlan(deviceId);
        const change = changeOf(device, edit, store);
        const guarded = ['mac', 'model', 'radio', 'parentId', 'activationCode'].some((key) => key in change);
        if (guarded && !untouched.has(device.state)) throw new CodedError('site.in_work');
        store.devices.change(deviceId, change, now());
        audit(device.siteId, 'device.updated', { device: device.name });
      }),

    removeDevice: (deviceId) =>
      store.transaction(() => {
        const device = deviceInPlan(deviceId);
        if (!untouched.has(device.state)) throw new CodedError('site.in_work');
        if (store.devices.ofSite(device.siteId).some((other) => other.parentId === deviceId)) {
          throw new CodedError('site.device_has_children', { device: device.name });
        }
        audit(device.siteId, 'device.removed', { device: device.name });
        store.devices.remove(deviceId);
      }),

    bind: (deviceId, found) =>
      store.transaction(() => {
        const device = deviceInPlan(deviceId);
        if (!untouched.has(device.state)) throw new CodedError('site.in_work');
        if (found.mac === null || found.kind !== device.kind) {
          throw new CodedError('site.kind_differs', { found: found.kind, planned: device.kind });
        }
        const model = deviceModels.find((known) => known === found.model) ?? device.model;
        const change = {
          mac: found.mac,
          model,
          radio: radioOf(device.kind, found.mac),
          state: 'found' as const,
        };
        store.devices.change(deviceId, change, now());
        audit(device.siteId, 'device.bound', { device: device.name, mac: found.mac });
      }),
  };
}

/** A lock's radio shows in the form of its id; a hub has none of its own, a repeater tells its own when it is attached. */
function radioOf(kind: DeviceKind, mac: string | null): Radio | null {
  if (kind !== 'lock' || mac === null) return null;
  return isLockId(mac) ? 'blue_net' : 'rf_net';
}

/** A MAC in its one form; what has no known form stays as typed, and the rules name it. */
function macOf(typed: string | null | undefined): string | null | undefined {
  if (typed === null || typed === undefined) return typed;
  const trimmed = typed.trim();
  return trimmed === '' ? null : (normalizeMac(trimmed) ?? trimmed.toUpperCase());
}

function nextPosition(devices: readonly DeviceRecord[], parentId: string | null): number {
  const siblings = devices.filter((device) => device.parentId === parentId);
  return siblings.reduce((next, device) => Math.max(next, device.position + 1), 0);
}

function freeName(kind: DeviceKind, devices: readonly DeviceRecord[]): string {
  const base = { iq: 'IQ', repeater: 'Repeater', lock: 'Lock' }[kind];
  const taken = new Set(devices.map((device) => nameKey(device.name)));
  for (let number = 1; ; number += 1) {
    const name = `${base} ${number}`;
    if (!taken.has(nameKey(name))) return name;
  }
}

/** Hubs hang nowhere; everything else below a hub or repeater of the same site, never below itself. */
function refuseWrongParent(
  device: Pick<DeviceRecord, 'id' | 'kind' | 'name'>,
  parentId: string | null,
  devices: readonly DeviceRecord[],
): void {
  const wrong = () => new CodedError('site.parent_wrong', { device: device.name });
  if (device.kind === 'iq') {
    if (parentId !== null) throw wrong();
    return;
  }
  const byId = new Map(devices.map((other) => [other.id, other]));
  const parent = byId.get(parentId ?? '');
  if (parent === undefined || parent.kind === 'lock') throw wrong();
  for (let at: DeviceRecord | undefined = parent; at !== undefined; at = byId.get(at.parentId ?? '')) {
    if (at.id === device.id) throw wrong();
  }
}

function changeOf(device: DeviceRecord, edit: DeviceEdit, store: Store): DeviceChange {
  const change: Record<string, unknown> = {};
  const take = (key: keyof DeviceRecord, value: unknown) => {
    if (value !== undefined && value !== device[key]) change[key] = value;
  };
  const mac = macOf(edit.mac);
  take('name', edit.name);
  take('model', edit.model);
  take('mac', mac);
  take('radio', edit.radio === undefined && mac !== undefined ? radioOf(device.kind, mac) : edit.radio);
  take('door', edit.door);
  take('floor', edit.floor);
  take('notes', edit.notes);
  if (edit.activationCode !== undefined) change.activationCode = edit.activationCode.trim() || null;
  if (edit.parentId !== undefined && edit.parentId !== device.parentId) {
    const devices = store.devices.ofSite(device.siteId);
    refuseWrongParent(device, edit.parentId, devices);
    change.parentId = edit.parentId;
    change.position = nextPosition(devices, edit.parentId);
  }
  return change as DeviceChange;
}
