import type { RegisterColumn } from '../../contract/index.ts';

/** The columns of a register, with the most characters a cell may hold. `tenant` may be left out. */
export const columnLimits = {
  site: 100,
  business_type: 40,
  country: 2,
  time_zone: 64,
  street: 200,
  postcode: 20,
  city: 100,
  owner_name: 100,
  owner_email: 254,
  owner_language: 5,
  voucher: 40,
  tenant: 100,
  device: 100,
  parent: 100,
  kind: 20,
  model: 40,
  radio: 20,
  activation_code: 32,
  mac: 32,
  door: 100,
  floor: 20,
  notes: 2000,
} as const satisfies Record<RegisterColumn, number>;

export type Column = RegisterColumn;

/** All columns in the order of the template. */
export const columns = Object.keys(columnLimits) as readonly Column[];

/** Columns that a register of our own form may do without. */
export const optionalColumns: ReadonlySet<Column> = new Set(['tenant']);

/** Columns that no register can do without, whatever its form: they say what a row is about. */
export const neededColumns: readonly Column[] = ['site', 'device', 'kind'];

/** Columns that speak of the site; they may be blank after the site's first row. */
export const siteColumns = [
  'business_type',
  'country',
  'time_zone',
  'street',
  'postcode',
  'city',
  'owner_name',
  'owner_email',
  'owner_language',
  'voucher',
  'tenant',
] as const satisfies readonly Column[];

/** Columns that speak of a device; a row with none of them filled speaks of the site alone. */
export const deviceColumns = [
  'device',
  'parent',
  'kind',
  'model',
  'radio',
  'activation_code',
  'mac',
  'door',
  'floor',
] as const satisfies readonly Column[];

/**
 * The largest register that is read or written: 10 MB, 120 000 rows (10 000 sites with 100 000 doors fit) and 256
 * columns; a workbook unpacks to 192 MB at most. Of faults and differences as many are told as a person could read.
 */
export const registerLimits = {
  bytes: 10 * 1024 * 1024,
  unpackedBytes: 192 * 1024 * 1024,
  rows: 120_000,
  columns: 256,
  problems: 5_000,
  differences: 5_000,
} as const;
