import { createHash } from 'node:crypto';
import { timeText } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { ApiProblem } from '../problem.ts';

/** An installation with what is shown in it: subscription, invitation, counts. */
export interface InstallationRow {
  id: string;
  company_id: string;
  site_uid: string;
  customer_reference: string;
  business_type: string;
  country_code: string;
  time_zone: string;
  tenant_id: string;
  street: string;
  postcode: string;
  city: string;
  owner_name: string;
  owner_email: string;
  owner_key: string;
  owner_language: string;
  created_at: number;
  created_by: string;
  /** The last change of anything shown, those that time alone made included. */
  shown_at: number;
  released_at: number | null;
  installer_access_until: number | null;
  iq_count: number;
  repeater_count: number;
  lock_count: number;
  voucher_code: string | null;
  plan: string;
  seats: number;
  starts_at: number;
  ends_at: number;
  invitation_id: string | null;
  invitation_state: InvitationState;
  mail_id: string;
  mails_sent: number;
  invited_at: number;
  sent_at: number | null;
  expires_at: number | null;
  accepted_at: number | null;
}

/** As stored; `expired` follows from the clock. */
export type InvitationState = 'queued' | 'sent' | 'accepted' | 'bounced' | 'account_exists';

/** Expiry and the end of a subscription change what is shown, so they move `updated_at` (listInstallations). */
const shownAt = `max(
  i.updated_at,
  CASE WHEN v.state = 'sent' AND v.expires_at <= n.now THEN v.expires_at ELSE 0 END,
  CASE WHEN s.ends_at <= n.now THEN s.ends_at ELSE 0 END
)`;

const counted = (kind: string) =>
  `(SELECT count(*) FROM devices d WHERE d.installation_id = i.id AND d.kind = '${kind}' AND d.gone_at IS NULL)`;

const from = `
  FROM (SELECT ? AS now) n
  JOIN installations i
  LEFT JOIN subscriptions s ON s.installation_id = i.id
  LEFT JOIN invitations v ON v.installation_id = i.id`;

const select = `
  SELECT i.*, ${shownAt} AS shown_at,
    ${counted('iq')} AS iq_count, ${counted('repeater')} AS repeater_count, ${counted('lock')} AS lock_count,
    s.voucher_code, s.plan, s.seats, s.starts_at, s.ends_at,
    v.id AS invitation_id, v.state AS invitation_state, v.mail_id, v.mails_sent,
    v.created_at AS invited_at, v.sent_at, v.expires_at, v.accepted_at
  ${from}`;

/** Reads an installation that is known to exist. */
export function readInstallation(cloud: Cloud, id: string, now: number): InstallationRow {
  const row = cloud.store.get<InstallationRow>(`${select} WHERE i.id = ?`, now, id);
  if (!row) throw new ApiProblem('not_found');
  return row;
}

/** Which installations of a company are listed. */
export interface InstallationFilter {
  readonly companyId: string;
  readonly state: 'in_progress' | 'released' | null;
  readonly updatedSince: number;
}

const filtered = `WHERE i.company_id = ? AND ${shownAt} >= ?
  AND (? IS NULL OR (i.released_at IS NOT NULL) = (? = 'released'))`;

const filterValues = (filter: InstallationFilter, now: number) =>
  [now, filter.companyId, filter.updatedSince, filter.state, filter.state] as const;

/** Installations after (`createdAt`, `id`), oldest first. */
export function readInstallations(
  cloud: Cloud,
  filter: InstallationFilter,
  start: { createdAt: number; id: string },
  limit: number,
  now: number,
): InstallationRow[] {
  return cloud.store.all<InstallationRow>(
    `${select} ${filtered} AND (i.created_at, i.id) > (?, ?) ORDER BY i.created_at, i.id LIMIT ?`,
    ...filterValues(filter, now),
    start.createdAt,
    start.id,
    limit,
  );
}

/** How many installations a list with this filter has in all. */
export function countInstallations(cloud: Cloud, filter: InstallationFilter, now: number): number {
  const sql = `SELECT count(*) AS count ${from} ${filtered}`;
  return cloud.store.get<{ count: number }>(sql, ...filterValues(filter, now))?.count ?? 0;
}

/** `Installation` of the contract. */
export function installationView(row: InstallationRow, now: number) {
  return {
    id: row.id,
    site_uid: row.site_uid,
    installation_state: row.released_at === null ? 'in_progress' : 'released',
    customer_reference: row.customer_reference,
    business_type: row.business_type,
    country_code: row.country_code,
    time_zone: row.time_zone,
    tenant_id: row.tenant_id,
    address: { street: row.street, postcode: row.postcode, city: row.city },
    owner: { full_name: row.owner_name, email: row.owner_email, language: row.owner_language },
    subscription: row.voucher_code === null ? null : subscriptionView(row, now),
    invitation: row.invitation_id === null ? null : invitationView(row, now),
    iq_count: row.iq_count,
    repeater_count: row.repeater_count,
    lock_count: row.lock_count,
    created_at: timeText(row.created_at),
    created_by: row.created_by,
    updated_at: timeText(row.shown_at),
    released_at: timeText(row.released_at),
    installer_access_until: timeText(row.installer_access_until),
  };
}

/** `Subscription` of the contract, worked out at this reading (C20). */
export function subscriptionView(row: InstallationRow, now: number) {
  const isInForce = now < row.ends_at;
  return {
    plan: row.plan,
    seats: row.seats,
    seats_used: isInForce ? Math.min(row.seats, row.lock_count) : 0,
    starts_at: timeText(row.starts_at),
    ends_at: timeText(row.ends_at),
    subscription_state: isInForce ? 'subscribed' : 'suspended',
  };
}

/** `Invitation` of the contract; address and language are the installation's (C26, C29). */
export function invitationView(row: InstallationRow, now: number) {
  const isExpired = row.invitation_state === 'sent' && row.expires_at !== null && now >= row.expires_at;
  return {
    id: row.invitation_id,
    invitation_state: isExpired ? 'expired' : row.invitation_state,
    email: row.owner_email,
    language: row.owner_language,
    mails_sent: row.mails_sent,
    created_at: timeText(row.invited_at),
    sent_at: timeText(row.sent_at),
    expires_at: row.invitation_state === 'sent' ? timeText(row.expires_at) : null,
    accepted_at: timeText(row.accepted_at),
  };
}

/** A strong validator of what is shown. */
export function entityTag(body: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
}

/** Something shown in the installation has changed. */
export function touchInstallation(cloud: Cloud, id: string, now: number): void {
  cloud.store.run('UPDATE installations SET updated_at = ? WHERE id = ?', now, id);
}

/** Hardware may be changed before the release, and afterwards while the owner lets the installer in (C32, C34). */
export function requireOpenHardware(row: InstallationRow, now: number): void {
  if (row.released_at === null) return;
  if (row.installer_access_until !== null && now < row.installer_access_until) return;
  throw new ApiProblem('installation_released');
}
