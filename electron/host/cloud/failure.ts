import * as z from 'zod';
import type { ErrorCode, ErrorParams } from '../../contract/index.ts';
import { CodedError } from '../../contract/index.ts';
import type { components } from './openapi.gen.ts';

/** A code of the cloud's own problem documents. */
export type ProblemCode = components['schemas']['Problem']['code'];

/** Every code of the contract; `satisfies` keeps it complete when the contract grows. */
const problemCodes = {
  invalid_id: true,
  validation_failed: true,
  idempotency_key_invalid: true,
  token_invalid: true,
  forbidden: true,
  not_found: true,
  method_not_allowed: true,
  idempotency_in_progress: true,
  activation_code_taken: true,
  device_in_tree: true,
  iq_not_empty: true,
  detach_pending: true,
  registration_incomplete: true,
  invitation_exists: true,
  invitation_missing: true,
  invitation_bounced: true,
  invitation_closed: true,
  owner_email_locked: true,
  installation_released: true,
  voucher_unusable: true,
  precondition_failed: true,
  payload_too_large: true,
  unsupported_media_type: true,
  idempotency_key_reused: true,
  activation_code_rejected: true,
  tree_invalid: true,
  voucher_unknown: true,
  document_invalid: true,
  precondition_required: true,
  rate_limited: true,
  internal: true,
  unavailable: true,
} satisfies Record<ProblemCode, true>;

/** The older errors' numbers (openapi.yaml, Errors). */
const codeOfOlder: Readonly<Record<number, ProblemCode>> = {
  1100: 'invalid_id',
  1101: 'validation_failed',
  2202: 'not_found',
  2203: 'forbidden',
};

/** What a status means where the body says nothing; one status may stand for several codes, then none is taken. */
const codeOfStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'validation_failed',
  401: 'token_invalid',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  412: 'precondition_failed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  428: 'precondition_required',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** Answers given before the cloud looks at the key (C1), or because of it (C8, C10): they free no key. */
const saysNothingOfTheKey: ReadonlySet<ProblemCode> = new Set([
  'token_invalid',
  'rate_limited',
  'idempotency_key_invalid',
  'idempotency_in_progress',
  'idempotency_key_reused',
]);

interface FailureFacts {
  readonly status?: number;
  readonly uncertain?: boolean;
  readonly keyIsFree?: boolean;
  readonly retryAfterMs?: number | null;
  readonly existingId?: string | null;
  readonly cause?: unknown;
}

/** A call that did not give what was asked, with what follows from it for the next try. */
export class CloudFailure extends CodedError {
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** This try may have changed something in the cloud; only the same key can tell (C2). Never true for reads. */
  readonly uncertain: boolean;
  /** The cloud has looked at the key and found nothing: no earlier try under it had an effect either (C1, C9). */
  readonly keyIsFree: boolean;
  /** How long the cloud asks to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** The id of what is there already (`activation_code_taken`, `invitation_exists`). */
  readonly existingId: string | null;

  constructor(code: ErrorCode, params: ErrorParams, facts: FailureFacts = {}) {
    super(code, params, { cause: facts.cause });
    this.name = 'CloudFailure';
    this.status = facts.status ?? null;
    this.uncertain = facts.uncertain ?? false;
    this.keyIsFree = facts.keyIsFree ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.existingId = facts.existingId ?? null;
  }
}

const problemSchema = z.object({
  code: z.string().max(100),
  existing_id: z.guid().nullish().catch(null),
  trace_id: z.string().max(64).nullish().catch(null),
  violations: z
    .array(z.object({ rule: z.string(), pointer: z.string().nullish().catch(null) }))
    .nullish()
    .catch(null),
});
const olderSchema = z.object({ ErrorCode: z.int(), Message: z.string() });

type Readable =
  | { readonly kind: 'problem'; readonly problem: z.infer<typeof problemSchema> }
  | { readonly kind: 'older'; readonly number: number };

function read(body: unknown): Readable | undefined {
  const problem = problemSchema.safeParse(body);
  if (problem.success) return { kind: 'problem', problem: problem.data };
  const older = olderSchema.safeParse(body);
  return older.success ? { kind: 'older', number: older.data.ErrorCode } : undefined;
}

