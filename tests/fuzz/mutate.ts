import type { CborInput, CborInputValue } from '../../native/smp/index.ts';
import type { Chance } from './chance.ts';

/** Bytes at which parsers decide: borders of CBOR's heads, markers of the console, ends of ranges. */
const TELLING = [
  0x00, 0x01, 0x04, 0x06, 0x09, 0x0a, 0x0d, 0x14, 0x17, 0x18, 0x19, 0x1b, 0x1c, 0x1f, 0x3b, 0x40, 0x5f, 0x60,
  0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xf4, 0xf6, 0xf7, 0xf9, 0xff,
];
const TELLING_LENGTHS = [0, 1, 7, 8, 9, 10, 255, 256, 2039, 2040, 2048, 4096, 0x7fff, 0xffff];
const MOST_CHANGES = 4;

type Change = (bytes: Uint8Array, chance: Chance, others: readonly Uint8Array[]) => Uint8Array;

const changes: readonly Change[] = [
  function flipBit(bytes, chance) {
    const changed = bytes.slice();
    const at = chance.below(Math.max(1, bytes.length));
    changed[at] = (changed[at] ?? 0) ^ (1 << chance.below(8));
    return changed;
  },
  function setByte(bytes, chance) {
    const changed = bytes.slice();
    if (bytes.length > 0) changed[chance.below(bytes.length)] = chance.pick(TELLING);
    return changed;
  },
  function lieAboutLength(bytes, chance) {
    const changed = bytes.slice();
    if (bytes.length < 2) return changed;
    new DataView(changed.buffer).setUint16(chance.below(bytes.length - 1), chance.pick(TELLING_LENGTHS));
    return changed;
  },
  function insert(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const more = chance.oneIn(2) ? Uint8Array.of(chance.pick(TELLING)) : chance.bytes(chance.below(9));
    return join(bytes.subarray(0, at), more, bytes.subarray(at));
  },
  function remove(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(8)));
  },
  function double(bytes, chance) {
    const at = chance.below(bytes.length + 1);
    const end = at + chance.below(bytes.length + 1 - at);
    return join(bytes.subarray(0, end), bytes.subarray(at));
  },
  function cut(bytes, chance) {
    return bytes.slice(0, chance.below(bytes.length + 1));
  },
  function splice(bytes, chance, others) {
    const other = chance.pick(others);
    return join(
      bytes.subarray(0, chance.below(bytes.length + 1)),
      other.subarray(chance.below(other.length + 1)),
    );
  },
];

/** A valid input with one to four changes, or two of them run into each other. */
export function mutate(chance: Chance, valid: readonly Uint8Array[]): Uint8Array {
  let bytes = chance.pick(valid);
  for (let left = 1 + chance.below(MOST_CHANGES); left > 0; left--) {
    bytes = chance.pick(changes)(bytes, chance, valid);
  }
  return bytes;
}

/** One piece behind the other. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** What may stand in the place of a value: of every kind, and at the ends of every range. */
const STRANGE: readonly CborInputValue[] = [
  ...[null, true, -1, 0, 2 ** 40, '', 'x'.repeat(300), '00.00.00'],
  ...[new Uint8Array(), new Uint8Array(300), [], [1], ['eth', 'eth'], [[]], {}, { a: 1 }],
];

/** A right body with one value, at any depth, that is strange there, or missing. */
export function spoil(chance: Chance, body: CborInput): CborInput {
  const keys = Object.keys(body);
  if (keys.length === 0) return body;
  const key = chance.pick(keys);
  const { [key]: value, ...others } = body;
  return value === undefined || chance.oneIn(6) ? others : { ...others, [key]: spoilValue(chance, value) };
}

function spoilValue(chance: Chance, value: CborInputValue): CborInputValue {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || chance.oneIn(4))
    return chance.pick(STRANGE);
  if (!isList(value)) return spoil(chance, value);
  if (chance.oneIn(3)) return [...value, ...value];
  const at = chance.below(value.length);
  return value.map((item, index) => (index === at ? spoilValue(chance, item) : item));
}

