import { CodedError } from '../../contract/index.ts';
import { registerLimits } from './columns.ts';
import { readCsv } from './read-csv.ts';
import { isWorkbook, readWorkbook } from './read-workbook.ts';

/** The cells of a register as they stand in the file; rows count from 1 as a spreadsheet does, the head being 1. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly { readonly row: number; readonly cells: readonly string[] }[];
}

/**
 * Reads a register of either form, told by its first bytes and not by its name. Throws `register.*` for what makes
 * the whole file unreadable.
 */
export async function readTable(bytes: Uint8Array): Promise<Table> {
  if (bytes.length > registerLimits.bytes) {
    const megabytes = Math.ceil(bytes.length / 1024 / 1024);
    throw new CodedError('register.too_large', { megabytes, limit: registerLimits.bytes / 1024 / 1024 });
  }
  return isWorkbook(bytes) ? readWorkbook(bytes) : readCsv(bytes);
}
