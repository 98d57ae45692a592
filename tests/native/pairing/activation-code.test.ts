import { describe, expect, it } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import { normalizeActivationCode } from '../../../native/pairing/index.ts';
import { toHex, workedExample } from './worked-example.ts';

function codeOf(text: string): string {
  try {
    return `accepted as ${Buffer.from(normalizeActivationCode(text)).toString()}`;
  } catch (error) {
    return (error as CodedError).code;
  }
}

describe('A23 activation code', () => {
  it.each(['04.a2:ff', '04A2FF', ' 04-a2 FF\t', '04.A2.FF', '«04/a2/ff»'])('%s is 04A2FF', (text) => {
    expect(Buffer.from(normalizeActivationCode(text)).toString()).toBe('04A2FF');
  });

  it('gives the bytes of the worked example (A56)', () => {
    expect(toHex(normalizeActivationCode(workedExample.code))).toBe(workedExample.password);
  });

  it.each([
    ['', 'pairing.code_empty'],
    ['.:- ', 'pairing.code_empty'],
    ['04ä2', 'pairing.code_not_ascii'],
    ['04a\u03082', 'pairing.code_not_ascii'],
    ['04A２FF', 'pairing.code_not_ascii'],
    ['٠٤A2', 'pairing.code_not_ascii'],
    ['04A2\u212A', 'pairing.code_not_ascii'],
    ['A'.repeat(65), 'pairing.code_too_long'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('takes 64 characters', () => {
    expect(normalizeActivationCode('a'.repeat(64))).toHaveLength(64);
  });

  it('never repeats the code in the error', () => {
    expect(() => normalizeActivationCode('SECRETä')).toThrow(expect.not.stringContaining('SECRET'));
  });
});
