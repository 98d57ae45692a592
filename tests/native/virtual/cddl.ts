import { readFileSync } from 'node:fs';
import type { CborValue } from '../../../native/smp/index.ts';

/**
 * A judge that neither side wrote for itself: reads the part of CDDL (RFC 8610) that
 * `resources/protocol/commissioning.cddl` uses and says whether a value matches a rule.
 */

type Type =
  | { readonly is: 'choice'; readonly of: readonly Type[] }
  | { readonly is: 'range'; readonly min: number; readonly max: number }
  | { readonly is: 'literal'; readonly value: number | string }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'sized'; readonly base: Type; readonly min: number; readonly max: number }
  | { readonly is: 'pattern'; readonly base: Type; readonly pattern: RegExp }
  | { readonly is: 'map' | 'array' | 'group'; readonly entries: readonly Entry[] };

interface Entry {
  readonly key: string | undefined;
  readonly min: number;
  readonly max: number;
  readonly type: Type;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|=>|\.\.|\.size|\.regexp|-?\d+|[A-Za-z@_$](?:[\w-]*\w)?|[={}()[\],:?*/]/g;

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.replaceAll(/;.*$/gm, '').match(TOKEN) ?? [];
  }

  rules(): Map<string, Type> {
    const rules = new Map<string, Type>();
    while (this.#at < this.#tokens.length) {
      const name = this.#next();
      this.#expect('=');
      rules.set(name, this.#choice());
    }
    return rules;
  }

  #choice(): Type {
    const of = [this.#controlled()];
    while (this.#take('/')) of.push(this.#controlled());
    return of.length === 1 && of[0] !== undefined ? of[0] : { is: 'choice', of };
  }

  #controlled(): Type {
    const base = this.#single();
    if (this.#take('.size')) return { is: 'sized', base, ...this.#size() };
    if (this.#take('.regexp')) {
      const source = JSON.parse(this.#next()) as string;
      return { is: 'pattern', base, pattern: new RegExp(`^(?:${source})$`) };
    }
    return base;
  }

  #size(): { min: number; max: number } {
    const inParentheses = this.#take('(');
    const min = Number(this.#next());
    const max = this.#take('..') ? Number(this.#next()) : min;
    if (inParentheses) this.#expect(')');
    return { min, max };
  }

  #single(): Type {
    const token = this.#next();
    if (token === '{') return { is: 'map', entries: this.#entries('}') };
    if (token === '[') return { is: 'array', entries: this.#entries(']') };
    if (token === '(') return { is: 'group', entries: this.#entries(')') };
    if (token.startsWith('"')) return { is: 'literal', value: JSON.parse(token) as string };
    if (/^-?\d/.test(token)) {
      if (this.#take('..')) return { is: 'range', min: Number(token), max: Number(this.#next()) };
      return { is: 'literal', value: Number(token) };
    }
    return { is: 'name', name: token };
  }

  #entries(end: string): Entry[] {
    const entries: Entry[] = [];
    while (!this.#take(end)) {
      entries.push(this.#entry());
      this.#take(',');
    }
    return entries;
  }

  #entry(): Entry {
    let [min, max] = [1, 1];
    if (this.#take('?')) min = 0;
    else if (this.#peek(0) === '*' || this.#peek(1) === '*') {
      min = this.#peek(0) === '*' ? 0 : Number(this.#next());
      this.#expect('*');
      max = /^\d+$/.test(this.#peek(0) ?? '') ? Number(this.#next()) : Number.POSITIVE_INFINITY;
    }
    if (this.#peek(1) === ':') {
      const key = this.#next();
      this.#expect(':');
      return { key, min, max, type: this.#choice() };
    }
    const type = this.#choice();
    if (this.#take('=>')) return { key: undefined, min, max, type: this.#choice() };
    return { key: undefined, min, max, type };
  }

  #peek(ahead: number): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error('the CDDL ends too early');
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw new Error(`the CDDL has ${found} where ${token} should stand`);
  }
}

const rules = new Reader(
  readFileSync(new URL('../../../resources/protocol/commissioning.cddl', import.meta.url), 'utf8'),
).rules();

/** Whether `value` matches the rule of this name. */
export function matches(rule: string, value: CborValue): boolean {
  const type = rules.get(rule);
  if (type === undefined) throw new Error(`the CDDL has no rule ${rule}`);
  return fits(type, value);
}

function fits(type: Type, value: CborValue): boolean {
  switch (type.is) {
    case 'choice':
      return type.of.some((one) => fits(one, value));
    case 'range':
      return typeof value === 'number' && value >= type.min && value <= type.max;
    case 'literal':
      return value === type.value;
    case 'name':
      return fitsName(type.name, value);
    case 'sized': {
      const size = sizeOf(value);
      return size !== undefined && size >= type.min && size <= type.max && fits(type.base, value);
    }
    case 'pattern':
      return typeof value === 'string' && type.pattern.test(value) && fits(type.base, value);
    case 'map':
      return fitsMap(type.entries, value);
    case 'array':
      return fitsArray(type.entries, value);
    case 'group':
      throw new Error('a group is no type');
  }
}

function fitsName(name: string, value: CborValue): boolean {
  switch (name) {
    case 'tstr':
      return typeof value === 'string';
    case 'bstr':
      return value instanceof Uint8Array;
    case 'bool':
      return typeof value === 'boolean';
    case 'uint':
      return typeof value === 'number' && value >= 0;
    case 'true':
      return value === true;
    case 'null':
      return value === null;
    case 'any':
      return true;
    default:
      return matches(name, value);
  }
}

function sizeOf(value: CborValue): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : undefined;
}

/** Every map ends with `more`: keys that no entry names are ignored. */
function fitsMap(entries: readonly Entry[], value: CborValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return false;
  }
  return entries.every(({ key, min, type }) => {
    if (key === undefined) return true;
    const held = Object.hasOwn(value, key) ? value[key] : undefined;
    return held === undefined ? min === 0 : fits(type, held);
  });
}

function fitsArray(entries: readonly Entry[], value: CborValue): boolean {
  const [entry] = entries;
  if (!Array.isArray(value) || entry === undefined || entries.length !== 1) return false;
  return (
    value.length >= entry.min && value.length <= entry.max && value.every((item) => fits(entry.type, item))
  );
}
