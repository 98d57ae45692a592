import { createHash, randomBytes } from 'node:crypto';
import { addressKey, type Cloud } from '../cloud.ts';

/** What a link opens: `/owner/{kind}/{token}`. */
export type LinkKind = 'invitation' | 'confirm' | 'reset';

/** A link as stored: never its token (owner's pages). */
export interface LinkRow {
  token_hash: string;
  kind: LinkKind;
  email: string;
  email_key: string;
  full_name: string;
  language: string;
  invitation_id: string | null;
  /** `null` until the mail was sent: its life begins then (C27). */
  expires_at: number | null;
  dead: number;
}

const hashToken = (token: string) => createHash('sha256').update(token).digest('hex');

/** A new link with 256 random bits. @returns its token, which is stored nowhere but in the mail */
export function createLink(
  cloud: Cloud,
  kind: LinkKind,
  person: { to: string; fullName: string; language: string; invitationId?: string },
  mailId: string,
): string {
  const token = randomBytes(32).toString('base64url');
  cloud.store.insert('links', {
    token_hash: hashToken(token),
    kind,
    email: person.to,
    email_key: addressKey(person.to),
    full_name: person.fullName,
    language: person.language,
    invitation_id: person.invitationId ?? null,
    mail_id: mailId,
  });
  return token;
}

/** What a token opens now: a link, or the reason why it opens nothing (C36). */
export function openLink(
  cloud: Cloud,
  kind: LinkKind,
  token: string,
  now: number,
): LinkRow | 'link_dead' | 'link_expired' {
  const sql = 'SELECT * FROM links WHERE token_hash = ? AND kind = ?';
  const link = cloud.store.get<LinkRow>(sql, hashToken(token), kind);
  if (!link || link.dead === 1) return 'link_dead';
  if (link.expires_at !== null && now >= link.expires_at) return 'link_expired';
  return link;
}

/** Kills the links of an invitation (C28, C29). */
export function killInvitationLinks(cloud: Cloud, invitationId: string): void {
  cloud.store.run('UPDATE links SET dead = 1 WHERE invitation_id = ?', invitationId);
}

/** Kills the links of some kinds to an address: used, or replaced by a newer one (C36). */
export function killLinks(cloud: Cloud, emailKey: string, kinds: readonly LinkKind[]): void {
  for (const kind of kinds) {
    cloud.store.run('UPDATE links SET dead = 1 WHERE email_key = ? AND kind = ?', emailKey, kind);
  }
}
