import type { Table } from './table.ts';

const rowsLooked = 20;
const lengthMax = 60;
const secretHead = /code|pin|pass|kennwort|clave/i;
const secretForm = /^[0-9a-z]{2}([.:-][0-9a-z]{2}){2,}$/i;

/** What stands in a column in one of the first rows, so that a person knows it; what looks like a code is masked. */
export function sampleOf(name: string, rows: Table['rows'], place: number): string {
  const cells = rows.slice(0, rowsLooked).map(({ cells: row }) => (row[place] ?? '').trim());
  const text = cells.find((cell) => cell !== '') ?? '';
  if (text !== '' && (secretHead.test(name) || secretForm.test(text))) return '••••';
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
}
