import { type Api, first } from './host.ts';

/** One committed effect in the cloud's own records. */
export interface LedgerRow {
  readonly seq: number;
  readonly event: string;
  readonly installation_id: string | null;
  readonly idempotency_key: string | null;
}

async function ask(api: Api, path: string): Promise<unknown> {
  const practice = await first(api.practice.watch());
  return (await fetch(`${practice?.cloudUrl}${path}`)).json();
}

/** What the practice cloud wrote down of every effect it committed. */
export async function ledgerOf(api: Api): Promise<LedgerRow[]> {
  return ((await ask(api, '/practice/ledger')) as { items: LedgerRow[] }).items;
}

/** The mails to an address in the practice cloud's mailbox. */
export async function mailsTo(api: Api, address: string): Promise<{ kind: string }[]> {
  const path = `/practice/mailbox?to=${encodeURIComponent(address)}`;
  return ((await ask(api, path)) as { items: { kind: string }[] }).items;
}
