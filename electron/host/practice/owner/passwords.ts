import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordRule } from '../traps.ts';

const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyBytes = 32;

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, keyBytes, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `scrypt$salt$key`, each in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('base64url')}$${(await derive(password, salt)).toString('base64url')}`;
}

/** Whether a password belongs to a hash. Without a hash it takes as long, so that nobody learns who has an account. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, salt = '', key = ''] = (hash ?? '').split('$');
  const derived = await derive(password, Buffer.from(salt, 'base64url'));
  const wanted = Buffer.from(key, 'base64url');
  return wanted.length === derived.length && timingSafeEqual(wanted, derived);
}

/** The parts of a rule that ask for something, in the order in which a page names them. */
export const ruleParts = [
  'min_length',
  'max_length',
  'min_lower_case',
  'min_upper_case',
  'min_digits',
  'min_special',
] as const satisfies readonly (keyof PasswordRule)[];

/** Whether a password follows the rule: code points; letters and digits are ASCII, `special` is everything else. */
export function followsRule(password: string, rule: PasswordRule): boolean {
  const points = [...password];
  const count = (pattern: RegExp) => points.filter((point) => pattern.test(point)).length;
  return (
    points.length >= rule.min_length &&
    points.length <= rule.max_length &&
    count(/^[a-z]$/) >= (rule.min_lower_case ?? 0) &&
    count(/^[A-Z]$/) >= (rule.min_upper_case ?? 0) &&
    count(/^[0-9]$/) >= (rule.min_digits ?? 0) &&
    count(/^[^a-zA-Z0-9]$/u) >= (rule.min_special ?? 0)
  );
}
