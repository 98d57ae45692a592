import type { DeviceChange, Store } from '../../../db/store.ts';
import type { DeviceRecord } from '../../../db/types.ts';
import { normalizeActivationCode } from '../../../native/pairing/index.ts';
import { CodedError, type DeviceKind, type DeviceModel, type Radio } from '../../contract/index.ts';
import {
  isLockId,
  modelsOfKind,
  nameKey,
  normalizeMac,
  plannedState,
  radioOfLock,
  tidyCode,
} from '../rules/index.ts';

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

/** What of an edit tells which device stands in a place; undefined where it says nothing, null where it forgets. */
interface Codes {
  readonly mac: string | null | undefined;
  readonly activationCode: string | null | undefined;
}

/**
 * The codes of an edit in the form in which they are kept. A BLUEnet lock's code is its id (product.md, Formats),
 * and no secret. Throws `pairing.code_*` for what can be no activation code.
 */
export function codesOf(kind: DeviceKind, { mac, activationCode }: DeviceEdit): Codes {
  const typedMac = macOf(mac);
  if (activationCode === undefined) return { mac: typedMac, activationCode: undefined };
  if (activationCode.trim() === '') return { mac: typedMac, activationCode: null };
  normalizeActivationCode(activationCode);
  const asId = kind === 'lock' ? normalizeMac(activationCode) : undefined;
  if (asId !== undefined && isLockId(asId)) return { mac: typedMac ?? asId, activationCode: undefined };
  return { mac: typedMac, activationCode: tidyCode(activationCode) };
}

/** A MAC in its one form; what has no known form stays as typed, and the rules name it. */
function macOf(typed: string | null | undefined): string | null | undefined {
  if (typed === null || typed === undefined) return typed;
  const trimmed = typed.trim();
  return trimmed === '' ? null : (normalizeMac(trimmed) ?? trimmed.toUpperCase());
}

/** A device's radio: what was told of it, else what a lock's id shows in its form; a hub has none of its own. */
export function radioOf(kind: DeviceKind, mac: string | null, told: Radio | null): Radio | null {
  if (kind === 'iq') return null;
  if (told !== null || kind === 'repeater' || mac === null) return told;
  return radioOfLock(mac);
}

/** Throws `site.kind_differs` for a model of another kind. */
export function refuseWrongModel(kind: DeviceKind, model: DeviceModel | null | undefined): void {
  if (model === null || model === undefined || modelsOfKind[kind].includes(model)) return;
  throw new CodedError('site.kind_differs', { found: model, planned: kind });
}

/** The position behind all others below the same parent. */
export function nextPosition(devices: readonly DeviceRecord[], parentId: string | null): number {
  const siblings = devices.filter((device) => device.parentId === parentId);
  return siblings.reduce((next, device) => Math.max(next, device.position + 1), 0);
}

/** A name that no device of the site has. */
export function freeName(kind: DeviceKind, devices: readonly DeviceRecord[]): string {
  const base = { iq: 'IQ', repeater: 'Repeater', lock: 'Lock' }[kind];
  const taken = new Set(devices.map((device) => nameKey(device.name)));
  for (let number = 1; ; number += 1) {
    const name = `${base} ${number}`;
    if (!taken.has(nameKey(name))) return name;
  }
}

/**
 * Hubs hang nowhere; everything else below a hub or repeater of the same site, never below itself. Throws
 * `site.parent_wrong`.
 */
export function refuseWrongParent(
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

/** What an edit changes of a device; a place whose device becomes known, or unknown again, begins its life anew. */
export function changeOf(device: DeviceRecord, edit: DeviceEdit, store: Store): DeviceChange {
  const change: Record<string, unknown> = {};
  const take = (key: keyof DeviceRecord, value: unknown) => {
    if (value !== undefined && value !== device[key]) change[key] = value;
  };
  const { mac, activationCode } = codesOf(device.kind, edit);
  refuseWrongModel(device.kind, edit.model);
  take('name', edit.name?.trim() || undefined);
  take('model', edit.model);
  take('mac', mac);
  if ((edit.radio !== undefined && edit.radio !== device.radio) || 'mac' in change) {
    const told = edit.radio === undefined && device.kind === 'repeater' ? device.radio : (edit.radio ?? null);
    take('radio', radioOf(device.kind, mac === undefined ? device.mac : mac, told));
  }
  take('door', edit.door);
  take('floor', edit.floor);
  take('notes', edit.notes);
  const storedCode = activationCode === undefined ? null : store.devices.activationCode(device.id);
  if (activationCode !== undefined && activationCode !== storedCode) change.activationCode = activationCode;
  if ('mac' in change || 'activationCode' in change) {
    const known = activationCode === undefined ? device.hasActivationCode : activationCode !== null;
    take('state', plannedState(mac === undefined ? device.mac : mac, known));
  }
  if (edit.parentId !== undefined && edit.parentId !== device.parentId) {
    const devices = store.devices.ofSite(device.siteId);
    refuseWrongParent(device, edit.parentId, devices);
    change.parentId = edit.parentId;
    change.position = nextPosition(devices, edit.parentId);
  }
  return change as DeviceChange;
}
