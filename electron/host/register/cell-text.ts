import type { Column } from './columns.ts';

/** Begins like a formula; a plain number is none, whatever its sign. */
const formula = /^'*[=+\-@＝＋－＠]/;
const number = /^[-+]?\d+(?:[.,]\d+)?$/;

/** The text of a cell: Unicode NFC, no blanks at its ends, on one line but for notes. */
export function cellText(column: Column, text: string): string {
  const plain = text.normalize('NFC').trim();
  return column === 'notes' ? plain.replace(/\r\n?/g, '\n') : plain.replace(/\s+/gu, ' ');
}

/** What a stored text looks like in a register: as {@link cellText}, without characters that no cell may hold. */
export function exportedText(column: Column, text: string): string {
  return cellText(column, [...text].filter((sign) => !isControl(sign)).join(''));
}

/** Whether a character has no place in a cell. Line breaks and tabs are blanks and may stand there. */
export function isControl(sign: string): boolean {
  const point = sign.codePointAt(0) ?? 0;
  if (point === 9 || point === 10 || point === 13) return false;
  if (point < 32 || (point >= 127 && point < 160)) return true;
  return (point >= 0xd800 && point <= 0xdfff) || (point >= 0xfffd && point <= 0xffff);
}

/** A text for a CSV file, where a spreadsheet would run what begins like a formula: an apostrophe makes it text. */
export function guarded(text: string): string {
  return formula.test(text) && !number.test(text) ? `'${text}` : text;
}

/** Takes back what {@link guarded} put before a text. */
export function unguarded(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}
