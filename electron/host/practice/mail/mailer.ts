import { createTransport, type Transporter } from 'nodemailer';
import { type Cloud, linkLifetimeHours } from '../cloud.ts';
import { appendLedger } from '../ledger.ts';
import type { MailContent, MailKind } from './queue.ts';
import { renderMail } from './render.ts';

/** Sends what is queued, one mail at a time, until it is closed. */
export interface Mailer {
  /** Something may be there to send now. */
  wake(): void;
  /** Stops after the mail in hand. */
  close(): Promise<void>;
}

interface QueuedMail {
  id: string;
  created_at: number;
  message_id: string;
  kind: MailKind;
  to_address: string;
  content: string;
  invitation_id: string | null;
  installation_id: string | null;
}

const hourMs = 3_600_000;
const smtpTimeoutMs = 10_000;
const retryMs = 1000;
const resetLinkMs = hourMs;

/** Delivers the queue to an SMTP server on this machine or in the settings (C27). */
export function startMailer(cloud: Cloud, smtp: { host: string; port: number }): Mailer {
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    ignoreTLS: true,
    connectionTimeout: smtpTimeoutMs,
    greetingTimeout: smtpTimeoutMs,
    socketTimeout: smtpTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let isClosed = false;
  let isWoken = false;
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | undefined;

  /** Goes through the queue once, oldest first. What SMTP does not take now does not hold up the others. */
  const drain = async (): Promise<void> => {
    // After the transaction that queued the mail: it is committed then (C12).
    await new Promise<void>((resolve) => setImmediate(resolve));
    isWoken = false;
    let isDelayed = false;
    let mail = nextMail(cloud, firstMail);
    while (mail && !isClosed && !cloud.traps.get('mail_down')) {
      if ((await send(cloud, transport, mail)) === 'later') isDelayed = true;
      mail = nextMail(cloud, mail);
    }
    if (isDelayed && !isClosed) retry = setTimeout(wake, retryMs);
  };
  const wake = (): void => {
    isWoken = true;
    if (isClosed || running) return;
    clearTimeout(retry);
    running = drain().finally(() => {
      running = null;
      if (isWoken) wake();
    });
  };
  wake();
  return {
    wake,
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await running;
      transport.close();
    },
  };
}

const firstMail = { created_at: -1, id: '' };

function nextMail(cloud: Cloud, after: { created_at: number; id: string }): QueuedMail | undefined {
  return cloud.store.get<QueuedMail>(
    `SELECT m.id, m.created_at, m.message_id, m.kind, m.to_address, m.content, m.invitation_id, v.installation_id
     FROM mails m LEFT JOIN invitations v ON v.id = m.invitation_id
     WHERE m.state = 'waiting' AND (m.created_at, m.id) > (?, ?) ORDER BY m.created_at, m.id LIMIT 1`,
    after.created_at,
    after.id,
  );
}

/** Hands one mail to SMTP and records what came of it. A crash in between hands it over again (C27). */
async function send(cloud: Cloud, transport: Transporter, mail: QueuedMail): Promise<'done' | 'later'> {
  const content = JSON.parse(mail.content) as MailContent;
  const rendered = renderMail(mail.kind, content, cloud.url);
  try {
    await transport.sendMail({
      messageId: mail.message_id,
      date: new Date(cloud.clock.now()),
      from: { name: 'Doorstep practice cloud', address: 'no-reply@cloud.example.org' },
      to: { name: content.fullName, address: mail.to_address },
      envelope: { from: 'no-reply@cloud.example.org', to: [mail.to_address] },
      subject: rendered.subject,
      text: rendered.text,
      html: rendered.html,
      headers: {
        'X-Doorstep-Kind': mail.kind,
        'Content-Language': content.language,
        'Auto-Submitted': 'auto-generated',
      },
    });
  } catch (error) {
    if (!isPermanent(error)) return 'later';
    cloud.store.transaction(() => recordRefused(cloud, mail));
    return 'done';
  }
  cloud.store.transaction(() => recordSent(cloud, mail));
  return 'done';
}

/** Whether SMTP refused this mail for good: 5xx to its envelope or its content, not to our greeting. */
function isPermanent(error: unknown): boolean {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const isAboutMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isAboutMail && typeof responseCode === 'number' && responseCode >= 500;
}

/** The state as it is now: while SMTP worked, the invitation may have been accepted, resent or corrected. */
function refresh(cloud: Cloud, mail: QueuedMail): { isCurrent: boolean; state: string | null } {
  const row = cloud.store.get<{ mail_id: string; state: string }>(
    'SELECT mail_id, state FROM invitations WHERE id = ?',
    mail.invitation_id ?? '',
  );
  return { isCurrent: row?.mail_id === mail.id, state: row?.state ?? null };
}

function recordSent(cloud: Cloud, mail: QueuedMail): void {
  const now = cloud.clock.now();
  const expiresAt = now + (mail.kind === 'reset' ? resetLinkMs : linkLifetimeHours * hourMs);
  cloud.store.run("UPDATE mails SET state = 'sent', content = NULL WHERE id = ?", mail.id);
  cloud.store.run('UPDATE links SET expires_at = ? WHERE mail_id = ?', expiresAt, mail.id);
  if (mail.invitation_id === null) return;
  const countSql = 'UPDATE invitations SET mails_sent = mails_sent + 1, sent_at = ? WHERE id = ?';
  cloud.store.run(countSql, now, mail.invitation_id);
  const { isCurrent, state } = refresh(cloud, mail);
  if (isCurrent && state === 'queued') {
    const sql = "UPDATE invitations SET state = 'sent', expires_at = ? WHERE id = ?";
    cloud.store.run(sql, expiresAt, mail.invitation_id);
  }
  record(cloud, mail, 'invitation.sent', now);
}

function recordRefused(cloud: Cloud, mail: QueuedMail): void {
  const now = cloud.clock.now();
  cloud.store.run("UPDATE mails SET state = 'refused', content = NULL WHERE id = ?", mail.id);
  cloud.store.run('UPDATE links SET dead = 1 WHERE mail_id = ?', mail.id);
  if (mail.invitation_id === null) return;
  const { isCurrent, state } = refresh(cloud, mail);
  if (!isCurrent || state === 'accepted') return;
  cloud.store.run(
    "UPDATE invitations SET state = 'bounced', expires_at = NULL WHERE id = ?",
    mail.invitation_id,
  );
  record(cloud, mail, 'invitation.bounced', now);
}

function record(
  cloud: Cloud,
  mail: QueuedMail,
  event: 'invitation.sent' | 'invitation.bounced',
  now: number,
): void {
  const installationId = mail.installation_id ?? '';
  cloud.store.run('UPDATE installations SET updated_at = ? WHERE id = ?', now, installationId);
  appendLedger(cloud.store, {
    at: now,
    event,
    installationId,
    subjectId: mail.invitation_id ?? '',
    key: null,
    detail: { kind: mail.kind, message_id: mail.message_id },
  });
}
