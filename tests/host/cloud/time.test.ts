import { expect, test } from 'vitest';
import { clockOffset, retryAfter } from '../../../electron/host/cloud/time.ts';

const date = 'Mon, 23 Nov 2026 10:00:00 GMT';
const at = Date.parse(date);

test('the offset is the other clock minus this one, taken in the middle of the exchange', () => {
  expect(clockOffset(date, at - 100, at + 1100)).toBe(0);
  expect(clockOffset(date, at - 86_400_000, at - 86_400_000 + 1000)).toBe(86_400_000);
});

test('says nothing without a date, with a bad one, or when the answer took too long', () => {
  expect(clockOffset(null, at, at)).toBeNull();
  expect(clockOffset('yesterday', at, at)).toBeNull();
  expect(clockOffset(date, at, at + 60_000)).toBeNull();
  expect(clockOffset(date, at, at - 1)).toBeNull();
});

test('Retry-After as seconds, or as a date against the same answer’s date', () => {
  expect(retryAfter('30', null)).toBe(30_000);
  expect(retryAfter('0', date)).toBe(0);
  expect(retryAfter('Mon, 23 Nov 2026 10:01:30 GMT', date)).toBe(90_000);
  expect(retryAfter('Mon, 23 Nov 2026 09:00:00 GMT', date)).toBe(0);
  expect(retryAfter('Mon, 23 Nov 2026 10:01:30 GMT', null)).toBeNull();
  for (const nonsense of [null, '', 'soon', '-3', '1e9', '99999999999'])
    expect(retryAfter(nonsense, date)).toBeNull();
});
