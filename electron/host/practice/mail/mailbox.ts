import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { v7 as uuidv7 } from 'uuid';
import { type Clock, timeText } from '../clock.ts';
import { addressKey } from '../cloud.ts';
import type { Store } from '../store/store.ts';

/** The embedded mail server and the one mailbox behind it. */
export interface Mailbox {
  readonly port: number;
  /** How many messages were handed over by SMTP, repeated ones included; since the data folder was made. */
  deliveries(): number;
  close(): Promise<void>;
}

const messageBytesMax = 1024 * 1024;
const connectionsMax = 10;
const idleMs = 10_000;

/** An answer of the SMTP server that is no acceptance. */
class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Starts the mail server on a free loopback port. It refuses addresses that begin with `bounce` (C27). */
export async function startMailbox(store: Store, clock: Clock): Promise<Mailbox> {
  const server = new SMTPServer({
    name: 'mailbox.example.org',
    banner: 'Doorstep practice mailbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: messageBytesMax,
    maxClients: connectionsMax,
    socketTimeout: idleMs,
    closeTimeout: 1000,
    onRcptTo(address, _session, callback) {
      const isBouncing = addressKey(address.address).startsWith('bounce');
      callback(isBouncing ? new Refusal(550, 'No such mailbox here') : null);
    },
    onData(stream, session, callback) {
      const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
      simpleParser(stream)
        .then((mail) => {
          if (stream.sizeExceeded) throw new Refusal(552, 'Message too large');
          const kind = mail.headers.get('x-doorstep-kind');
          storeMail(store, {
            messageId: mail.messageId ?? `<${uuidv7()}@mailbox.example.org>`,
            at: clock.now(),
            to: recipients.join(', '),
            kind: typeof kind === 'string' ? kind : 'other',
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: typeof mail.html === 'string' ? mail.html : '',
          });
          callback(null);
        })
        .catch((error: unknown) => callback(error instanceof Error ? error : new Refusal(451, 'Not stored')));
    },
  });
  server.on('error', () => {
    // A connection that broke. The sender sees it and tries again.
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    deliveries: () => countDeliveries(store),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface ReceivedMail {
  readonly messageId: string;
  readonly at: number;
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Keeps one mail per Message-ID and counts how often it came (C27). */
function storeMail(store: Store, mail: ReceivedMail): void {
  store.transaction(() => {
    const repeated = store.run(
      'UPDATE mailbox SET deliveries = deliveries + 1 WHERE message_id = ?',
      mail.messageId,
    );
    if (repeated > 0) return;
    store.insert('mailbox', {
      id: uuidv7(),
      message_id: mail.messageId,
      at: mail.at,
      to_address: mail.to,
      to_key: addressKey(mail.to),
      kind: mail.kind,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      deliveries: 1,
    });
  });
}

/** How many messages came by SMTP, repeated ones included. */
export function countDeliveries(store: Store): number {
  return (
    store.get<{ count: number }>('SELECT coalesce(sum(deliveries), 0) AS count FROM mailbox')?.count ?? 0
  );
}

interface MailboxRow {
  id: string;
  message_id: string;
  at: number;
  to_address: string;
  kind: string;
  subject: string;
  text: string;
  html: string;
}

/** One mail as `GET /practice/mailbox` shows it. */
export interface MailboxItem {
  readonly id: string;
  readonly message_id: string;
  readonly at: string;
  readonly to: string;
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly links: readonly string[];
}

/** The mails in the mailbox, oldest first; to one address if `to` is given (C30, C39). */
export function readMailbox(store: Store, to: string | null): MailboxItem[] {
  const key = to === null ? null : addressKey(to);
  return store
    .all<MailboxRow>('SELECT * FROM mailbox WHERE ? IS NULL OR to_key = ? ORDER BY rowid', key, key)
    .map((row) => ({
      id: row.id,
      message_id: row.message_id,
      at: timeText(row.at),
      to: row.to_address,
      kind: row.kind,
      subject: row.subject,
      text: row.text,
      html: row.html,
      links: row.text.match(/https?:\/\/\S+/g) ?? [],
    }));
}
