import { v7 as uuidv7 } from 'uuid';
import { addressKey, type Cloud } from '../cloud.ts';
import { createLink, type LinkKind } from './links.ts';

/** The languages that the cloud writes in (`Language` of openapi.yaml). */
export type Language = 'en' | 'es' | 'de' | 'fr' | 'nl';

/** What the mail is about (C39). */
export type MailKind = LinkKind | 'account_exists';

/** A mail that someone shall get. */
export interface MailOrder {
  readonly kind: MailKind;
  readonly to: string;
  readonly fullName: string;
  readonly language: Language;
  /** The site that it is about, where there is one. */
  readonly site?: { readonly name: string; readonly uid: string; readonly company: string };
  readonly invitationId?: string;
}

/** What is kept until the mail was sent, and no longer: the link's token is in it. */
export interface MailContent {
  readonly fullName: string;
  readonly language: Language;
  readonly site: MailOrder['site'] | null;
  readonly token: string | null;
}

/**
 * Puts one mail in the queue, with its Message-ID and its link; to be called inside the transaction of the effect
 * (C12, C27).
 * @returns the mail's id
 */
export function queueMail(cloud: Cloud, order: MailOrder, now: number): string {
  const id = uuidv7();
  const row = {
    id,
    message_id: `<${id}@cloud.example.org>`,
    kind: order.kind,
    to_address: order.to,
    to_key: addressKey(order.to),
    state: 'waiting',
    invitation_id: order.invitationId ?? null,
    created_at: now,
  };
  cloud.store.insert('mails', row);
  const token = order.kind === 'account_exists' ? null : createLink(cloud, order.kind, order, id);
  const content: MailContent = {
    fullName: order.fullName,
    language: order.language,
    site: order.site ?? null,
    token,
  };
  cloud.store.run('UPDATE mails SET content = ? WHERE id = ?', JSON.stringify(content), id);
  cloud.mailQueued();
  return id;
}

/** Takes back what still waits of an invitation (C29). */
export function withdrawMails(cloud: Cloud, invitationId: string): void {
  cloud.store.run(
    "UPDATE mails SET state = 'withdrawn', content = NULL WHERE invitation_id = ? AND state = 'waiting'",
    invitationId,
  );
}
