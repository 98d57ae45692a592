import Papa from 'papaparse';
import { CodedError, type RegisterProblem } from '../../contract/index.ts';
import { type Column, columnLimits, columns, optionalColumns, registerLimits } from './columns.ts';

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

/**
 * Reads the bytes of a CSV register: UTF-8 with or without byte order mark, comma, semicolon or tab, quoted line
 * breaks. Throws `register.*` for what makes the whole file unreadable; the rest is told row by row.
 */
export function readCsv(bytes: Uint8Array): RegisterRows {
  if (bytes.length > registerLimits.bytes) {
    const megabytes = Math.ceil(bytes.length / 1024 / 1024);
    throw new CodedError('register.too_large', { megabytes, limit: registerLimits.bytes / 1024 / 1024 });
  }
  const text = decode(bytes);
  const parsed = Papa.parse<string[]>(text, { delimiter: delimiterOf(text), skipEmptyLines: false });
  const broken = parsed.errors.find((error) => error.type === 'Quotes');
  if (broken !== undefined) throw new CodedError('register.quotes_broken', { row: (broken.row ?? 0) + 1 });
  const [head, ...body] = parsed.data;
  const rows = body
    .map((cells, index) => ({ row: index + 2, cells }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  if (head === undefined || rows.length === 0) throw new CodedError('register.empty');
  if (rows.length > registerLimits.rows) {
    throw new CodedError('register.too_many_rows', { rows: rows.length, limit: registerLimits.rows });
  }
  const places = readHead(head);
  const problems: RegisterProblem[] = unknownColumns(head);
  const read = rows.flatMap(({ row, cells }) => {
    if (cells.length !== head.length && cells.slice(head.length).some((cell) => cell.trim() !== '')) {
      problems.push(
        problemAt(row, null, null, 'register.cell_count', { cells: cells.length, columns: head.length }),
      );
      return [];
    }
    return [{ row, cells: readCells(row, cells, places, problems) }];
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

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CodedError('register.encoding', { offset: firstBadByte(bytes) });
  }
}

/** The offset of the first byte that is no UTF-8, by halving. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      decoder.decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

/** The separator that stands most often in the head, outside of quotes. */
function delimiterOf(text: string): string {
  const head = (text.split(/\r\n|\n|\r/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (sign: string) => head.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',');
}

function columnName(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function isColumn(name: string): name is Column {
  return Object.hasOwn(columnLimits, name);
}

function readHead(head: readonly string[]): ReadonlyMap<Column, number> {
  const places = new Map<Column, number>();
  head.forEach((cell, place) => {
    const name = columnName(cell);
    if (!isColumn(name)) return;
    if (places.has(name)) throw new CodedError('register.column_twice', { column: name, row: 1 });
    places.set(name, place);
  });
  const missing = columns.find((column) => !places.has(column) && !optionalColumns.has(column));
  if (missing !== undefined) throw new CodedError('register.column_missing', { column: missing, row: 1 });
  return places;
}

function unknownColumns(head: readonly string[]): RegisterProblem[] {
  return head
    .filter((cell) => cell.trim() !== '' && !isColumn(columnName(cell)))
    .map((cell) =>
      problemAt(1, null, null, 'register.column_unknown', { column: cell.trim().slice(0, 60) }, 'warning'),
    );
}

function readCells(
  row: number,
  cells: readonly string[],
  places: ReadonlyMap<Column, number>,
  problems: RegisterProblem[],
): Record<Column, string> {
  const read = Object.fromEntries(columns.map((column) => [column, ''])) as Record<Column, string>;
  for (const [column, place] of places) {
    const text = (cells[place] ?? '').normalize('NFC').trim();
    const limit = columnLimits[column];
    if (text.length > limit && column !== 'country' && column !== 'owner_language') {
      problems.push(
        problemAt(row, column, null, 'register.value_too_long', { column, length: text.length, limit }),
      );
    } else if (hasControl(text, column === 'notes')) {
      problems.push(problemAt(row, column, null, 'register.control_character', { column }));
    } else {
      read[column] = column === 'notes' ? text : text.replace(/\s+/gu, ' ');
    }
  }
  return read;
}

/** Line breaks and tabs are blanks in a cell (in notes they stay); other control characters have no place. */
function hasControl(text: string, linesAllowed: boolean): boolean {
  for (const sign of text) {
    const point = sign.codePointAt(0) ?? 0;
    if (point === 9 || point === 10 || point === 13) continue;
    if (point < 32 || point === 127 || (point >= 128 && point < 160) || point === 0xfffd) return true;
  }
  return linesAllowed ? false : text.includes('\u2028');
}
