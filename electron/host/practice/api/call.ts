import type { Cloud } from '../cloud.ts';
import type { Installer } from '../company.ts';
import type { Violation } from '../problem.ts';

/** A request of `/v1` that passed the token, the form of its key, path ids, media type, size and schema (C1). */
export interface Call {
  readonly installer: Installer;
  /** The cloud's clock, milliseconds. */
  readonly now: number;
  /** The path's ids, in lower case; a voucher code as it came. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The search part of the address, for `next_page_link`. */
  readonly search: URLSearchParams;
  /** The JSON body, or the bytes of a document. */
  readonly body: unknown;
  /** The Idempotency-Key of a write, in lower case; else `null`. */
  readonly key: string | null;
  readonly ifMatch: string | undefined;
}

/** What a handler answers. `body` is absent for 202 and 204. */
export interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly body?: unknown;
  readonly etag?: string;
  readonly location?: string;
  readonly retryAfterSeconds?: number;
}

/** One call of openapi.yaml. */
export interface Endpoint {
  /** What is wrong with the body beyond its schema; judged together with it. */
  readonly check?: (cloud: Cloud, call: Call) => Violation[];
  /** Does it. Runs inside one transaction; throws ApiProblem to refuse and roll back. */
  readonly handle: (cloud: Cloud, call: Call) => Answer;
}
