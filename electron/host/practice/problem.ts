/** What a code of the contract means on the wire (table of openapi.yaml, `info`). */
interface ProblemEntry {
  readonly status: number;
  /** The number of the older form `{ErrorCode, Message}`, where it has one. */
  readonly older?: number;
  readonly title: string;
}

/** All codes of `/v1`; there are no others. */
export const problemTable = {
  invalid_id: { status: 400, older: 1100, title: 'An id in the path is not a UUID' },
  validation_failed: { status: 400, older: 1101, title: 'The body or the query is out of bounds' },
  idempotency_key_invalid: { status: 400, title: 'Idempotency-Key is missing or not a UUID' },
  token_invalid: { status: 401, title: 'The access token is missing, expired or revoked' },
  forbidden: { status: 403, older: 2203, title: 'No permission, or not visible yet' },
  not_found: { status: 404, older: 2202, title: 'Not there, or not visible yet' },
  method_not_allowed: { status: 405, title: 'This path does not know the method' },
  idempotency_in_progress: { status: 409, title: 'The first request with this key still runs' },
  activation_code_taken: { status: 409, title: 'A device with this activation code is registered already' },
  device_in_tree: { status: 409, title: 'The device stands in a tree' },
  iq_not_empty: { status: 409, title: 'The tree of the IQ has items' },
  detach_pending: { status: 409, title: 'The device has not confirmed its detachment' },
  registration_incomplete: { status: 409, title: 'The counts differ from what is registered' },
  invitation_exists: { status: 409, title: 'The installation has an invitation already' },
  invitation_missing: { status: 409, title: 'The owner was not invited' },
  invitation_bounced: { status: 409, title: 'Mail to the owner bounces' },
  invitation_closed: { status: 409, title: 'There is nothing left to resend or correct' },
  owner_email_locked: { status: 409, title: 'The address is corrected on the invitation' },
  installation_released: { status: 409, title: 'The installation is released' },
  voucher_unusable: { status: 409, title: 'The voucher is redeemed or expired' },
  precondition_failed: { status: 412, title: 'The tree has changed' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has another media type than expected' },
  idempotency_key_reused: { status: 422, title: 'The key is bound to another request' },
  activation_code_rejected: { status: 422, title: 'This activation code is not known' },
  tree_invalid: { status: 422, title: 'The tree breaks a rule' },
  voucher_unknown: { status: 422, title: 'There is no such voucher' },
  document_invalid: { status: 422, title: 'Not a PDF, or not the bytes that were announced' },
  precondition_required: { status: 428, title: 'If-Match is missing' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The cloud failed; nothing was changed' },
  unavailable: { status: 503, title: 'The cloud is not available' },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof problemTable;

/** One thing wrong: where (RFC 6901) and which rule. */
export interface Violation {
  readonly pointer?: string;
  readonly rule: string;
  readonly message?: string;
}

/** What a problem may say beyond its code. */
export interface ProblemExtra {
  readonly detail?: string;
  readonly existing_id?: string;
  readonly violations?: readonly Violation[];
}

/** A refusal of `/v1`. Thrown inside the transaction it rolls everything back (C2). */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly extra: ProblemExtra;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, extra: ProblemExtra = {}, headers: Readonly<Record<string, string>> = {}) {
    super(code);
    this.name = 'ApiProblem';
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }

  get status(): number {
    return problemTable[this.code].status;
  }

  /** The RFC 9457 document. */
  document(traceId: string): Record<string, unknown> {
    const { status, title } = problemTable[this.code];
    return {
      type: `urn:doorstep:problem:${this.code}`,
      title,
      status,
      code: this.code,
      ...this.extra,
      trace_id: traceId,
    };
  }

  /** The older form, for 400, 403 and 404 under the trap `legacy_errors` (C40); else `null`. */
  legacyDocument(): Record<string, unknown> | null {
    const entry: ProblemEntry = problemTable[this.code];
    if (entry.status !== 400 && entry.status !== 403 && entry.status !== 404) return null;
    return { ErrorCode: entry.older ?? 1101, Message: entry.title };
  }
}
