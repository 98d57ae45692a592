import {
  type DeviceKind,
  type DeviceModel,
  deviceKinds,
  type Language,
  languages,
  type Radio,
  type RegisterProblem,
  type SiteData,
} from '../../contract/index.ts';
import { isLockId, modelsOfKind, nameKey, normalizeMac, radioOfLock } from '../rules/index.ts';
import { type Column, deviceColumns, siteColumns } from './columns.ts';
import { problemAt, type RegisterRow } from './read-rows.ts';

/** A device as a register plans it. Blank members say nothing, so that what is stored stays. */
export interface RegisterDevice {
  readonly row: number;
  readonly name: string;
  readonly kind: DeviceKind;
  /** Name of the parent, or null for a hub. */
  readonly parent: string | null;
  /** The cell was blank, and the site's only hub was taken: what is stored says more. */
  readonly parentAssumed: boolean;
  readonly model: DeviceModel | null;
  readonly radio: Radio | null;
  /** Normalised; kept as written where it has no known form, so that CODE_FORMAT can name it. */
  readonly mac: string | null;
  readonly activationCode: string | null;
  readonly door: string;
  readonly floor: string;
  readonly notes: string;
}

/** A site as a register plans it; `devices` has parents before children. */
export interface RegisterSite {
  readonly row: number;
  readonly name: string;
  readonly cells: Readonly<Record<(typeof siteColumns)[number], string>>;
  /** Where each site cell was filled in first. */
  readonly firstRow: Readonly<Partial<Record<Column, number>>>;
  readonly notes: string;
  readonly devices: readonly RegisterDevice[];
}

interface Draft {
  row: number;
  name: string;
  cells: Record<(typeof siteColumns)[number], string>;
  firstRow: Partial<Record<Column, number>>;
  notes: string;
  devices: RegisterDevice[];
}

/** Turns rows into planned sites and tells every fault of meaning; rows of one site need not stand together. */
export function planRegister(rows: readonly RegisterRow[]): {
  sites: RegisterSite[];
  problems: RegisterProblem[];
} {
  const problems: RegisterProblem[] = [];
  const drafts = new Map<string, Draft>();
  let current: Draft | undefined;
  for (const row of rows) {
    current = draftOf(row, current, drafts);
    if (current === undefined) {
      problems.push(problemAt(row.row, 'site', null, 'register.site_missing'));
      continue;
    }
    readSiteCells(row, current, problems);
    if (deviceColumns.some((column) => row.cells[column] !== '')) readDevice(row, current, problems);
    else if (row.cells.notes !== '') current.notes = row.cells.notes;
  }
  const sites = [...drafts.values()].map((draft) => ({ ...draft, devices: inTreeOrder(draft, problems) }));
  return { sites, problems };
}

function draftOf(
  { row, cells }: RegisterRow,
  current: Draft | undefined,
  drafts: Map<string, Draft>,
): Draft | undefined {
  if (cells.site === '') return current;
  const key = nameKey(cells.site);
  let draft = drafts.get(key);
  if (draft === undefined) {
    const blank = Object.fromEntries(siteColumns.map((column) => [column, ''])) as Draft['cells'];
    draft = { row, name: cells.site, cells: blank, firstRow: {}, notes: '', devices: [] };
    drafts.set(key, draft);
  }
  return draft;
}

function readSiteCells({ row, cells }: RegisterRow, draft: Draft, problems: RegisterProblem[]): void {
  for (const column of siteColumns) {
    const value = siteCell(column, cells[column]);
    if (value === '') continue;
    if (column === 'owner_language' && !languages.includes(value as Language)) {
      problems.push(problemAt(row, column, draft.name, 'register.language_unknown', { value }));
      continue;
    }
    const first = draft.cells[column];
    if (first === '') {
      draft.cells[column] = value;
      draft.firstRow[column] = row;
    } else if (first !== value) {
      const params = {
        site: draft.name,
        column,
        value,
        firstValue: first,
        firstRow: draft.firstRow[column] ?? draft.row,
      };
      problems.push(problemAt(row, column, draft.name, 'register.site_conflict', params));
    }
  }
}

function siteCell(column: (typeof siteColumns)[number], value: string): string {
  if (column === 'country' || column === 'voucher') return value.toUpperCase();
  if (column === 'business_type' || column === 'owner_language') return value.toLowerCase();
  return value;
}

function readDevice({ row, cells }: RegisterRow, draft: Draft, problems: RegisterProblem[]): void {
  const tell = (column: Column, code: RegisterProblem['code'], params: RegisterProblem['params'] = {}) => {
    problems.push(problemAt(row, column, draft.name, code, params));
  };
  const kind = cells.kind.toLowerCase() as DeviceKind;
  if (cells.device === '') tell('device', 'register.device_missing');
  if (cells.kind === '') tell('kind', 'register.kind_missing');
  else if (!deviceKinds.includes(kind)) tell('kind', 'register.kind_unknown', { value: cells.kind });
  if (cells.device === '' || !deviceKinds.includes(kind)) return;
  if (kind === 'iq' && cells.parent !== '') {
    tell('parent', 'register.parent_of_hub', { device: cells.device, parent: cells.parent });
  }
  const mac = cells.mac === '' ? null : (normalizeMac(cells.mac) ?? cells.mac);
  const codes = readCodes(kind, mac, cells.activation_code, tell);
  draft.devices.push({
    row,
    name: cells.device,
    kind,
    parent: kind === 'iq' || cells.parent === '' ? null : cells.parent,
    parentAssumed: kind !== 'iq' && cells.parent === '',
    model: readModel(kind, cells.model, tell),
    radio: readRadio(kind, codes.mac, cells.radio, tell),
    ...codes,
    door: cells.door,
    floor: cells.floor,
    notes: cells.notes,
  });
}