function codeOf(status: number, readable: Readable | undefined): ProblemCode | undefined {
  if (readable?.kind === 'problem' && Object.hasOwn(problemCodes, readable.problem.code))
    return readable.problem.code as ProblemCode;
  const older = readable?.kind === 'older' ? codeOfOlder[readable.number] : undefined;
  return older ?? codeOfStatus[status] ?? (status >= 500 ? 'internal' : undefined);
}

/** Rules and places of what was wrong, without the cloud's prose: that may repeat a secret. */
function detailOf(readable: Readable | undefined): string {
  if (readable?.kind !== 'problem') return '';
  const places = (readable.problem.violations ?? [])
    .slice(0, 3)
    .map(({ rule, pointer }) => `${rule} ${pointer ?? ''}`.trim());
  return places
    .join(', ')
    .replace(/[^\w/$.~, -]/gu, '')
    .slice(0, 200);
}

/** An answer that is no success. */
export interface ErrorAnswer {
  readonly status: number;
  /** Its JSON, or its text where it is none. */
  readonly body: unknown;
  readonly retryAfterMs: number | null;
  /** Whether the call was a write. */
  readonly write: boolean;
}

/**
 * Classifies an answer by the contract's tables: a problem document by its code, the older form by its number,
 * anything else by its status. Readable errors are certain; a 5xx without one is not (C2).
 */
export function failureOf(answer: ErrorAnswer): CloudFailure {
  const readable = read(answer.body);
  const code = codeOf(answer.status, readable);
  const isAnswer = answer.status >= 400 && answer.status < 500;
  const uncertain = code === 'idempotency_in_progress' || (readable === undefined && !isAnswer);
  const keyIsFree =
    readable !== undefined && isAnswer && (code === undefined || !saysNothingOfTheKey.has(code));
  const problem = readable?.kind === 'problem' ? readable.problem : undefined;
  const params = { status: answer.status, detail: detailOf(readable), trace: problem?.trace_id ?? '' };
  return new CloudFailure(
    answer.status < 400 ? 'cloud.unreadable_answer' : `cloud.${code ?? 'refused'}`,
    params,
    {
      status: answer.status,
      uncertain: answer.write && uncertain,
      keyIsFree: answer.write && keyIsFree,
      retryAfterMs: answer.retryAfterMs,
      existingId: problem?.existing_id ?? null,
    },
  );
}

/** A success whose body is not what the contract promises. The effect stands; its answer is asked for again. */
export function unreadableAnswer(status: number, write: boolean, cause: unknown): CloudFailure {
  const where = cause instanceof z.ZodError ? (cause.issues[0]?.path.join('/') ?? '') : '';
  const params = { status, detail: where.slice(0, 100), trace: '' };
  return new CloudFailure('cloud.unreadable_answer', params, { status, uncertain: write, cause });
}

/** System calls that fail before a byte of the request has left. */
const beforeSending: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);
/** TLS ends before the request: a laptop whose clock is years off sees these first. */
const certificate = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT)/;

/** All errors below a failed fetch: causes, and what an AggregateError of several addresses holds. */
function errorsBelow(error: unknown, depth = 0): { code?: unknown; syscall?: unknown }[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const parts = error instanceof AggregateError ? error.errors.slice(0, 16) : [];
  const cause = 'cause' in error ? error.cause : undefined;
  return [error, ...[...parts, cause].flatMap((part) => errorsBelow(part, depth + 1))];
}

/**
 * A fetch that ended without an answer. Name resolution and refused connections are certain (`cloud.offline`);
 * whatever comes later may have reached the cloud (`cloud.no_answer`, C2).
 */
export function silence(error: unknown, write: boolean): CloudFailure {
  const errors = errorsBelow(error);
  const refused = errors.find(({ code }) => typeof code === 'string' && certificate.test(code));
  if (refused)
    return new CloudFailure('cloud.certificate_refused', { reason: String(refused.code) }, { cause: error });
  const nothingLeft = errors.some(
    ({ code, syscall }) => beforeSending.has(syscall) || code === 'UND_ERR_CONNECT_TIMEOUT',
  );
  if (nothingLeft) return new CloudFailure('cloud.offline', {}, { cause: error });
  return new CloudFailure('cloud.no_answer', {}, { uncertain: write, cause: error });
}