function isList(value: CborInput | readonly CborInputValue[]): value is readonly CborInputValue[] {
  return Array.isArray(value);
}

const MOST_DEPTH = 12;

/** CBOR of every kind, the refused ones too: tags, floats, indefinite strings, double keys, deep nests (A6). */
export function anyCbor(chance: Chance, depth = 0): Uint8Array {
  const kind = depth >= MOST_DEPTH ? chance.below(6) : chance.below(12);
  switch (kind) {
    case 0:
      return head(chance, 0, anyNumber(chance));
    case 1:
      return head(chance, 1, anyNumber(chance));
    case 2:
      return string(chance, 2);
    case 3:
      return string(chance, 3);
    case 4:
      return Uint8Array.of(chance.pick([0xf4, 0xf5, 0xf6, 0xf7, 0xe0, 0xff, 0xf8]));
    case 5:
      return join(Uint8Array.of(chance.pick([0xf9, 0xfa, 0xfb, 0xc0, 0xd8])), chance.bytes(4));
    case 6:
    case 7:
      return container(chance, 4, depth, () => anyCbor(chance, depth + 1));
    default:
      return container(chance, 5, depth, () => join(key(chance), anyCbor(chance, depth + 1)));
  }
}

/** A map of it. */
export function anyCborMap(chance: Chance): Uint8Array {
  return container(chance, 5, 0, () => join(key(chance), anyCbor(chance, 1)));
}

function key(chance: Chance): Uint8Array {
  if (chance.oneIn(30)) return anyCbor(chance, MOST_DEPTH);
  const text = chance.pick(['rc', 'err', 'off', 'n', 'c', 'id', 'a', 'b', '__proto__', 'items', 'ü']);
  return join(head(chance, 3, Buffer.byteLength(text)), Buffer.from(text));
}

function container(chance: Chance, major: 4 | 5, depth: number, item: () => Uint8Array): Uint8Array {
  const count = chance.below(depth > 3 ? 2 : 4);
  const items = Array.from({ length: count }, item);
  if (chance.oneIn(3)) return join(Uint8Array.of((major << 5) | 31), ...items, Uint8Array.of(0xff));
  return join(head(chance, major, chance.oneIn(20) ? anyNumber(chance) : count), ...items);
}

function string(chance: Chance, major: 2 | 3): Uint8Array {
  const piece = () => {
    const content =
      major === 3 && !chance.oneIn(8)
        ? Buffer.from(chance.pick(['', 'x', 'grün', '€']))
        : chance.bytes(chance.below(5));
    return join(head(chance, major, content.length), content);
  };
  if (!chance.oneIn(4)) return piece();
  const pieces = Array.from({ length: chance.below(3) }, () =>
    chance.oneIn(8) ? anyCbor(chance, MOST_DEPTH) : piece(),
  );
  return join(Uint8Array.of((major << 5) | 31), ...pieces, Uint8Array.of(0xff));
}

function anyNumber(chance: Chance): number {
  return chance.pick([
    0,
    1,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
    2 ** 60,
  ]);
}

/** A head with its argument in the shortest form, or sometimes in a longer one. */
function head(chance: Chance, major: number, argument: number): Uint8Array {
  const longer = chance.oneIn(10) ? 1 : 0;
  const width = [24, 2 ** 8, 2 ** 16, 2 ** 32].findIndex((limit) => argument < limit);
  const form = Math.min(4, (width < 0 ? 4 : width) + longer);
  if (form === 0) return Uint8Array.of((major << 5) | argument);
  const bytes = Buffer.alloc(1 + 2 ** (form - 1));
  bytes[0] = (major << 5) | (23 + form);
  if (form === 4) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, 2 ** (form - 1));
  return new Uint8Array(bytes);
}
