import { accountErrors } from './errors/account.ts';
import { appErrors } from './errors/app.ts';
import { cloudErrors } from './errors/cloud.ts';
import { commissionErrors } from './errors/commission.ts';
import { dbErrors } from './errors/db.ts';
import { deviceErrors } from './errors/device.ts';
import { firmwareErrors } from './errors/firmware.ts';
import { registerErrors } from './errors/register.ts';
import { ruleErrors } from './errors/rules.ts';
import { siteErrors } from './errors/site.ts';
import { transportErrors } from './errors/transport.ts';
import { workErrors } from './errors/work.ts';

/**
 * Every code that Doorstep may show, with what follows from it. One table; its English texts are
 * `resources/texts/en/*.json` under the same keys, and a test proves that both agree.
 */
export const errorTable = {
  ...accountErrors,
  ...appErrors,
  ...cloudErrors,
  ...commissionErrors,
  ...dbErrors,
  ...deviceErrors,
  ...firmwareErrors,
  ...registerErrors,
  ...ruleErrors,
  ...siteErrors,
  ...transportErrors,
  ...workErrors,
} as const;

/** An `area.reason` code, or the UPPER_SNAKE code of a rule. */
export type ErrorCode = keyof typeof errorTable;

/** Values that a text may name; never a secret. */
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

/** A failure as data: what crosses every border, what is stored, what a screen shows. */
export interface Problem {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** An Error that carries a {@link Problem}. Everything thrown on purpose is one of these. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { cause?: unknown }) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'CodedError';
    this.code = code;
    this.params = params;
  }

  /** The same failure as plain data. */
  get problem(): Problem {
    return { code: this.code, params: this.params };
  }
}

/** Whether `value` is a code of the table. */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorTable, value);
}

/** Turns anything caught into a CodedError; what nobody foresaw becomes `app.internal`. */
export function asCodedError(caught: unknown): CodedError {
  if (caught instanceof CodedError) return caught;
  return new CodedError('app.internal', {}, { cause: caught });
}
