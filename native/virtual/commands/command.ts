import type { CborInput } from '../../smp/index.ts';
import type { Internals, RequestContext } from '../internals.ts';
import type { KindName } from '../models.ts';
import type { RequestBody } from '../request-body.ts';

/** Answers one request, or throws a Refusal having changed nothing (A18). */
export type Handler = (
  device: Internals,
  body: RequestBody,
  context: RequestContext,
) => CborInput | Promise<CborInput>;

/** One command of one group. */
export interface Command {
  readonly name: string;
  readonly group: number;
  readonly command: number;
  /** Kinds that have it; all where absent. */
  readonly kinds?: readonly KindName[];
  /** Allowed outside the seal (A12). */
  readonly open?: true;
  readonly read?: Handler;
  readonly write?: Handler;
}
