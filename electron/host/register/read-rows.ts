import type { RegisterPlaces, RegisterProblem } from '../../contract/index.ts';
import { cellText, isControl } from './cell-text.ts';
import { type Column, columnLimits, columns } from './columns.ts';
import { isColumn, wordOf } from './head.ts';
import type { Table } from './table.ts';

/** One row of a register; `row` counts from 1 as a spreadsheet does, the head being 1. */
export interface RegisterRow {
  readonly row: number;
  /** Cells without blanks at their ends, in Unicode NFC. */
  readonly cells: Readonly<Record<Column, string>>;
}

/** What reading the cells gave, before anybody asks what they mean. */
export interface RegisterRows {
  readonly rows: readonly RegisterRow[];
  readonly problems: readonly RegisterProblem[];
}

/** Takes the cells out of the columns in which they stand; faults are told row by row. */
export function readRows({ head, rows }: Table, places: RegisterPlaces): RegisterRows {
  const problems: RegisterProblem[] = unknownColumns(head, places);
  const placed = columns.flatMap((column) => {
    const place = places[column];
    return place === undefined ? [] : [[column, place] as const];
  });
  const read = rows.flatMap(({ row, cells }) => {
    if (cells.length > head.length && cells.slice(head.length).some((cell) => cell.trim() !== '')) {
      const params = { cells: cells.length, columns: head.length };
      problems.push(problemAt(row, null, null, 'register.cell_count', params));
      return [];
    }
    return [{ row, cells: readCells(row, cells, placed, problems) }];
  });
  return { rows: read, problems };
}

/** Makes a fault of a register. */
export function problemAt(
  row: number | null,
  column: Column | null,
  site: string | null,
  code: RegisterProblem['code'],
  params: RegisterProblem['params'] = {},
  severity: RegisterProblem['severity'] = 'blocker',
): RegisterProblem {
  return { row, column, site, code, params, severity };
}

function unknownColumns(head: readonly string[], places: RegisterPlaces): RegisterProblem[] {
  const used = new Set(Object.values(places));
  return head
    .filter((cell, place) => cell.trim() !== '' && !used.has(place) && !isColumn(wordOf(cell)))
    .map((cell) =>
      problemAt(1, null, null, 'register.column_unknown', { column: cell.trim().slice(0, 60) }, 'warning'),
    );
}

const blank = Object.fromEntries(columns.map((column) => [column, ''])) as Record<Column, string>;

function readCells(
  row: number,
  cells: readonly string[],
  placed: readonly (readonly [Column, number])[],
  problems: RegisterProblem[],
): Record<Column, string> {
  const read = { ...blank };
  for (const [column, place] of placed) {
    const cell = cells[place];
    if (cell === undefined || cell === '') continue;
    const text = cellText(column, cell);
    const limit = columnLimits[column];
    if (text.length > limit && column !== 'country' && column !== 'owner_language') {
      problems.push(
        problemAt(row, column, null, 'register.value_too_long', { column, length: text.length, limit }),
      );
    } else if ([...text].some(isControl)) {
      problems.push(problemAt(row, column, null, 'register.control_character', { column }));
    } else read[column] = text;
  }
  return read;
}
