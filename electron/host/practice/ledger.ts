import { timeText } from './clock.ts';
import type { Store } from './store/store.ts';

/** What the cloud's own record tells apart (C39). */
export type LedgerEvent =
  | `installation.${'created' | 'changed' | 'released'}`
  | 'subscription.redeemed'
  | `${'iq' | 'repeater' | 'lock'}.${'created' | 'changed' | 'deleted'}`
  | 'lock.detach_forced'
  | 'tree.replaced'
  | 'document.stored'
  | `invitation.${'created' | 'resent' | 'corrected' | 'sent' | 'bounced' | 'accepted'}`
  | 'account.confirmed'
  | 'account.password_changed'
  | 'access.granted';

/** One committed effect. `detail` holds no secret. */
export interface LedgerEntry {
  readonly at: number;
  readonly event: LedgerEvent;
  readonly installationId: string | null;
  readonly subjectId: string;
  /** The key of the request; `null` for what no API request caused. */
  readonly key: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Adds a row; to be called inside the transaction of the effect (C12). */
export function appendLedger(store: Store, entry: LedgerEntry): void {
  store.insert('ledger', {
    at: entry.at,
    event: entry.event,
    installation_id: entry.installationId,
    subject_id: entry.subjectId,
    idempotency_key: entry.key,
    detail: JSON.stringify(entry.detail ?? {}),
  });
}

interface LedgerRow {
  seq: number;
  at: number;
  event: string;
  installation_id: string | null;
  subject_id: string;
  idempotency_key: string | null;
  detail: string;
}

/** The rows after `seq`, oldest first, as `GET /practice/ledger` shows them. */
export function readLedger(store: Store, after: number): unknown[] {
  return store
    .all<LedgerRow>('SELECT * FROM ledger WHERE seq > ? ORDER BY seq', after)
    .map((row) => ({ ...row, at: timeText(row.at), detail: JSON.parse(row.detail) as unknown }));
}
