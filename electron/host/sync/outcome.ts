import type { Intent, Outcome } from '../../../db/types.ts';
import type { CodedError, ErrorCode, Problem } from '../../contract/index.ts';
import { CloudFailure } from '../cloud/index.ts';
import { backoffMs, pauseMs } from './pace.ts';

/** What is known beside the failure itself. */
export interface Circumstances {
  /** The intent as it was claimed. */
  readonly intent: Pick<Intent, 'attempts' | 'uncertain'>;
  /** What is in the request's path was created here less than 120 s ago (C16). */
  readonly young: boolean;
  /** Whether the cloud was heard after a call that got no answer. */
  readonly online: boolean;
  readonly random: () => number;
}

/** A fault of our own is shown to a person after so many tries; the network's and the cloud's never are. */
const patience = 8;
/** C16: so long at most between two looks at what is not visible yet. */
const notVisibleMs = 5_000;

const byItself: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'cloud.idempotency_in_progress',
  'cloud.detach_pending',
  'cloud.unreadable_answer',
  'cloud.internal',
  'cloud.unavailable',
  'cloud.token_invalid',
  'cloud.certificate_refused',
  'cloud.waits_for_correction',
]);

/** Whether an earlier or this try may have had an effect that nobody has seen (C2, C9). */
function isUncertain(failure: CodedError, intent: Circumstances['intent']): boolean {
  if (!(failure instanceof CloudFailure)) return intent.uncertain;
  return failure.uncertain || (intent.uncertain && !failure.keyIsFree);
}

/**
 * What one failed try means for its intent. Pure. Offline and sign-in burn no attempt; a certain refusal goes to a
 * person; everything else is tried again, unchanged while its effect is unknown.
 */
export function outcomeOf(failure: CodedError, known: Circumstances): Outcome {
  const { intent, random } = known;
  const attempts = intent.attempts + 1;
  const uncertain = isUncertain(failure, intent);
  const retryAfterMs = failure instanceof CloudFailure ? failure.retryAfterMs : null;
  const retry = (problem: Problem = failure.problem, afterMs = backoffMs(attempts, random)): Outcome => {
    return { kind: 'retry', afterMs: Math.max(afterMs, pauseOf(retryAfterMs)), problem, uncertain };
  };
  const person: Outcome = { kind: 'needs_person', problem: failure.problem, uncertain };

  switch (failure.code) {
    case 'cloud.offline':
    case 'cloud.no_answer':
      return known.online ? retry() : { kind: 'paused', reason: 'offline', afterMs: null, uncertain };
    case 'account.signed_out':
    case 'account.session_expired':
      return { kind: 'paused', reason: 'sign_in', afterMs: null, uncertain };
    case 'cloud.rate_limited':
      return { kind: 'paused', reason: 'rate_limited', afterMs: pauseMs(retryAfterMs), uncertain };
    case 'cloud.forbidden':
    case 'cloud.not_found':
      if (!known.young) break;
      return retry(
        { code: 'cloud.not_visible_yet', params: {} },
        Math.ceil(500 + random() * (notVisibleMs - 500)),
      );
    case 'cloud.precondition_failed':
      return retry(failure.problem, Math.ceil(random() * 500));
    case 'cloud.intent_too_old':
      // C11: what it did is no longer to be learned from the key; a person looks, and then it may count as new.
      return { kind: 'needs_person', problem: failure.problem, uncertain: false };
    case 'app.internal':
      return attempts < patience ? retry() : person;
    default:
      if (byItself.has(failure.code)) return retry();
  }
  // C9: what may have had an effect is asked again unchanged before a person may edit it.
  return uncertain && attempts < patience ? retry() : person;
}

function pauseOf(retryAfterMs: number | null): number {
  return retryAfterMs === null ? 0 : pauseMs(retryAfterMs);
}
