import type { Store } from '../../../db/store.ts';
import type { Intent } from '../../../db/types.ts';

/** C16: so long after its 201 was stored, an id of our own may be hidden. */
const youthMs = 120_000;

/** Remembers when the cloud's ids were stored, to tell "not visible yet" from "not there". */
export interface Births {
  /** An id that was created just now. */
  note(cloudId: string): void;
  /** Whether an id in the path of this intent's request is young and was created from here. */
  isYoung(intent: Intent): boolean;
}

/** Ages are monotonic while this process lives; after a restart the stored moments must do. */
export function createBirths(deps: {
  readonly store: Store;
  readonly now: () => number;
  readonly monotonic: () => number;
}): Births {
  const { store, now, monotonic } = deps;
  const born = new Map<string, number>();

  function ageMs(cloudId: string | null, created: Intent | undefined): number {
    const at = cloudId === null ? undefined : born.get(cloudId);
    if (at !== undefined) return monotonic() - at;
    const doneAt = created?.doneAt;
    if (doneAt === null || doneAt === undefined) return Number.POSITIVE_INFINITY;
    // A clock that was set back must not keep an id young for ever.
    const age = now() - doneAt;
    return age < 0 ? Number.POSITIVE_INFINITY : age;
  }

  return {
    note(cloudId) {
      for (const [id, at] of born) if (monotonic() - at > 2 * youthMs) born.delete(id);
      born.set(cloudId, monotonic());
    },
    isYoung(intent) {
      const intents = store.outbox.ofSite(intent.siteId);
      const site = store.sites.get(intent.siteId);
      const creator = (kind: Intent['kind'], subjectId: string | null = null) =>
        intents.find((other) => other.kind === kind && other.subjectId === subjectId);
      const ages = [ageMs(site?.cloudId ?? null, creator('create_installation'))];
      if (intent.kind === 'replace_tree' && intent.subjectId !== null) {
        const hub = store.devices.get(intent.subjectId);
        ages.push(ageMs(hub?.cloudId ?? null, creator('add_iq', intent.subjectId)));
      }
      if (intent.kind === 'correct_invitation' || intent.kind === 'resend_invitation') {
        ages.push(ageMs(site?.invitationId ?? null, creator('invite_owner')));
      }
      return ages.some((age) => age < youthMs);
    },
  };
}
