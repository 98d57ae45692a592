import type { DeviceChange, NewDevice, Store } from '../../../db/store.ts';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import type { RegisterProblem, SiteData } from '../../contract/index.ts';
import { codeKey, isUntouched, nameKey, type PlannedDevice, plannedState } from '../rules/index.ts';
import { exportedText } from './cell-text.ts';
import type { Column } from './columns.ts';
import { type RegisterDevice, type RegisterSite, siteDataOf } from './plan-register.ts';
import { problemAt } from './read-rows.ts';

/** What accepting a register would do to one site. */
export interface SiteDifference {
  readonly source: RegisterSite;
  readonly siteId: string;
  readonly stored: SiteRecord | undefined;
  readonly storedDevices: readonly DeviceRecord[];
  /** The site's data afterwards; `changed` where it differs from what is stored. */
  readonly data: SiteData;
  readonly changed: boolean;
  readonly added: readonly NewDevice[];
  readonly changes: readonly { readonly id: string; readonly change: DeviceChange }[];
  /** The whole plan afterwards, for the rules. */
  readonly planned: readonly PlannedDevice[];
  /** The register's row of each device it names. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly problems: readonly RegisterProblem[];
}

/** What the comparison asks beside the register, read once for all sites. */
export interface Known {
  /** The stored site of a name, however the name is spelled. */
  readonly siteOf: (name: string) => SiteRecord | undefined;
  /** Devices that unfinished work is about. */
  readonly atWork: ReadonlySet<string>;
}

/** Reads what {@link compareSite} asks. Of two sites with one name, the older is meant. */
export function readKnown(store: Store): Known {
  const sites = new Map<string, SiteRecord>();
  for (const site of store.sites.all()) {
    const key = nameKey(exportedText('site', site.name));
    if (!sites.has(key)) sites.set(key, site);
  }
  return {
    siteOf: (name) => sites.get(nameKey(name)),
    atWork: new Set(store.work.unfinished().flatMap(({ deviceIds }) => deviceIds)),
  };
}

/** Compares a planned site with what is stored. Cells that are blank or differ in blanks alone keep what is stored. */
export function compareSite(
  source: RegisterSite,
  store: Store,
  newId: () => string,
  { siteOf, atWork }: Known,
): SiteDifference {
  const stored = siteOf(source.name);
  const siteId = stored?.id ?? newId();
  const data = stored === undefined ? siteDataOf(source) : mergeData(stored, source);
  const storedDevices = stored === undefined ? [] : store.devices.ofSite(siteId);
  const devices = compareDevices(source, siteId, storedDevices, store, newId, atWork);
  const changed = stored !== undefined && JSON.stringify(siteDataIn(stored)) !== JSON.stringify(data);
  const problems = [...devices.problems];
  const touched = changed || devices.added.length > 0 || devices.changes.length > 0;
  if (stored !== undefined && touched && stored.state !== 'planned' && stored.state !== 'in_progress') {
    problems.push(
      problemAt(source.row, 'site', source.name, 'register.site_finished', { site: source.name }),
    );
  }
  return { source, siteId, stored, storedDevices, data, changed, ...devices, problems };
}

/** The members of a record that a person entered, in one fixed order. */
export function siteDataIn(site: SiteData): SiteData {
  const { name, businessType, country, timeZone, tenant, voucher, notes } = site;
  const { street, postcode, city } = site.address;
  const { fullName, email, emailRepeated, language } = site.owner;
  return {
    name,
    businessType,
    country,
    timeZone,
    address: { street, postcode, city },
    owner: { fullName, email, emailRepeated, language },
    tenant,
    voucher,
    notes,
  };
}

function mergeData(stored: SiteRecord, source: RegisterSite): SiteData {
  const fresh = siteDataOf(source);
  const keep = (column: Column, text: string, old: string) =>
    text === '' || text === exportedText(column, old) ? old : text;
  const email = keep('owner_email', fresh.owner.email, stored.owner.email);
  return siteDataIn({
    name: stored.name,
    businessType: keep('business_type', fresh.businessType, stored.businessType),
    country: keep('country', fresh.country, stored.country),
    timeZone: keep('time_zone', fresh.timeZone, stored.timeZone),
    address: {
      street: keep('street', fresh.address.street, stored.address.street),
      postcode: keep('postcode', fresh.address.postcode, stored.address.postcode),
      city: keep('city', fresh.address.city, stored.address.city),
    },
    owner: {
      fullName: keep('owner_name', fresh.owner.fullName, stored.owner.fullName),
      email,
      emailRepeated: email === stored.owner.email ? stored.owner.emailRepeated : email,
      language: source.cells.owner_language === '' ? stored.owner.language : fresh.owner.language,
    },
    tenant: keep('tenant', fresh.tenant, stored.tenant),
    voucher: keep('voucher', fresh.voucher, stored.voucher),
    notes: keep('notes', fresh.notes, stored.notes),
  });
}

type DeviceDifference = Pick<SiteDifference, 'added' | 'changes' | 'planned' | 'rowOf' | 'problems'>;

function compareDevices(
  source: RegisterSite,
  siteId: string,
  stored: readonly DeviceRecord[],
  store: Store,
  newId: () => string,
  atWork: ReadonlySet<string>,
): DeviceDifference {
  const added: NewDevice[] = [];
  const changes: { id: string; change: DeviceChange }[] = [];
  const problems: RegisterProblem[] = [];
  const rowOf = new Map<string, number>();
  const idOf = new Map(stored.map((device) => [nameKey(exportedText('device', device.name)), device.id]));
  const byId = new Map(stored.map((device) => [device.id, device]));
  const codeOf = (device: DeviceRecord) =>
    device.hasActivationCode ? store.devices.activationCode(device.id) : null;
  const planned = new Map(stored.map((device) => [device.id, plannedOf(device, codeOf(device))]));
  const nextPosition = positions(stored);
  for (const device of source.devices) {
    const known = idOf.get(nameKey(device.name));
    const old = known === undefined || rowOf.has(known) ? undefined : byId.get(known);
    const id = old?.id ?? newId();
    if (!idOf.has(nameKey(device.name))) idOf.set(nameKey(device.name), id);
    rowOf.set(id, device.row);
    const named = device.parent === null ? null : (idOf.get(nameKey(device.parent)) ?? null);
    const parentId = old !== undefined && device.parentAssumed ? old.parentId : named;
    if (old === undefined) {
      const position = nextPosition(parentId);
      added.push(newDevice(device, { id, siteId, parentId, position }));
      planned.set(id, freshlyPlanned(device, id, parentId));
      continue;
    }
    const code = codeOf(old);
    const change = changeOf(device, old, parentId, code);
    const fixed = !isUntouched(old) || atWork.has(old.id);
    problems.push(...refusals(device, old, fixed ? change : {}, source.name));
    if (Object.keys(change).length > 0) {
      const moved = 'parentId' in change ? { position: nextPosition(parentId) } : {};
      changes.push({ id, change: { ...change, ...moved } });
    }
    planned.set(id, plannedOf({ ...old, ...defined(change) }, device.activationCode ?? code));
  }
  const ordered = parentsFirst([...planned.values()]);
  problems.push(...circles(planned, ordered, rowOf, source));
  return { added, changes, planned: ordered, rowOf, problems };
}

/** A blank parent keeps the stored one, which may lead a named one back to where it began. */
function circles(
  planned: ReadonlyMap<string, PlannedDevice>,
  ordered: readonly PlannedDevice[],
  rowOf: ReadonlyMap<string, number>,
  source: RegisterSite,
): RegisterProblem[] {
  const reached = new Set(ordered.map(({ id }) => id));
  return [...planned.values()]
    .filter(({ id }) => !reached.has(id))
    .map(({ id, name }) =>
      problemAt(rowOf.get(id) ?? source.row, 'parent', source.name, 'register.parent_circle', {
        device: name,
      }),
    );
}

/** Hands out the next position below a parent. */
function positions(stored: readonly DeviceRecord[]): (parentId: string | null) => number {
  const next = new Map<string | null, number>();
  for (const device of stored) {
    next.set(device.parentId, Math.max(next.get(device.parentId) ?? 0, device.position + 1));
  }
  return (parentId) => {
    const position = next.get(parentId) ?? 0;
    next.set(parentId, position + 1);
    return position;
  };
}

function newDevice(
  device: RegisterDevice,
  place: Pick<NewDevice, 'id' | 'siteId' | 'parentId' | 'position'>,
): NewDevice {
  const { name, kind, model, radio, mac, activationCode, door, floor, notes } = device;
  const state = plannedState(mac, activationCode !== null);
  return { ...place, name, kind, model, radio, mac, activationCode, door, floor, notes, state };
}

function changeOf(
  device: RegisterDevice,
  old: DeviceRecord,
  parentId: string | null,
  code: string | null,
): DeviceChange {
  const { name, model, radio, mac, door, floor, notes, activationCode } = device;
  const change: Record<string, unknown> = {};
  const take = (key: keyof DeviceRecord, value: unknown) => {
    if (value !== null && value !== '' && value !== old[key]) change[key] = value;
  };
  const takeText = (key: 'name' | 'door' | 'floor' | 'notes', column: Column, value: string) => {
    if (value !== exportedText(column, old[key])) take(key, value);
  };
  takeText('name', 'device', name);
  take('model', model);
  take('radio', radio);
  take('mac', mac);
  takeText('door', 'door', door);
  takeText('floor', 'floor', floor);
  takeText('notes', 'notes', notes);
  if (parentId !== old.parentId) change.parentId = parentId;
  if (activationCode !== null && codeKey(activationCode) !== codeKey(code ?? '')) {
    change.activationCode = activationCode;
  }
  if ('mac' in change || 'activationCode' in change) take('state', 'code_captured');
  return change as DeviceChange;
}

/** What a register may not change: the kind of a place, and anything that work has been or is being built upon. */
function refusals(
  device: RegisterDevice,
  old: DeviceRecord,
  builtUpon: DeviceChange,
  site: string,
): RegisterProblem[] {
  if (device.kind !== old.kind) {
    return [
      problemAt(device.row, 'kind', site, 'register.kind_changed', {
        device: device.name,
        planned: old.kind,
      }),
    ];
  }
  const guarded: readonly [keyof DeviceChange, Column][] = [
    ['mac', 'mac'],
    ['model', 'model'],
    ['radio', 'radio'],
    ['parentId', 'parent'],
    ['activationCode', 'activation_code'],
  ];
  return guarded
    .filter(([key]) => key in builtUpon)
    .map(([, column]) => {
      const params = { device: device.name, state: old.state, column };
      return problemAt(device.row, column, site, 'register.device_in_work', params);
    });
}

function defined(change: DeviceChange): Partial<DeviceRecord> {
  const { activationCode: _, ...rest } = change;
  return rest;
}

function plannedOf(device: DeviceRecord, activationCode: string | null): PlannedDevice {
  return { ...device, activationCode };
}

function freshlyPlanned(device: RegisterDevice, id: string, parentId: string | null): PlannedDevice {
  const { kind, name, model, radio, mac, activationCode } = device;
  return {
    id,
    parentId,
    kind,
    name,
    model,
    radio,
    mac,
    activationCode,
    state: 'planned',
    rssi: null,
    batteryPercent: null,
    firmware: null,
    clockOffsetMs: null,
    networkProven: false,
  };
}

/** Orders a plan so that the rules meet parents before children. */
function parentsFirst(devices: readonly PlannedDevice[]): PlannedDevice[] {
  const children = new Map<string | null, PlannedDevice[]>();
  for (const device of devices) {
    const siblings = children.get(device.parentId);
    if (siblings === undefined) children.set(device.parentId, [device]);
    else siblings.push(device);
  }
  const below = (id: string | null): PlannedDevice[] =>
    (children.get(id) ?? []).flatMap((device) => [device, ...below(device.id)]);
  return below(null);
}
