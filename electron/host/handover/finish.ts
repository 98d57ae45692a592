import type { Store } from '../../../db/store.ts';
import type { Intent, NewIntent, SiteRecord } from '../../../db/types.ts';
import { CodedError } from '../../contract/index.ts';
import { isEmail, sameEmail } from '../rules/index.ts';
import type { FinishPayload } from './payloads.ts';
import { countExpected, planHandover } from './plan.ts';
import { attentionFromIntents } from './progress.ts';

export interface HandoverDeps {
  readonly store: Store;
  readonly siteId: string;
  /** Who does it, for the audit. */
  readonly person: string;
  /** The laptop's clock. */
  readonly now: () => number;
  readonly newId: () => string;
}

function siteOf({ store, siteId }: HandoverDeps): SiteRecord {
  const site = store.sites.get(siteId);
  if (site === undefined) throw new CodedError('site.not_found');
  return site;
}

function audit(deps: HandoverDeps, action: string): void {
  const { store, siteId, person, now, newId } = deps;
  store.audit.add({ id: newId(), at: now(), person, siteId, action, detail: {} });
}

/**
 * The installer's statement that the work is done: the site is `installed`, and everything that follows from it
 * stands in the outbox, in one transaction. Whether the site is ready is judged before (`site.not_ready`).
 * Throws `site.not_found`, `site.finished`.
 */
export function finishSite(deps: HandoverDeps): void {
  const { store, siteId, person, newId } = deps;
  store.transaction(() => {
    const site = siteOf(deps);
    if (site.finishedAt !== null) throw new CodedError('site.finished');
    const now = deps.now();
    const devices = store.devices.ofSite(siteId);
    const finish: FinishPayload = {
      finishedAt: now,
      clockOffsetMs: store.account.get()?.clockOffsetMs ?? null,
      expected: countExpected(devices),
    };
    store.sites.change(
      siteId,
      { state: 'installed', finishedAt: now, finishedBy: person, lastWorkedAt: now },
      now,
    );
    store.outbox.enqueue(planHandover({ siteId, voucher: site.voucher, devices, finish, newId }), now);
    audit(deps, 'site.finished');
  });
}

/** Makes what needed a person waiting again, after it was put right. Throws `site.not_found`. */
export function retrySite(deps: HandoverDeps): void {
  const { store, siteId } = deps;
  store.transaction(() => {
    const site = siteOf(deps);
    store.outbox.retrySite(siteId, deps.now());
    store.sites.change(
      siteId,
      { attention: attentionFromIntents(site, store.outbox.ofSite(siteId)) },
      deps.now(),
    );
    audit(deps, 'outbox.retried');
  });
}

/** The intent that brings a new address to the cloud, or null where nothing that holds the old one has gone out. */
function correction(
  deps: HandoverDeps,
  site: SiteRecord,
  intents: readonly Intent[],
  email: string,
): NewIntent | null {
  const created = intents.find((intent) => intent.kind === 'create_installation');
  const invited = intents.find((intent) => intent.kind === 'invite_owner');
  if (created === undefined || invited === undefined) return null;
  const base = { id: deps.newId(), siteId: site.id, subjectId: null, payload: { email } };
  // One after the other, so that the last address entered is the last one told.
  const earlier = intents
    .filter((intent) => intent.kind === 'update_installation' || intent.kind === 'correct_invitation')
    .map((intent) => intent.id);
  const wentOut = (intent: Intent) =>
    intent.state === 'done' || intent.state === 'leased' || intent.uncertain;
  // C18: once there is an invitation, or may be one, the address is corrected there.
  if (wentOut(invited)) return { ...base, kind: 'correct_invitation', needs: [invited.id, ...earlier] };
  if (wentOut(created)) return { ...base, kind: 'update_installation', needs: [created.id, ...earlier] };
  return null;
}

/**
 * Puts the owner's address right until the owner has accepted, and lets the invitation go out again (C28, C29). The
 * same address after a bounce or an expiry sends the mail once more. Throws `OWNER_EMAIL_FORMAT`,
 * `OWNER_EMAIL_MISMATCH`, `site.not_found`, `cloud.invitation_closed`.
 */
export function correctEmail(
  deps: HandoverDeps & { readonly email: string; readonly emailRepeated: string },
): void {
  const { store, siteId } = deps;
  const email = deps.email.trim();
  if (!isEmail(email)) throw new CodedError('OWNER_EMAIL_FORMAT', { email });
  if (!sameEmail(email, deps.emailRepeated.trim()))
    throw new CodedError('OWNER_EMAIL_MISMATCH', { email, repeated: deps.emailRepeated.trim() });
  store.transaction(() => {
    const site = siteOf(deps);
    const state = site.invitation?.state;
    if (state === 'accepted' || (state === 'account_exists' && site.state === 'released')) {
      throw new CodedError('cloud.invitation_closed');
    }
    const now = deps.now();
    const intents = store.outbox.ofSite(siteId);
    const same = sameEmail(site.owner.email, email);
    const intent = same ? resend(deps, site, intents) : correction(deps, site, intents, email);
    store.sites.update(siteId, { ...site, owner: { ...site.owner, email, emailRepeated: email } }, now);
    if (intent !== null) store.outbox.enqueue([intent], now);
    store.outbox.retrySite(siteId, now);
    const changed = siteOf(deps);
    store.sites.change(
      siteId,
      { attention: attentionFromIntents(changed, store.outbox.ofSite(siteId)) },
      now,
    );
    audit(deps, same ? 'invitation.resent' : 'owner.email_corrected');
  });
}

/** The same address once more: only where the last mail is lost for certain. */
function resend(deps: HandoverDeps, site: SiteRecord, intents: readonly Intent[]): NewIntent | null {
  const invited = intents.find((intent) => intent.kind === 'invite_owner' && intent.state === 'done');
  const lost = site.invitation?.state === 'bounced' || site.invitation?.state === 'expired';
  if (invited === undefined || !lost) return null;
  const base = { id: deps.newId(), siteId: site.id, subjectId: null, payload: null };
  return { ...base, kind: 'resend_invitation', needs: [invited.id] };
}
