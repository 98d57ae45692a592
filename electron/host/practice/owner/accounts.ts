import { v7 as uuidv7 } from 'uuid';
import { addressKey, type Cloud } from '../cloud.ts';
import { appendLedger, type LedgerEvent } from '../ledger.ts';
import { killInvitationLinks, killLinks, type LinkKind, type LinkRow, openLink } from '../mail/links.ts';
import { type Language, queueMail, withdrawMails } from '../mail/queue.ts';
import { isPassword } from './passwords.ts';
import type { Account } from './sessions.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const resetMailsPerHour = 3;
const failuresMax = 10;
const failuresMs = 15 * 60_000;

function findAccount(cloud: Cloud, emailKey: string): Account | undefined {
  return cloud.store.get<Account>('SELECT * FROM accounts WHERE email_key = ?', emailKey);
}

function record(
  cloud: Cloud,
  event: LedgerEvent,
  subjectId: string,
  installationId: string | null,
  at: number,
): void {
  appendLedger(cloud.store, { at, event, installationId, subjectId, key: null });
}

/** Somebody wants an account: a mail to confirm the address, or the notice that there is one (C31). */
export function signUp(cloud: Cloud, person: { fullName: string; email: string; language: Language }): void {
  const now = cloud.clock.now();
  cloud.store.transaction(() => {
    const account = findAccount(cloud, addressKey(person.email));
    const order = account
      ? { to: account.email, fullName: account.full_name, language: account.language as Language }
      : { to: person.email, fullName: person.fullName, language: person.language };
    queueMail(cloud, { kind: account ? 'account_exists' : 'confirm', ...order }, now);
  });
}

interface OpenInvitation {
  id: string;
  installation_id: string;
  owner_name: string;
  owner_email: string;
  owner_language: string;
}

/** Invitations to an address that its owner has not accepted, whoever sent them. */
function openInvitations(cloud: Cloud, emailKey: string): OpenInvitation[] {
  return cloud.store.all<OpenInvitation>(
    `SELECT v.id, v.installation_id, i.owner_name, i.owner_email, i.owner_language
     FROM invitations v JOIN installations i ON i.id = v.installation_id
     WHERE i.owner_key = ? AND v.state IN ('queued', 'sent', 'bounced') ORDER BY v.created_at DESC, v.id`,
    emailKey,
  );
}

/** Sends a reset link where there is an account or an open invitation, at most three an hour (C37). */
export function requestReset(cloud: Cloud, email: string): void {
  const now = cloud.clock.now();
  const emailKey = addressKey(email);
  cloud.store.transaction(() => {
    const sent = cloud.store.get<{ count: number }>(
      "SELECT count(*) AS count FROM mails WHERE to_key = ? AND kind = 'reset' AND created_at > ?",
      emailKey,
      now - hourMs,
    );
    if ((sent?.count ?? 0) >= resetMailsPerHour) return;
    const account = findAccount(cloud, emailKey);
    const [invitation] = openInvitations(cloud, emailKey);
    if (!account && !invitation) return;
    killLinks(cloud, emailKey, ['reset']);
    const order = {
      to: account?.email ?? invitation?.owner_email ?? email,
      fullName: account?.full_name ?? invitation?.owner_name ?? '',
      language: (account?.language ?? invitation?.owner_language ?? 'en') as Language,
    };
    queueMail(cloud, { kind: 'reset', ...order }, now);
  });
}

/** What a link opens: its person, and whether a name must be given because there is no account yet. */
export interface OpenedLink {
  readonly link: LinkRow;
  readonly account: Account | undefined;
}

/** Opens a link for reading; changes nothing (mail scanners follow links). */
export function openOwnerLink(
  cloud: Cloud,
  kind: LinkKind,
  token: string,
): OpenedLink | 'link_dead' | 'link_expired' {
  const link = openLink(cloud, kind, token, cloud.clock.now());
  if (typeof link === 'string') return link;
  const account = findAccount(cloud, link.email_key);
  if (kind !== 'reset' && account) return 'link_dead';
  // The invitation that the reset link stood on was corrected to another address meanwhile (C29).
  if (kind === 'reset' && !account && openInvitations(cloud, link.email_key).length === 0) return 'link_dead';
  return { link, account };
}

/** What a person gives when following a link. */
export interface Credentials {
  readonly fullName: string;
  readonly phone: string;
  readonly passwordHash: string;
}

