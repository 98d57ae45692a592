import type { Intent, IntentKind, SiteRecord } from '../../../db/types.ts';
import type { Problem, SiteState } from '../../contract/index.ts';

const isDone = (intent: Intent) => intent.state === 'done';

/** The state of a finished site as its intents tell it; an unfinished one keeps its own. */
export function stateFromIntents(site: SiteRecord, intents: readonly Intent[]): SiteState {
  if (site.finishedAt === null || site.state === 'return_visit') return site.state;
  if (intents.some((intent) => intent.kind === 'release' && isDone(intent))) return 'released';
  return intents.some(isDone) ? 'handing_over' : 'installed';
}

/** Why a finished site needs a person: the first intent that does, else its invitation. */
export function attentionFromIntents(site: SiteRecord, intents: readonly Intent[]): Problem | null {
  if (site.finishedAt === null) return site.attention;
  const stuck = intents.find((intent) => intent.state === 'needs_person' && intent.problem !== null);
  if (stuck !== undefined) return stuck.problem;
  const correcting = intents.some((intent) => isCorrection(intent.kind) && !isDone(intent));
  const { invitation } = site;
  if (invitation === null || correcting) return null;
  if (invitation.state !== 'bounced' && invitation.state !== 'expired') return null;
  return { code: `invitation.${invitation.state}`, params: { email: invitation.email } };
}

/** Whether an intent changes where the owner's invitation goes, or sends it again. */
export function isCorrection(kind: IntentKind): boolean {
  return kind === 'update_installation' || kind === 'correct_invitation' || kind === 'resend_invitation';
}
