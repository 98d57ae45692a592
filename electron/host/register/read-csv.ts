import Papa from 'papaparse';
import { CodedError } from '../../contract/index.ts';
import { unguarded } from './cell-text.ts';
import type { Table } from './table.ts';
import { createTableBuilder } from './table-builder.ts';

/**
 * Reads the bytes of a CSV register: UTF-8 with or without byte order mark or UTF-16 with one, comma, semicolon or
 * tab, quoted line breaks. Throws `register.encoding`, `register.quotes_broken` and what a table refuses.
 */
export function readCsv(bytes: Uint8Array): Table {
  const text = decode(bytes);
  const table = createTableBuilder();
  let row = 0;
  Papa.parse<string[]>(text, {
    delimiter: delimiterOf(text),
    skipEmptyLines: false,
    // Row by row: ten million empty lines would fill the memory as one result.
    step: ({ data, errors }) => {
      row += 1;
      if (errors.some((error) => error.type === 'Quotes')) {
        throw new CodedError('register.quotes_broken', { row });
      }
      table.add(row, data.map(unguarded));
    },
  });
  return table.finish();
}

const byteOrderMarks = [
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
] as const;

function decode(bytes: Uint8Array): string {
  const marked = byteOrderMarks.find(([, first, second]) => bytes[0] === first && bytes[1] === second);
  const encoding = marked?.[0] ?? 'utf-8';
  const text = decodeAs(encoding, bytes);
  // UTF-16 without its mark is valid UTF-8 with a zero beside each letter.
  const zero = text.slice(0, 2).indexOf('\0');
  if (zero >= 0) throw new CodedError('register.encoding', { offset: zero });
  return text;
}

function decodeAs(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new CodedError('register.encoding', { offset: firstBadByte(encoding, bytes) });
  }
}

/** The offset of the first byte that is no text, by halving. */
function firstBadByte(encoding: string, bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const decoder = new TextDecoder(encoding, { fatal: true });
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
  const head = (text.slice(0, 65_536).split(/\r\n|\n|\r/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (sign: string) => head.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',');
}
