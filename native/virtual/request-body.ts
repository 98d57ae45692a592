import type { CborMap, CborValue } from '../smp/index.ts';
import { smpRefusal } from './refusal.ts';

/** Bounds of a size or a number, both ends included. */
type Bounds = readonly [min: number, max: number];

/**
 * The body of a request, read key by key against the CDDL. Every reader refuses a missing key, a wrong type
 * and a value out of range with `{"rc": 3}` (A6); unknown keys are never looked at.
 */
export class RequestBody {
  readonly #map: CborMap;

  constructor(map: CborMap) {
    this.#map = map;
  }

  /** Whether the key is present, null included. */
  has(key: string): boolean {
    return Object.hasOwn(this.#map, key);
  }

  isNull(key: string): boolean {
    return this.has(key) && this.#map[key] === null;
  }

  integer(key: string, [min, max]: Bounds): number {
    const value = this.#value(key);
    if (typeof value !== 'number' || value < min || value > max) throw smpRefusal('invalid');
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#value(key);
    if (typeof value !== 'boolean') throw smpRefusal('invalid');
    return value;
  }

  /** Text by its length in bytes of UTF-8, as `tstr .size` counts. */
  text(key: string, bounds: Bounds, pattern?: RegExp): string {
    return textIn(this.#value(key), bounds, pattern);
  }

  bytes(key: string, [min, max]: Bounds): Uint8Array {
    const value = this.#value(key);
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max) {
      throw smpRefusal('invalid');
    }
    return value;
  }

  /** Bytes of any length. */
  anyBytes(key: string): Uint8Array {
    return this.bytes(key, [0, Number.POSITIVE_INFINITY]);
  }

  /** Text of any length. */
  anyText(key: string): string {
    return this.text(key, [0, Number.POSITIVE_INFINITY]);
  }

  /** One of a few words. */
  word<Word extends string>(key: string, words: readonly Word[]): Word {
    return wordIn(this.#value(key), words);
  }

  list(key: string, [min, max]: Bounds): readonly CborValue[] {
    const value = this.#value(key);
    if (!Array.isArray(value) || value.length < min || value.length > max) throw smpRefusal('invalid');
    return value;
  }

  /** A map inside the body. */
  map(key: string): RequestBody {
    return bodyIn(this.#value(key));
  }

  /** A list of maps. */
  maps(key: string, bounds: Bounds): readonly RequestBody[] {
    return this.list(key, bounds).map(bodyIn);
  }

  /** A list of words without repetition. */
  words<Word extends string>(key: string, bounds: Bounds, words: readonly Word[]): Word[] {
    const found = this.list(key, bounds).map((value) => wordIn(value, words));
    if (new Set(found).size !== found.length) throw smpRefusal('invalid');
    return found;
  }

  #value(key: string): CborValue {
    const value = this.has(key) ? this.#map[key] : undefined;
    if (value === undefined) throw smpRefusal('invalid');
    return value;
  }
}

/** Text from a list's item. */
export function textIn(value: CborValue, [min, max]: Bounds, pattern?: RegExp): string {
  if (typeof value !== 'string') throw smpRefusal('invalid');
  const bytes = Buffer.byteLength(value);
  if (bytes < min || bytes > max || pattern?.test(value) === false) throw smpRefusal('invalid');
  return value;
}

function wordIn<Word extends string>(value: CborValue, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw smpRefusal('invalid');
  return word;
}

function bodyIn(value: CborValue): RequestBody {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw smpRefusal('invalid');
  }
  return new RequestBody(value);
}
