import { ORPCError } from '@orpc/client';
import { CodedError, type Problem } from '../../electron/contract/errors.ts';
import { problemSchema } from '../../electron/contract/model.ts';

/** What was thrown by a call, as a problem that a screen can show; what nobody foresaw is `app.internal`. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof CodedError) return thrown.problem;
  if (thrown instanceof ORPCError) {
    const parsed = problemSchema.safeParse(thrown.data);
    if (parsed.success) return parsed.data;
    if (thrown.code === 'BAD_REQUEST') return { code: 'app.bad_request', params: {} };
    return { code: 'app.internal', params: {} };
  }
  // A call that the connection swallowed: the peer aborts what was open when it closes.
  return { code: 'app.host_restarting', params: {} };
}
