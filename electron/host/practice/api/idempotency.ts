import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiProblem } from '../problem.ts';
import type { Store } from '../store/store.ts';

/** The answer that a key is bound to (C7). */
export interface BoundAnswer {
  readonly status: number;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const depthMax = 32;

/**
 * What a key is bound to (C6): method, path, query and body; query and JSON by value, other bytes by their hash.
 * Headers are no part of it.
 */
export function fingerprint(
  method: string,
  path: string,
  search: URLSearchParams,
  body: Buffer,
  json: unknown,
): string {
  const query = [...search].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const content = json === undefined ? createHash('sha256').update(body).digest('hex') : canonical(json, 0);
  return createHash('sha256')
    .update(JSON.stringify([method, path, query, json === undefined ? 'bytes' : 'json', content]))
    .digest('hex');
}

/** JSON with its members in order, so that equal values have equal texts. */
function canonical(value: unknown, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item, depth + 1)}`).join()}}`;
}

/**
 * The value of a JSON text in UTF-8, or `undefined` where it is none or nested deeper than anything of the
 * contract, which also keeps every recursion over it short.
 */
export function parseJson(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(root: unknown): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return false;
    level = level.flatMap((value) =>
      value !== null && typeof value === 'object' ? Object.values(value) : [],
    );
  }
  return true;
}

/** The answer bound to a company's key (C5), if there is one. @throws ApiProblem if bound to another request (C8) */
export function boundAnswer(
  store: Store,
  companyId: string,
  key: string,
  print: string | null,
): BoundAnswer | undefined {
  const row = store.get<{ fingerprint: string; status: number; body: string | null; headers: string }>(
    'SELECT fingerprint, status, body, headers FROM answers WHERE company_id = ? AND key = ?',
    companyId,
    key,
  );
  if (!row) return undefined;
  if (row.fingerprint !== print) throw new ApiProblem('idempotency_key_reused');
  return { status: row.status, body: row.body, headers: JSON.parse(row.headers) as Record<string, string> };
}

/** Binds a key for ever (C9, C11); to be called inside the transaction of the effect (C12). */
export function bindAnswer(
  store: Store,
  companyId: string,
  key: string,
  print: string,
  answer: BoundAnswer,
  at: number,
): void {
  store.insert('answers', {
    company_id: companyId,
    key,
    fingerprint: print,
    status: answer.status,
    body: answer.body,
    headers: JSON.stringify(answer.headers),
    at,
  });
}

const waitMs = 10_000;

/** One request per key at a time (C10). */
export class KeyLocks {
  readonly #running = new Map<string, Promise<void>>();
  readonly #waitMs: number;

  /** @param longestMs how long a request waits for the one before it */
  constructor(longestMs = waitMs) {
    this.#waitMs = longestMs;
  }

  /**
   * Waits until no other request with this key of the company runs, in real time, with an end.
   * @returns the function that lets the next one run
   * @throws ApiProblem `idempotency_in_progress`
   */
  async enter(companyId: string, key: string): Promise<() => void> {
    const name = `${companyId} ${key}`;
    if (this.#running.has(name)) await this.#wait(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(name, promise);
    return () => {
      this.#running.delete(name);
      resolve();
    };
  }

  async #wait(name: string): Promise<void> {
    const timeout = new AbortController();
    const late = delay(this.#waitMs, true, { signal: timeout.signal, ref: false }).catch(() => true);
    try {
      for (let first = this.#running.get(name); first; first = this.#running.get(name)) {
        const isLate = await Promise.race([first.then(() => false), late]);
        if (isLate) throw new ApiProblem('idempotency_in_progress', {}, { 'retry-after': '1' });
      }
    } finally {
      timeout.abort();
    }
  }
}
