/** The kinds of code that an installer types, scans or pastes. */
export type CodeKind = 'activation_code' | 'mac' | 'lock_id';

const MAC_DIGITS = 6;
const LOCK_ID_DIGITS = 14;
const SEPARATORS = /[\s.:-]+/g;
const HEX_AND_SEPARATORS = /^[0-9a-fA-F\s.:-]*$/;

/** Whether typing so far gives a whole code, part of one, or something of another form. */
export type CodeState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'short'; readonly have: number; readonly need: number }
  | { readonly kind: 'valid' }
  | { readonly kind: 'unknown_form' };

/** `HH.HH.HH` out of any accepted spelling (`:` `-` `.` or none), or null. */
export function normaliseMac(text: string): string | null {
  const digits = significant(text);
  return /^[0-9A-F]{6}$/.test(digits) ? dotted(digits) : null;
}

/** Fourteen upper-case hex characters, or null. */
export function normaliseLockId(text: string): string | null {
  const digits = significant(text);
  return /^[0-9A-F]{14}$/.test(digits) ? digits : null;
}

/** A device's address in the one spelling that is stored: a MAC or a lock id, or null. */
export function normaliseAddress(text: string): string | null {
  return normaliseMac(text) ?? normaliseLockId(text);
}

/** The groups 2-4-4-4 of a lock id, or null for anything else. */
export function groupsOfLockId(value: string): readonly [string, string, string, string] | null {
  if (!/^[0-9A-F]{14}$/.test(value)) return null;
  return [value.slice(0, 2), value.slice(2, 6), value.slice(6, 10), value.slice(10)];
}

/**
 * What stands in the field while a code is typed. Hex is upper-cased and dotted in pairs; an activation code
 * of another form is left as it is typed, as its form is not known (CODE_FORMAT is a warning there).
 */
export function formatWhileTyping(kind: CodeKind, text: string): string {
  const trimmed = text.replace(/^\s+/, '');
  if (!HEX_AND_SEPARATORS.test(trimmed)) return kind === 'activation_code' ? trimmed.toUpperCase() : trimmed;
  const digits = significant(trimmed);
  if (kind === 'lock_id') return digits.slice(0, LOCK_ID_DIGITS);
  if (kind === 'mac') return dotted(digits.slice(0, MAC_DIGITS));
  return dotted(digits);
}

/** Where the caret belongs after formatting: behind the same number of significant characters. */
export function caretAfterFormatting(before: string, caret: number, after: string): number {
  const wanted = significant(before.slice(0, caret)).length;
  let seen = 0;
  for (let index = 0; index < after.length; index += 1) {
    if (seen === wanted) return index;
    if (!/[\s.:-]/.test(after.charAt(index))) seen += 1;
  }
  return after.length;
}

/** How far what is typed is from a whole code. */
export function stateOfCode(kind: CodeKind, text: string): CodeState {
  const digits = significant(text);
  if (digits === '') return { kind: 'empty' };
  const need = kind === 'lock_id' ? LOCK_ID_DIGITS : MAC_DIGITS;
  if (!/^[0-9A-F]+$/.test(digits)) return { kind: 'unknown_form' };
  if (digits.length < need) return { kind: 'short', have: digits.length, need };
  return digits.length === need ? { kind: 'valid' } : { kind: 'unknown_form' };
}

function significant(text: string): string {
  return text.replace(SEPARATORS, '').toUpperCase();
}

function dotted(digits: string): string {
  return digits.match(/.{1,2}/g)?.join('.') ?? '';
}
