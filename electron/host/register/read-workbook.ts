import { type CellValue, streamXlsxRows } from 'hucre/xlsx';
import { CodedError } from '../../contract/index.ts';
import { registerLimits } from './columns.ts';
import type { Table } from './table.ts';
import { createTableBuilder } from './table-builder.ts';
import { refuseUnbounded } from './zip-directory.ts';

const zipMagic = [0x50, 0x4b, 0x03, 0x04];
/** A compound file: a workbook from before 2007, or one with a password. */
const compoundMagic = [0xd0, 0xcf, 0x11, 0xe0];
/** Rows that a sheet may name; formatted ones without text come on top of the register's. */
const sheetRowsMax = 2 * registerLimits.rows;

/** Whether the bytes are a workbook, whatever the file is called. */
export function isWorkbook(bytes: Uint8Array): boolean {
  return startsWith(bytes, zipMagic) || startsWith(bytes, compoundMagic);
}

/**
 * Reads the first sheet of an XLSX register; of a formula, its last result. Throws `register.workbook_old`,
 * `register.workbook_broken`, `register.workbook_too_large` and what a table refuses.
 */
export async function readWorkbook(bytes: Uint8Array): Promise<Table> {
  if (startsWith(bytes, compoundMagic)) throw new CodedError('register.workbook_old');
  refuseUnbounded(bytes);
  const table = createTableBuilder();
  let seen = 0;
  try {
    for await (const { index, values } of streamXlsxRows(bytes)) {
      seen += 1;
      if (seen > sheetRowsMax) {
        throw new CodedError('register.too_many_rows', { rows: seen, limit: registerLimits.rows });
      }
      table.add(index + 1, values.map(textOf));
    }
  } catch (caught) {
    if (caught instanceof CodedError) throw caught;
    throw new CodedError('register.workbook_broken', {}, { cause: caught });
  }
  return table.finish();
}

function textOf(value: CellValue): string {
  if (value === null) return '';
  return value instanceof Date ? dateText(value) : String(value);
}

/** Dates have no place in a register, but may stand in its notes. */
function dateText(value: Date): string {
  return Number.isNaN(value.getTime()) ? '' : value.toISOString().slice(0, 10);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}
