import type { Store } from '../../../db/store.ts';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import { CodedError, type DeviceKind, type SiteData } from '../../contract/index.ts';
import { isUntouched, type ModelClaim, modelOf, plannedState } from '../rules/index.ts';
import {
  changeOf,
  codesOf,
  type DeviceEdit,
  freeName,
  nextPosition,
  radioOf,
  refuseWrongModel,
  refuseWrongParent,
} from './device-edit.ts';
import { editableOf } from './editable.ts';

export { type DeviceEdit, nextPosition, refuseWrongParent } from './device-edit.ts';
export { editableOf } from './editable.ts';
export { type AccountRules, judgeSite } from './site-plan.ts';
export { siteOf, siteRowOf } from './views.ts';

/** A device that was found, as far as binding needs it. */
export interface BindableDevice extends ModelClaim {
  readonly kind: DeviceKind | 'unknown';
  readonly mac: string | null;
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

  /** Once something was given to a device, or is being given now, the plan no longer says what it is. */
  const refuseInWork = (...devices: readonly DeviceRecord[]): void => {
    const atWork = new Set(store.work.unfinished().flatMap(({ deviceIds }) => deviceIds));
    if (devices.some((device) => !isUntouched(device) || atWork.has(device.id))) {
      throw new CodedError('site.in_work');
    }
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
        store.sites.insert(id, tidied(data), now());
        audit(id, 'site.created');
        return id;
      }),

    update: (siteId, data) =>
      store.transaction(() => {
        const site = store.sites.get(siteId);
        if (site === undefined) throw new CodedError('site.not_found');
        const editable = editableOf(site, store.outbox.ofSite(siteId));
        if (editable === 'nothing') throw new CodedError('site.finished');
        refuseTakenName(data.name, siteId);
        const entered = editable === 'voucher' ? { ...site, voucher: data.voucher } : data;
        store.sites.update(siteId, tidied(entered), now());
        audit(siteId, 'site.updated');
      }),

    remove: (siteId) =>
      store.transaction(() => {
        const site = siteInPlan(siteId);
        refuseInWork(...store.devices.ofSite(siteId));
        if (site.cloudId !== null || store.outbox.ofSite(siteId).length > 0) {
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
        const name = edit.name?.trim() || freeName(kind, devices);
        refuseWrongParent({ id, kind, name }, place, devices);
        refuseWrongModel(kind, edit.model);
        const { mac = null, activationCode = null } = codesOf(kind, edit);
        store.devices.insert(
          {
            id,
            siteId,
            parentId: place,
            position: nextPosition(devices, place),
            kind,
            name,
            model: edit.model ?? (kind === 'repeater' ? 'repeater' : null),
            radio: radioOf(kind, mac, edit.radio ?? null),
            mac,
            door: edit.door ?? '',
            floor: edit.floor ?? '',
            notes: edit.notes ?? '',
            activationCode,
            state: plannedState(mac, activationCode !== null),
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
        if (guarded) refuseInWork(device);
        if (Object.keys(change).length === 0) return;
        store.devices.change(deviceId, change, now());
        audit(device.siteId, 'device.updated', { device: device.name });
      }),

    removeDevice: (deviceId) =>
      store.transaction(() => {
        const device = deviceInPlan(deviceId);
        refuseInWork(device);
        if (store.devices.ofSite(device.siteId).some((other) => other.parentId === deviceId)) {
          throw new CodedError('site.device_has_children', { device: device.name });
        }
        audit(device.siteId, 'device.removed', { device: device.name });
        store.devices.remove(deviceId);
      }),

    bind: (deviceId, found) =>
      store.transaction(() => {
        const device = deviceInPlan(deviceId);
        refuseInWork(device);
        if (found.mac === null || found.kind !== device.kind) {
          throw new CodedError('site.kind_differs', { found: found.kind, planned: device.kind });
        }
        const change = {
          mac: found.mac,
          model: modelOf(found, device.model),
          radio: radioOf(device.kind, found.mac, device.kind === 'repeater' ? device.radio : null),
          state: 'found' as const,
        };
        store.devices.change(deviceId, change, now());
        audit(device.siteId, 'device.bound', { device: device.name, mac: found.mac });
      }),
  };
}

/** Codes in capitals, addresses without blanks around them, as the rules and the cloud compare them. */
function tidied(data: SiteData): SiteData {
  const { owner } = data;
  return {
    ...data,
    country: data.country.trim().toUpperCase(),
    voucher: data.voucher.trim().toUpperCase(),
    tenant: data.tenant.trim(),
    owner: { ...owner, email: owner.email.trim(), emailRepeated: owner.emailRepeated.trim() },
  };
}
