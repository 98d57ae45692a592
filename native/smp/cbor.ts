import { encode } from 'cborg';

/** What A6 allows inside a body. A whole number beyond 2^53 − 1 is decoded to a bigint. */
export type CborValue = number | bigint | string | Uint8Array | boolean | null | CborValue[] | CborMap;

/** A map with text keys: the data of every packet. */
export interface CborMap {
  [key: string]: CborValue;
}

/** What {@link encodeMap} takes: keys that are undefined are left out. */
export interface CborInput {
  readonly [key: string]: CborInputValue | undefined;
}

export type CborInputValue =
  | number
  | string
  | Uint8Array
  | boolean
  | null
  | readonly CborInputValue[]
  | CborInput;

/** What a body may hold at most. */
export interface CborLimits {
  /** Containers inside each other, the body's own map included. */
  readonly maxDepth?: number;
  readonly maxBytes?: number;
}

/** A body that A6 refuses (`rc` 3). Never shown to a person: the caller gives it its code. */
export class CborError extends Error {
  override readonly name = 'CborError';
}

const MAX_DEPTH = 8;
const MAX_BYTES = 0xffff;
const INDEFINITE = 31;
const BREAK = 0xff;
const Major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 } as const;

/**
 * The data of one packet. Keys keep their order; undefined ones are left out.
 * @throws CborError for a number that is no safe whole number: floats do not exist here (A6).
 */
export function encodeMap(map: CborInput): Uint8Array {
  return new Uint8Array(
    encode(map, {
      mapSorter: keepOrder,
      ignoreUndefinedProperties: true,
      typeEncoders: {
        number: (value: number) => {
          if (!Number.isSafeInteger(value)) throw new CborError(`${value} is no safe whole number`);
          return null;
        },
        undefined: () => {
          throw new CborError('undefined has no place in a list');
        },
      },
    }),
  );
}

function keepOrder(): number {
  return 0;
}

/**
 * Reads one map with text keys, definite or indefinite; no bytes at all are an empty map (A6).
 * cborg knows no indefinite strings and recurses without a bound, so reading is done here.
 * @throws CborError for tags, floats, undefined, duplicate keys, deep nesting, malformed or trailing bytes,
 * invalid UTF-8.
 */
export function decodeMap(bytes: Uint8Array, limits: CborLimits = {}): CborMap {
  const maxBytes = limits.maxBytes ?? MAX_BYTES;
  if (bytes.length > maxBytes) throw new CborError(`${bytes.length} bytes are over ${maxBytes}`);
  if (bytes.length === 0) return {};
  const reader = new Reader(bytes, limits.maxDepth ?? MAX_DEPTH);
  const value = reader.value(0);
  if (!reader.atEnd) throw new CborError('bytes after the map');
  if (!isCborMap(value)) throw new CborError('not a map');
  return value;
}

/** Whether a decoded value is a map. */
export function isCborMap(value: CborValue): value is CborMap {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** One item, `depth` containers deep. */
  value(depth: number): CborValue {
    const initial = this.#byte();
    const major = initial >> 5;
    const info = initial & 0x1f;
    switch (major) {
      case Major.unsigned:
        return this.#argument(info);
      case Major.negative:
        return negate(this.#argument(info));
      case Major.bytes:
      case Major.text:
        return this.#string(major, info);
      case Major.array:
        return this.#array(info, this.#deeper(depth));
      case Major.map:
        return this.#map(info, this.#deeper(depth));
      default:
        return simple(initial);
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#maxDepth) throw new CborError(`nested deeper than ${this.#maxDepth}`);
    return depth + 1;
  }

  #array(info: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    const count = this.#count(info);
    while (count === undefined ? !this.#takeBreak() : items.length < count) items.push(this.value(depth));
    return items;
  }

  #map(info: number, depth: number): CborMap {
    const map: CborMap = {};
    const count = this.#count(info);
    for (let read = 0; count === undefined ? !this.#takeBreak() : read < count; read++) {
      const key = this.value(depth);
      if (typeof key !== 'string') throw new CborError('a key is not text');
      if (Object.hasOwn(map, key)) throw new CborError('a key stands twice');
      // Plain assignment to "__proto__" would change the object instead of adding a key.
      Object.defineProperty(map, key, {
        value: this.value(depth),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return map;
  }

  #string(major: typeof Major.bytes | typeof Major.text, info: number): string | Uint8Array {
    if (info !== INDEFINITE) return this.#chunk(major, this.#length(info));
    const chunks: (string | Uint8Array)[] = [];
    while (!this.#takeBreak()) {
      const initial = this.#byte();
      if (initial >> 5 !== major || (initial & 0x1f) === INDEFINITE) {
        throw new CborError('a piece of an indefinite string is of another kind');
      }
      chunks.push(this.#chunk(major, this.#length(initial & 0x1f)));
    }
    if (major === Major.text) return chunks.join('');
    return new Uint8Array(Buffer.concat(chunks.filter((chunk) => typeof chunk !== 'string')));
  }

  #chunk(major: typeof Major.bytes | typeof Major.text, length: number): string | Uint8Array {
    // A copy: slice() of a Buffer would share memory with the caller.
    const bytes = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    if (major === Major.bytes) return bytes;
    try {
      return this.#utf8.decode(bytes);
    } catch {
      throw new CborError('a text is not UTF-8');
    }
  }

  /** Bytes of a definite string, all of them present. */
  #length(info: number): number {
    const length = this.#argument(info);
    if (typeof length === 'bigint' || length > this.#bytes.length - this.#at)
      throw new CborError('cut short');
    return length;
  }

  /** Items of a container; undefined where it ends with a break. */
  #count(info: number): number | undefined {
    if (info === INDEFINITE) return undefined;
    // Every item takes a byte at least, so a count beyond what is left is a lie found at once.
    return this.#length(info);
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info;
    const width = info <= 27 ? 1 << (info - 24) : 0;
    if (width === 0) throw new CborError(`additional information ${info} has no meaning here`);
    if (this.#at + width > this.#bytes.length) throw new CborError('cut short');
    const at = this.#at;
    this.#at += width;
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at);
    if (width === 4) return this.#view.getUint32(at);
    const wide = this.#view.getBigUint64(at);
    return wide <= Number.MAX_SAFE_INTEGER ? Number(wide) : wide;
  }

  #takeBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new CborError('cut short');
    this.#at += 1;
    return byte;
  }
}

function negate(argument: number | bigint): number | bigint {
  if (typeof argument === 'bigint' || argument === Number.MAX_SAFE_INTEGER) return -1n - BigInt(argument);
  return -1 - argument;
}

/** true, false and null; floats, undefined, other simple values, tags and a break out of place are refused. */
function simple(initial: number): boolean | null {
  if (initial === 0xf4) return false;
  if (initial === 0xf5) return true;
  if (initial === 0xf6) return null;
  throw new CborError(`initial byte 0x${initial.toString(16)} is not allowed`);
}
