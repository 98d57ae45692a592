import { writeXlsxStream } from 'hucre/xlsx';
import Papa from 'papaparse';
import { CodedError, type RegisterForm } from '../../contract/index.ts';
import { guarded } from './cell-text.ts';
import { columnLimits, columns, registerLimits } from './columns.ts';

/** Widths of a workbook's columns, in characters. */
const width = { least: 12, most: 32 } as const;

/**
 * Writes rows in the order of the template as a register file. CSV is UTF-8 with a byte order mark, so that
 * spreadsheets see it, and without anything that they would run; in a workbook every cell is text. Throws
 * `register.export_too_large` for more than could be read again.
 */
export async function writeTable(rows: readonly string[][], form: RegisterForm): Promise<Uint8Array> {
  if (rows.length > registerLimits.rows) throw tooLarge();
  const bytes = form === 'csv' ? csvOf(rows) : await workbookOf(rows);
  if (bytes.length > registerLimits.bytes) throw tooLarge();
  return bytes;
}

function csvOf(rows: readonly string[][]): Uint8Array {
  const text = Papa.unparse([[...columns], ...rows.map((cells) => cells.map(guarded))], {
    // Where a semicolon or tab separates, an unquoted one would begin a cell of its own.
    quotes: (cell) => /[;\t]/.test(String(cell)),
  });
  return new TextEncoder().encode(`\ufeff${text}\r\n`);
}

async function workbookOf(rows: readonly string[][]): Promise<Uint8Array> {
  const filled = (cells: readonly string[]) => cells.map((cell) => (cell === '' ? null : literal(cell)));
  const stream = writeXlsxStream([[...columns], ...rows].values().map(filled), {
    name: 'Register',
    // Text, so that a spreadsheet leaves postcodes and ids as they are typed.
    columns: columns.map((column) => ({
      width: Math.min(Math.max(width.least, column.length + 2, columnLimits[column] / 5), width.most),
      numFmt: '@',
    })),
    freezePane: { rows: 1 },
    inlineStrings: true,
  });
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** In a workbook `_x0041_` is another way to write A; its first sign escaped, it is what it looks like. */
function literal(text: string): string {
  return text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
}

function tooLarge(): CodedError {
  const { rows, bytes } = registerLimits;
  return new CodedError('register.export_too_large', { rows, megabytes: bytes / 1024 / 1024 });
}
