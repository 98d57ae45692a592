import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CborError, type CborInput, type CborValue, decodeMap, encodeMap } from '../../../native/smp/cbor.ts';

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** The item under the key "v" of a map, as every body is a map. */
function asBody(item: string): Uint8Array {
  return fromHex(`a16176${item}`);
}

/** RFC 8949 appendix A, the examples that A6 allows. */
const ACCEPTED: [string, CborValue][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', fromHex('')],
  ['4401020304', fromHex('01020304')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '𐅑'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    Array.from({ length: 25 }, (_, at) => at + 1),
  ],
  ['a0', {}],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
  ['5f42010243030405ff', fromHex('0102030405')],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
  ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
];

/** RFC 8949 appendix A, the examples that A6 refuses: big numbers, floats, undefined, simple values, tags, integer keys. */
const REFUSED = [
  'c249010000000000000000',
  'c349010000000000000000',
  'f90000',
  'f98000',
  'f93c00',
  'fb3ff199999999999a',
  'f97bff',
  'fa47c35000',
  'f97c00',
  'f97e00',
  'fb7ff0000000000000',
  'f7',
  'f0',
  'f8ff',
  'c074323031332d30332d32315432303a30343a30305a',
  'c11a514b67b0',
  'd74401020304',
  'd818456449455446',
  'a201020304',
];

describe('CBOR (A6)', () => {
  test.each(ACCEPTED)('RFC 8949 appendix A: %s', (item, value) => {
    expect(decodeMap(asBody(item))).toEqual({ v: value });
  });

  test.each(REFUSED)('RFC 8949 appendix A, refused: %s', (item) => {
    expect(() => decodeMap(asBody(item))).toThrow(CborError);
  });

  test.each([
    ['trailing bytes', 'a000'],
    ['a duplicate key', 'a2616101616102'],
    ['a duplicate key in an indefinite map', 'bf616101616102ff'],
    ['a list at the top', '80'],
    ['a number at the top', '01'],
    ['a break at the top', 'ff'],
    ['a break in a definite map', 'a1ff'],
    ['a key without a value', 'a16161'],
    ['an indefinite map without an end', 'bf616101'],
    ['an odd indefinite map', 'bf6161ff'],
    ['a reserved length', 'a161611c'],
    ['a text cut short', 'a16161631234'],
    ['invalid UTF-8', 'a1616162c328'],
    ['invalid UTF-8 in a piece', 'a161617f61c361bcff'],
    ['a piece of another kind', 'a161615f6161ff'],
    ['a nested indefinite piece', 'a161615f5f4101ffff'],
    ['an indefinite integer', 'a161611f'],
    ['a count beyond the bytes', 'a161619b7fffffffffffffff'],
    ['a length beyond the bytes', 'a161615b7fffffffffffffff'],
  ])('refused: %s', (_, hex) => {
    expect(() => decodeMap(fromHex(hex))).toThrow(CborError);
  });

  test('no bytes are an empty map', () => {
    expect(decodeMap(new Uint8Array())).toEqual({});
  });

  test('eight containers inside each other, not nine; a thousand do not overflow the stack', () => {
    const nested = (depth: number) => fromHex(`a16161${'81'.repeat(depth - 1)}00`);
    expect(() => decodeMap(nested(8))).not.toThrow();
    expect(() => decodeMap(nested(9))).toThrow(CborError);
    expect(() => decodeMap(nested(60_000))).toThrow(CborError);
    expect(() => decodeMap(fromHex(`a16161${'9f'.repeat(30_000)}`))).toThrow(CborError);
  });

  test('a key named like the prototype is only a key', () => {
    const map = decodeMap(fromHex('a1695f5f70726f746f5f5fa1616101'));
    expect(Object.keys(map)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  test('encoding keeps the order of keys, as in the worked example (A56), and leaves undefined out', () => {
    expect(Buffer.from(encodeMap({ n: 1, c: fromHex('ff'), x: undefined })).toString('hex')).toBe(
      'a2616e01616341ff',
    );
  });

  test.each<[CborInput]>([[{ a: 1.5 }], [{ a: Number.NaN }], [{ a: 2 ** 53 }]])(
    'a float is not encoded: %o',
    (map) => {
      expect(() => encodeMap(map)).toThrow(CborError);
    },
  );

  const leaf = fc.oneof(
    fc.maxSafeInteger().map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.letrec<{ item: CborInput[string] }>((tie) => ({
    item: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('item'), { maxLength: 4 }),
      fc.dictionary(fc.string({ maxLength: 8 }), tie('item'), { maxKeys: 4 }),
    ) as fc.Arbitrary<CborInput[string]>,
  })).item;

  test('what is encoded is decoded again; what cborg encodes is decoded, too', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), value, { maxKeys: 5 }), (map) => {
        expect(decodeMap(encodeMap(map))).toEqual(map);
        expect(decodeMap(encode(map))).toEqual(map);
      }),
    );
  });

  test('arbitrary bytes are decoded or refused with a CborError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeMap(Buffer.concat([Buffer.from([0xbf]), bytes]));
        } catch (caught) {
          expect(caught).toBeInstanceOf(CborError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
