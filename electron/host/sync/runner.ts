import type { Store } from '../../../db/store.ts';
import type { FrozenRequest, Intent, Outcome, SiteRecord } from '../../../db/types.ts';
import { asCodedError, CodedError, type Problem } from '../../contract/index.ts';
import { type CloudAnswer, CloudFailure, type CloudPort, type Me } from '../cloud/index.ts';
import { isCorrection } from '../handover/index.ts';
import { adopted } from './adopt.ts';
import { createBirths } from './births.ts';
import { applyAnswer, refreshSite } from './effects.ts';
import { outcomeOf } from './outcome.ts';
import { type World, writeOf } from './write.ts';

/** C11: keys are kept at least 400 days; what was first tried longer ago than this is no longer repeated unasked. */
const longestMemoryMs = 365 * 24 * 60 * 60_000;

/** A line of the log; never a secret. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly what: string;
  readonly problem?: Problem;
  readonly cause?: unknown;
}

export interface RunnerDeps {
  readonly store: Store;
  readonly cloud: CloudPort;
  readonly me: () => Me | null;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: (line: LogLine) => void;
  /** Holds the leases that this worker claims. */
  readonly owner: string;
  /** Asks the cloud for a sign of life; whether there was one. */
  readonly witness: () => Promise<boolean>;
  /** Whether nothing may be stored any more. */
  readonly closed: () => boolean;
}

/** How a try ended, for the worker's own pace; `problem` is null where it went well. */
export interface Tried {
  readonly outcome: Outcome;
  readonly problem: Problem | null;
}

/** Audited by name: what an owner or a support line may ask about later. */
const audited: ReadonlySet<Intent['kind']> = new Set([
  'create_installation',
  'invite_owner',
  'correct_invitation',
  'resend_invitation',
  'release',
]);

/** Runs one try of one intent, from its lease to its settlement. Never rejects. */
export function createRunner(deps: RunnerDeps): (intent: Intent, signal: AbortSignal) => Promise<Tried> {
  const { store, cloud, now } = deps;
  const births = createBirths(deps);

  function worldOf(intent: Intent): World {
    const site = store.sites.get(intent.siteId);
    if (site === undefined) throw new CodedError('site.not_found');
    return { store, site, me: deps.me() };
  }

  /** The request to send, or null where the cloud is already as it should be. Reads, but changes nothing. */
  async function prepare(intent: Intent, world: World, signal: AbortSignal): Promise<FrozenRequest | null> {
    if (intent.firstTriedAt !== null && now() - intent.firstTriedAt > longestMemoryMs) {
      throw new CodedError('cloud.intent_too_old');
    }
    // C9: the unknown is asked again unchanged; after a certain refusal the key is free for what is right now.
    const frozen = intent.uncertain ? store.outbox.request(intent.id) : undefined;
    if (frozen !== undefined) return frozen;
    refuseTooEarly(intent, world.site, store.outbox.ofSite(intent.siteId));
    // A refused voucher that was taken away again: the owner may redeem one alone.
    if (intent.kind === 'redeem_voucher' && world.site.voucher.trim() === '') return null;
    const write = writeOf(world, intent);
    if (write.kind !== 'replace_tree') return cloud.request(write);
    const tree = await cloud.tree(write.installationId, write.iqId, signal);
    const same = JSON.stringify(tree.items) === JSON.stringify(write.items);
    return same ? null : cloud.request({ ...write, etag: tree.etag });
  }

  /** Settles a success together with everything it changes; nothing where the lease was lost. */
  function succeed(intent: Intent, site: SiteRecord, answer: CloudAnswer | null): Tried {
    const result = answer !== null && 'id' in answer.value ? { id: answer.value.id } : null;
    const outcome: Outcome = { kind: 'done', result };
    store.transaction(() => {
      const at = now();
      if (!store.outbox.settle(intent.id, deps.owner, outcome, at)) return;
      if (answer !== null) applyAnswer(store, site, intent, answer, at);
      if (audited.has(intent.kind)) {
        const action = `cloud.${intent.kind}`;
        store.audit.add({ id: deps.newId(), at, person: 'app', siteId: site.id, action, detail: {} });
      }
      refreshSite(store, site.id, at);
    });
    if (result !== null) births.note(result.id);
    return { outcome, problem: null };
  }

  async function attempt(intent: Intent, signal: AbortSignal): Promise<Tried> {
    const world = worldOf(intent);
    const request = await prepare(intent, world, signal);
    if (deps.closed()) throw new CodedError('cloud.offline');
    if (request === null) return succeed(intent, world.site, null);
    store.outbox.freeze(intent.id, request, now());
    try {
      return succeed(intent, world.site, await cloud.send(intent.kind, request, intent.id, signal));
    } catch (caught) {
      const there = await adopted(caught, intent, worldOf(intent), cloud, signal);
      if (there !== null) return succeed(intent, world.site, there);
      const failure = asCodedError(caught);
      // Whatever broke here, the request had left.
      if (failure.code !== 'app.internal') throw failure;
      throw new CloudFailure('app.internal', {}, { uncertain: true, cause: caught });
    }
  }

  async function fail(intent: Intent, failure: CodedError): Promise<Tried> {
    const silent = failure.code === 'cloud.offline' || failure.code === 'cloud.no_answer';
    const online = silent ? await deps.witness() : true;
    const young = births.isYoung(intent);
    const outcome = outcomeOf(failure, { intent, young, online, random: deps.random });
    if (failure.code === 'app.internal') {
      deps.log({
        level: 'error',
        what: `outbox ${intent.kind}`,
        problem: failure.problem,
        cause: failure.cause,
      });
    } else {
      deps.log({ level: 'info', what: `outbox ${intent.kind} ${outcome.kind}`, problem: failure.problem });
    }
    if (!deps.closed()) {
      store.transaction(() => {
        if (store.outbox.settle(intent.id, deps.owner, outcome, now()))
          refreshSite(store, intent.siteId, now());
      });
    }
    return { outcome, problem: failure.problem };
  }

  return async (intent, signal) => {
    try {
      return await attempt(intent, signal);
    } catch (caught) {
      try {
        return await fail(intent, asCodedError(caught));
      } catch (cause) {
        // The store itself fails; the lease ends by itself, and the row is sent again unchanged.
        const { problem } = asCodedError(cause);
        deps.log({ level: 'error', what: 'outbox settle', problem, cause });
        const outcome: Outcome = { kind: 'retry', afterMs: 0, problem, uncertain: true };
        return { outcome, problem };
      }
    }
  };
}

/**
 * Never an invitation to an address that is being corrected; never a release before the cloud has taken the
 * invitation, or after its mail came back (cloud.md, Order for one site).
 */
function refuseTooEarly(intent: Intent, site: SiteRecord, intents: readonly Intent[]): void {
  if (intent.kind !== 'invite_owner' && intent.kind !== 'release') return;
  if (intents.some((other) => isCorrection(other.kind) && other.state !== 'done')) {
    throw new CodedError('cloud.waits_for_correction');
  }
  if (intent.kind === 'invite_owner') return;
  const taken = intents.some((other) => other.kind === 'invite_owner' && other.state === 'done');
  if (!taken || site.invitationId === null) throw new CodedError('app.internal', { reason: 'not invited' });
  if (site.invitation?.state === 'bounced') {
    throw new CodedError('invitation.bounced', { email: site.invitation.email });
  }
}