type Tell = (column: Column, code: RegisterProblem['code'], params?: RegisterProblem['params']) => void;

/** A BLUEnet lock's code is its id (product.md, Formats): either cell fills the other. */
function readCodes(
  kind: DeviceKind,
  mac: string | null,
  code: string,
  tell: Tell,
): Pick<RegisterDevice, 'mac' | 'activationCode'> {
  if (code === '') return { mac, activationCode: null };
  const activationCode = code.replaceAll(' ', '');
  if (!/^[0-9A-Za-z.:-]{4,32}$/.test(activationCode)) {
    tell('activation_code', 'register.code_form');
    return { mac, activationCode: null };
  }
  const asId = kind === 'lock' ? normalizeMac(code) : undefined;
  if (asId === undefined || !isLockId(asId)) return { mac, activationCode };
  if (mac !== null && isLockId(mac) && mac !== asId) tell('activation_code', 'register.code_differs');
  return { mac: mac ?? asId, activationCode: null };
}

function readModel(kind: DeviceKind, value: string, tell: Tell): DeviceModel | null {
  if (value === '') return kind === 'repeater' ? 'repeater' : null;
  const known = modelsOfKind[kind];
  const key = value.toLowerCase().replace(/[\s_-]+/g, '');
  const model = known.find((name) => name.toLowerCase().replace(/[\s_-]+/g, '') === key);
  if (model === undefined) tell('model', 'register.model_unknown', { value, known: known.join(', ') });
  return model ?? null;
}

function readRadio(kind: DeviceKind, mac: string | null, value: string, tell: Tell): Radio | null {
  if (kind === 'iq') return null;
  if (value === '') return kind === 'lock' && mac !== null ? radioOfLock(mac) : null;
  const key = value.toLowerCase().replace(/[\s_-]+/g, '');
  if (key === 'bluenet') return 'blue_net';
  if (key === 'rfnet') return 'rf_net';
  tell('radio', 'register.radio_unknown', { value });
  return null;
}

/** Devices by name; of a name that stands twice, the first. */
function firstByName(devices: readonly RegisterDevice[]): Map<string, RegisterDevice> {
  const byName = new Map<string, RegisterDevice>();
  for (const device of devices)
    if (!byName.has(nameKey(device.name))) byName.set(nameKey(device.name), device);
  return byName;
}

/** Resolves parents by name and puts parents before children; order below one parent stays as in the file. */
function inTreeOrder(draft: Draft, problems: RegisterProblem[]): RegisterDevice[] {
  const written = firstByName(draft.devices);
  const hubs = draft.devices.filter((device) => device.kind === 'iq');
  const placed = draft.devices.flatMap((device) => placeDevice(device, draft, written, hubs, problems));
  const byName = firstByName(placed);
  const children = new Map<string, RegisterDevice[]>();
  for (const device of placed) {
    const key = device.parent === null ? '' : nameKey(device.parent);
    const siblings = children.get(key);
    if (siblings === undefined) children.set(key, [device]);
    else siblings.push(device);
  }
  const ordered: RegisterDevice[] = [];
  const taken = new Set<RegisterDevice>();
  const visit = (key: string): void => {
    for (const device of children.get(key) ?? []) {
      if (taken.has(device)) continue;
      taken.add(device);
      ordered.push(device);
      if (byName.get(nameKey(device.name)) === device) visit(nameKey(device.name));
    }
  };
  visit('');
  for (const device of placed) {
    if (taken.has(device) || !leadsToItself(device, byName)) continue;
    problems.push(
      problemAt(device.row, 'parent', draft.name, 'register.parent_circle', { device: device.name }),
    );
  }
  return ordered;
}

/** Whether a device's parents lead back to it; where one of them has a fault of its own, that one is told. */
function leadsToItself(device: RegisterDevice, byName: ReadonlyMap<string, RegisterDevice>): boolean {
  const seen = new Set<RegisterDevice>();
  let at: RegisterDevice | undefined = device;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    at = at.parent === null ? undefined : byName.get(nameKey(at.parent));
  }
  return at === device;
}

function placeDevice(
  device: RegisterDevice,
  draft: Draft,
  byName: ReadonlyMap<string, RegisterDevice>,
  hubs: readonly RegisterDevice[],
  problems: RegisterProblem[],
): RegisterDevice[] {
  if (device.kind === 'iq') return [device];
  const tell = (code: RegisterProblem['code'], params: RegisterProblem['params']) => {
    problems.push(problemAt(device.row, 'parent', draft.name, code, { device: device.name, ...params }));
  };
  if (device.parent === null) {
    const [only, ...others] = hubs;
    if (only !== undefined && others.length === 0) return [{ ...device, parent: only.name }];
    tell('register.parent_missing', { hubs: hubs.length });
    return [];
  }
  const parent = byName.get(nameKey(device.parent));
  if (parent === undefined) {
    tell('register.parent_unknown', { parent: device.parent });
    return [];
  }
  if (parent.kind === 'lock') {
    tell('register.parent_is_lock', { parent: parent.name });
    return [];
  }
  return [{ ...device, parent: parent.name }];
}

/** The site's data as the register has it; blank cells are blank. The address is typed once, so it repeats itself. */
export function siteDataOf(site: RegisterSite): SiteData {
  const { cells } = site;
  return {
    name: site.name,
    businessType: cells.business_type,
    country: cells.country,
    timeZone: cells.time_zone,
    address: { street: cells.street, postcode: cells.postcode, city: cells.city },
    owner: {
      fullName: cells.owner_name,
      email: cells.owner_email,
      emailRepeated: cells.owner_email,
      language: (cells.owner_language || 'en') as Language,
    },
    tenant: cells.tenant,
    voucher: cells.voucher,
    notes: site.notes,
  };
}
