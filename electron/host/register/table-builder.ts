import { CodedError } from '../../contract/index.ts';
import { registerLimits } from './columns.ts';
import type { Table } from './table.ts';

/** Collects the rows of a file within the limits, so that a hostile one costs no more than an honest one. */
export interface TableBuilder {
  /** Takes the row with this number; row 1 is the head. Throws `register.too_many_columns`, `register.too_many_rows`. */
  add(row: number, cells: readonly string[]): void;
  /** Throws `register.empty`. */
  finish(): Table;
}

/** Begins a table. */
export function createTableBuilder(): TableBuilder {
  let head: readonly string[] | undefined;
  const rows: Table['rows'][number][] = [];
  return {
    add(row, cells) {
      if (row > 1 && cells.every((cell) => cell.trim() === '')) return;
      const limit = registerLimits.columns;
      if (cells.length > limit && lastFilled(cells) >= limit) {
        throw new CodedError('register.too_many_columns', { columns: lastFilled(cells) + 1, limit, row });
      }
      if (row === 1) head = cells.slice(0, limit);
      else if (rows.length === registerLimits.rows) {
        throw new CodedError('register.too_many_rows', { rows: rows.length + 1, limit: registerLimits.rows });
      } else rows.push({ row, cells: cells.slice(0, limit) });
    },
    finish() {
      if (head === undefined || rows.length === 0) throw new CodedError('register.empty');
      return { head, rows };
    },
  };
}

function lastFilled(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell.trim() !== '');
}
