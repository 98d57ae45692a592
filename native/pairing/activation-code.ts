import { CodedError } from '../../electron/contract/errors.ts';

/** Longest password in characters, after normalising (A23). */
export const MAX_ACTIVATION_CODE_CHARACTERS = 64;

/**
 * The password of a pairing from what a person typed or scanned (A23): a–z become A–Z, separators go, the
 * rest is ASCII (`04.a2:ff` → `04A2FF`).
 * @throws CodedError `pairing.code_not_ascii`, `pairing.code_empty` or `pairing.code_too_long`; the code
 * itself is in none of them, for it is a secret.
 */
export function normalizeActivationCode(text: string): Uint8Array {
  // Composed as well as raw: a decomposed "é" is an ASCII letter and a mark that would silently go.
  if (hasForeignLetter(text) || hasForeignLetter(text.normalize('NFC'))) {
    throw new CodedError('pairing.code_not_ascii');
  }
  const code = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  if (code === '') throw new CodedError('pairing.code_empty');
  if (code.length > MAX_ACTIVATION_CODE_CHARACTERS) throw new CodedError('pairing.code_too_long');
  return new TextEncoder().encode(code);
}

function hasForeignLetter(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text.replaceAll(/[A-Za-z0-9]/g, ''));
}