/** Uses a link up: confirms the account, or gives it a new password. Judges the link anew. */
export function consumeLink(
  cloud: Cloud,
  kind: LinkKind,
  token: string,
  credentials: Credentials,
): 'done' | 'link_dead' | 'link_expired' {
  return cloud.store.transaction(() => {
    const opened = openOwnerLink(cloud, kind, token);
    if (typeof opened === 'string') return opened;
    const now = cloud.clock.now();
    const { link, account } = opened;
    if (account) changePassword(cloud, account, credentials.passwordHash, now);
    else confirmAccount(cloud, link, credentials, now);
    if (kind === 'reset') {
      killLinks(cloud, link.email_key, ['reset']);
      cloud.store.run('DELETE FROM failed_log_ins WHERE email_key = ?', link.email_key);
    }
    return 'done';
  });
}

/** A reset ends all sessions (C37). */
function changePassword(cloud: Cloud, account: Account, passwordHash: string, now: number): void {
  cloud.store.run('UPDATE accounts SET password_hash = ? WHERE id = ?', passwordHash, account.id);
  cloud.store.run('DELETE FROM sessions WHERE account_id = ?', account.id);
  record(cloud, 'account.password_changed', account.id, null, now);
}

/** Makes the account and accepts every open invitation to its address (C35). */
function confirmAccount(cloud: Cloud, link: LinkRow, credentials: Credentials, now: number): void {
  const id = uuidv7();
  cloud.store.insert('accounts', {
    id,
    email: link.email,
    email_key: link.email_key,
    full_name: credentials.fullName,
    phone: credentials.phone === '' ? null : credentials.phone,
    language: link.language,
    password_hash: credentials.passwordHash,
    confirmed_at: now,
  });
  killLinks(cloud, link.email_key, ['invitation', 'confirm']);
  record(cloud, 'account.confirmed', id, null, now);
  for (const invitation of openInvitations(cloud, link.email_key)) {
    cloud.store.run(
      "UPDATE invitations SET state = 'accepted', accepted_at = ?, expires_at = NULL WHERE id = ?",
      now,
      invitation.id,
    );
    killInvitationLinks(cloud, invitation.id);
    // Its link would be dead on arrival.
    withdrawMails(cloud, invitation.id);
    cloud.store.run('UPDATE installations SET updated_at = ? WHERE id = ?', now, invitation.installation_id);
    record(cloud, 'invitation.accepted', invitation.id, invitation.installation_id, now);
  }
}

/** Checks a password, at most ten wrong ones for an address in 15 minutes, account or not (C37). */
export async function logIn(
  cloud: Cloud,
  email: string,
  password: string,
): Promise<Account | 'credentials' | 'rate_limited'> {
  const emailKey = addressKey(email);
  const now = cloud.clock.now();
  cloud.store.run('DELETE FROM failed_log_ins WHERE at <= ?', now - failuresMs);
  const countSql = 'SELECT count(*) AS count FROM failed_log_ins WHERE email_key = ?';
  const failures = cloud.store.get<{ count: number }>(countSql, emailKey)?.count ?? 0;
  if (failures >= failuresMax) return 'rate_limited';
  // Counted as failed before it is checked: many attempts at once are not more attempts.
  const attempt = uuidv7();
  cloud.store.insert('failed_log_ins', { id: attempt, email_key: emailKey, at: now });
  const account = findAccount(cloud, emailKey);
  if (!(await isPassword(password, account?.password_hash)) || !account) return 'credentials';
  cloud.store.run('DELETE FROM failed_log_ins WHERE id = ?', attempt);
  return account;
}

/** A site on *my sites*. */
export interface OwnedSite {
  id: string;
  site_uid: string;
  customer_reference: string;
  street: string;
  postcode: string;
  city: string;
  time_zone: string;
  released_at: number;
  installer_access_until: number | null;
}

/** The released sites whose owner has this account's address (C35). */
export function readSites(cloud: Cloud, account: Account): OwnedSite[] {
  return cloud.store.all<OwnedSite>(
    `SELECT id, site_uid, customer_reference, street, postcode, city, time_zone, released_at, installer_access_until
     FROM installations WHERE owner_key = ? AND released_at IS NOT NULL ORDER BY customer_reference, id`,
    account.email_key,
  );
}

/** Lets the installer change hardware again for 24 hours (C34). Returns false if the site is not this account's. */
export function grantAccess(cloud: Cloud, account: Account, siteUid: string): boolean {
  return cloud.store.transaction(() => {
    const site = readSites(cloud, account).find((candidate) => candidate.site_uid === siteUid);
    if (!site) return false;
    const now = cloud.clock.now();
    cloud.store.run(
      'UPDATE installations SET installer_access_until = ?, updated_at = ? WHERE id = ?',
      now + dayMs,
      now,
      site.id,
    );
    record(cloud, 'access.granted', site.id, site.id, now);
    return true;
  });
}
