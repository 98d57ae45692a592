import type { Store } from '../../../db/store.ts';
import type { Intent, SiteRecord } from '../../../db/types.ts';
import type { Invitation } from '../../contract/index.ts';
import type { CloudAnswer, CloudInstallation, CloudInvitation } from '../cloud/index.ts';
import { attentionFromIntents, stateFromIntents } from '../handover/index.ts';

/** What the cloud told of the owner's way in; a state nobody knows leaves the last one standing. */
function invitationOf(told: CloudInvitation, before: Invitation | null): Invitation {
  const { email, sentAt, expiresAt, acceptedAt } = told;
  const state = told.state === 'unknown' ? (before?.state ?? 'queued') : told.state;
  return { state, email, sentAt, expiresAt, acceptedAt };
}

/** The cloud's moment on the laptop's clock, like every other stored moment. */
function toLaptop(time: string, store: Store): number {
  return Math.round(Date.parse(time) - (store.account.get()?.clockOffsetMs ?? 0));
}

/** What an answer changes in the records, beside the intent itself. Runs in the transaction that settles it. */
export function applyAnswer(
  store: Store,
  site: SiteRecord,
  intent: Intent,
  answer: CloudAnswer,
  now: number,
): void {
  switch (answer.kind) {
    case 'create_installation':
      store.sites.change(site.id, { cloudId: answer.value.id, siteUid: answer.value.siteUid }, now);
      break;
    case 'add_iq':
    case 'add_repeater':
    case 'add_lock': {
      const { id, subscription } = answer.value;
      const seat = subscription === 'subscribed' || subscription === 'suspended' ? subscription : null;
      if (intent.subjectId !== null) {
        store.devices.change(intent.subjectId, { cloudId: id, subscription: seat }, now);
      }
      break;
    }
    case 'invite_owner':
    case 'correct_invitation':
    case 'resend_invitation': {
      const invitation = invitationOf(answer.value, site.invitation);
      store.sites.change(site.id, { invitationId: answer.value.id, invitation }, now);
      break;
    }
    case 'release':
      applyInstallation(store, site, answer.value, now);
      break;
    case 'update_installation':
    case 'redeem_voucher':
    case 'replace_tree':
      break;
  }
}

/** What reading an installation again changes in the records; nothing where all is as it was. */
export function applyInstallation(
  store: Store,
  site: SiteRecord,
  told: CloudInstallation,
  now: number,
): void {
  const invitation =
    told.invitation === null ? site.invitation : invitationOf(told.invitation, site.invitation);
  const invitationId = told.invitation?.id ?? site.invitationId;
  const releasedAt =
    told.releasedAt === null ? site.releasedAt : (site.releasedAt ?? toLaptop(told.releasedAt, store));
  const same =
    JSON.stringify([invitation, invitationId, releasedAt]) ===
    JSON.stringify([site.invitation, site.invitationId, site.releasedAt]);
  if (!same) store.sites.change(site.id, { invitation, invitationId, releasedAt }, now);
}

/** Brings state and attention of a site to what its intents and its invitation tell. */
export function refreshSite(store: Store, siteId: string, now: number): void {
  const site = store.sites.get(siteId);
  if (site === undefined) return;
  const intents = store.outbox.ofSite(siteId);
  const state = stateFromIntents(site, intents);
  const attention = attentionFromIntents(site, intents);
  if (state !== site.state || JSON.stringify(attention) !== JSON.stringify(site.attention)) {
    store.sites.change(siteId, { state, attention }, now);
  }
}
