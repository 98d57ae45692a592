import { CodedError, type RegisterPlaces } from '../../contract/index.ts';
import { type Column, columnLimits, columns, neededColumns, optionalColumns } from './columns.ts';
import { headWords } from './head-words.ts';

/** A name as heads are compared: lower case, one underscore for what stands between words. */
export function wordOf(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

/** Whether a word is the name of a column of ours. */
export function isColumn(word: string): word is Column {
  return Object.hasOwn(columnLimits, word);
}

/** Where our own columns stand in a head. Throws `register.column_twice`. */
export function ownPlaces(head: readonly string[]): RegisterPlaces {
  const places: Partial<Record<Column, number>> = {};
  head.forEach((cell, place) => {
    const word = wordOf(cell);
    if (!isColumn(word)) return;
    if (places[word] !== undefined) throw new CodedError('register.column_twice', { column: word, row: 1 });
    places[word] = place;
  });
  return places;
}

/** The first column without which a head is not of our form, or undefined. */
export function missingColumn(places: RegisterPlaces): Column | undefined {
  return columns.find((column) => places[column] === undefined && !optionalColumns.has(column));
}

/** Which columns a foreign head probably means: its own names first, then words that others use. */
export function likelyPlaces(head: readonly string[]): RegisterPlaces {
  const places: Partial<Record<Column, number>> = { ...ownPlaces(head) };
  const taken = new Set(Object.values(places));
  const words = head.map((cell) => wordOf(cell).replace(/[^\p{L}\p{N}_]/gu, ''));
  for (const column of columns) {
    if (places[column] !== undefined) continue;
    const place = words.findIndex((word, at) => !taken.has(at) && headWords[column].includes(word));
    if (place < 0) continue;
    places[column] = place;
    taken.add(place);
  }
  return places;
}

/**
 * Holds what a person said against a head. Throws `register.column_missing` for a column that no register can do
 * without, `register.column_twice` for one place that stands for two, `register.preview_gone` for a place that the
 * file does not have.
 */
export function checkPlaces(places: RegisterPlaces, head: readonly string[]): void {
  const missing = neededColumns.find((column) => places[column] === undefined);
  if (missing !== undefined) throw new CodedError('register.column_missing', { column: missing, row: 1 });
  const seen = new Set<number>();
  for (const place of Object.values(places)) {
    const column = head[place];
    if (column === undefined) throw new CodedError('register.preview_gone');
    if (seen.has(place)) throw new CodedError('register.column_twice', { column, row: 1 });
    seen.add(place);
  }
}
