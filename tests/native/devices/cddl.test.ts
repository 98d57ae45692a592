import { describe, expect, test } from 'vitest';
import type { CborInput, CborMap, CborValue } from '../../../native/smp/index.ts';
import { matches } from '../virtual/cddl.ts';
import { REQUESTS, RESPONSES } from './bodies.ts';

const NUMBERS = [
  -(2 ** 31),
  -128,
  -127,
  -61,
  -60,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  9,
  10,
  13,
  14,
  15,
  20,
  21,
  60,
  61,
  100,
  101,
  120,
  121,
  180,
  181,
  240,
  241,
  255,
  256,
  1023,
  1024,
  1439,
  1440,
  65_535,
  65_536,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
];
const TEXTS = [0, 1, 7, 8, 32, 33, 64, 65, 100, 101, 253, 254].map((length) => 'x'.repeat(length));
const MORE_TEXTS = [
  'ü'.repeat(32),
  'ü'.repeat(33),
  '04.a2.ff',
  '04.A2.FF ',
  '1.2.3.4',
  'none',
  'cell',
  'detached',
  'wep',
];
const BYTES = [0, 1, 16, 31, 32, 33, 64, 65, 66, 256, 257].map((length) => new Uint8Array(length));
const LISTS = [
  [],
  [1],
  [true],
  ['eth'],
  ['lte'],
  Array<CborValue>(7).fill(true),
  Array<CborValue>(8).fill(true),
];
const OTHERS: CborValue[] = [null, true, false, {}, 5n];
const VALUES: CborValue[] = [...NUMBERS, ...TEXTS, ...MORE_TEXTS, ...BYTES, ...LISTS, ...OTHERS];

/** Every body that differs from `body` in one value, however deep, or lacks one key, or has one more. */
function* mutations(body: CborValue): Generator<CborValue> {
  yield* VALUES;
  if (Array.isArray(body)) {
    for (const count of [0, 2, 3, 4, 7, 8, 9, 22, 23, 32, 33])
      yield Array<CborValue>(count).fill(body[0] ?? 0);
    const [first, ...rest] = body;
    if (first !== undefined) for (const mutated of mutations(first)) yield [mutated, ...rest];
  } else if (typeof body === 'object' && body !== null && !(body instanceof Uint8Array)) {
    yield { ...body, unknown_key: [1] };
    for (const [key, value] of Object.entries(body)) {
      const { [key]: _, ...without } = body;
      yield without;
      for (const mutated of mutations(value)) yield { ...body, [key]: mutated };
    }
  }
}

function accepts(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function mapsFrom(body: CborMap): CborMap[] {
  return [...mutations(body)].filter(
    (each): each is CborMap =>
      typeof each === 'object' && each !== null && !Array.isArray(each) && !(each instanceof Uint8Array),
  );
}

/** What the clauses refuse although the CDDL allows it: such a body is no disagreement. */
function isBeyondTheCddl(rule: string, body: CborMap): boolean {
  if (rule === 'identity-response') return !/^[\x20-\x7e]{1,32}$/.test(String(body.serial)); // A16
  if (rule === 'settings-write') return Number(inside(body.eom, 'from')) >= Number(inside(body.eom, 'to')); // A50
  // Of a following piece the first one's keys are unknown ones, whatever they hold.
  if (rule === 'upload-write') return matches('upload-next', body) && !matches('upload-first', body);
  if (rule !== 'network-write') return false;
  const missesAddress = ['addr', 'mask', 'gw'].some((key) => inside(body.eth, key) === undefined);
  const order = Array.isArray(body.order) ? body.order : [];
  return (
    (inside(body.eth, 'dhcp') === false && missesAddress) || // A41
    new Set(order).size !== order.length || // A41
    !/^([\x20-\x7e]{8,63}|[0-9A-Fa-f]{64})$/.test(String(inside(body.wifi, 'psk'))) // A41
  );
}

function inside(value: CborValue | undefined, key: string): CborValue | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && !(value instanceof Uint8Array) ? value[key] : undefined;
}

describe('the CDDL and the commands agree (A55)', () => {
  test.each(RESPONSES)('%s', (rule, command, right) => {
    expect(matches(rule, right)).toBe(true);
    const bodies = mapsFrom(right);
    const wrong = bodies.filter((body) => !matches(rule, body));
    for (const body of [right, ...bodies]) {
      const accepted = accepts(() => command.parse(body));
      if (accepted !== matches(rule, body) && !isBeyondTheCddl(rule, body)) {
        expect.fail(`${rule} is ${accepted ? 'read' : 'refused'}: ${show(body)}`);
      }
    }
    expect(wrong.length).toBeGreaterThan(10);
  });

  test.each(REQUESTS)('%s', (rule, command, right) => {
    const encode = command.encode as (body: CborInput | CborMap) => CborInput;
    expect(matches(rule, encode(right) as CborMap)).toBe(true);
    for (const body of mapsFrom(right)) {
      // What is sent must match; what matches need not all be sendable, but what the clauses allow is.
      const accepted = accepts(() => encode(body));
      const strange = Object.hasOwn(body, 'unknown_key');
      if (accepted !== matches(rule, body) && !isBeyondTheCddl(rule, body) && !strange) {
        expect.fail(`${rule} is ${accepted ? 'sent' : 'not sent'}: ${show(body)}`);
      }
    }
  });
});

function show(body: CborMap): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
