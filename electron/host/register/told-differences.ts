import type { DeviceRecord } from '../../../db/types.ts';
import type { RegisterDifference, SiteData } from '../../contract/index.ts';
import type { Column } from './columns.ts';
import type { SiteDifference } from './differences.ts';

const columnOf: Readonly<Partial<Record<string, Column>>> = {
  name: 'device',
  model: 'model',
  radio: 'radio',
  mac: 'mac',
  door: 'door',
  floor: 'floor',
  notes: 'notes',
  parentId: 'parent',
  activationCode: 'activation_code',
};

const siteCells: Readonly<Partial<Record<Column, (data: SiteData) => string>>> = {
  business_type: (data) => data.businessType,
  country: (data) => data.country,
  time_zone: (data) => data.timeZone,
  street: (data) => data.address.street,
  postcode: (data) => data.address.postcode,
  city: (data) => data.address.city,
  owner_name: (data) => data.owner.fullName,
  owner_email: (data) => data.owner.email,
  owner_language: (data) => data.owner.language,
  voucher: (data) => data.voucher,
  tenant: (data) => data.tenant,
  notes: (data) => data.notes,
};

/** What a register would change about a stored site, cell by cell; nothing for a new one. */
export function toldDifferences(difference: SiteDifference): RegisterDifference[] {
  const { stored } = difference;
  if (stored === undefined) return [];
  return [...siteDifferences(difference, stored), ...deviceDifferences(difference)];
}

function siteDifferences({ source, data }: SiteDifference, stored: SiteData): RegisterDifference[] {
  return Object.entries(siteCells).flatMap(([name, cell]) => {
    const column = name as Column;
    const [before, after] = [cell(stored), cell(data)];
    if (before === after) return [];
    return [{ row: source.firstRow[column] ?? source.row, device: null, column, before, after }];
  });
}

function deviceDifferences({
  source,
  storedDevices,
  added,
  changes,
  planned,
  rowOf,
}: SiteDifference): RegisterDifference[] {
  const nameOf = new Map(planned.map(({ id, name }) => [id, name]));
  const old = new Map(storedDevices.map((device) => [device.id, device]));
  const shown = (key: string, value: unknown) => {
    if (key === 'activationCode') return null;
    return key === 'parentId' ? (nameOf.get(String(value)) ?? '') : String(value ?? '');
  };
  const news = added.map(({ id, name, kind }) => ({
    row: rowOf.get(id) ?? source.row,
    device: name,
    column: null,
    before: null,
    after: kind,
  }));
  const changed = changes.flatMap(({ id, change }) =>
    Object.entries(change).flatMap(([key, value]) => {
      const column = columnOf[key];
      const was = old.get(id);
      if (column === undefined || was === undefined) return [];
      const before = shown(key, was[key as keyof DeviceRecord]);
      return [
        { row: rowOf.get(id) ?? source.row, device: was.name, column, before, after: shown(key, value) },
      ];
    }),
  );
  return [...news, ...changed].toSorted((one, other) => one.row - other.row);
}
