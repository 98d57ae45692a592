import type { Connection } from './sqlite.ts';
import type { StoreChange } from './store.ts';

/** What one statement changed. */
export interface Touched {
  readonly siteId?: string | null;
  readonly outbox?: boolean;
  readonly account?: boolean;
}

/** Transactions, and who hears of them. */
export interface Writer {
  /** One IMMEDIATE transaction; a nested call is a savepoint in it, so that a caught failure undoes its own part. */
  transaction<T>(work: () => T): T;
  /**
   * Joins the running transaction, or is one of its own. Cheaper than a savepoint, for what is written by the ten
   * thousand: only where the first statement is the one that may be refused.
   */
  joined<T>(work: () => T): T;
  /** Notes a change; told after the commit, at once outside a transaction. */
  touched(change: Touched): void;
  onChange(listener: (change: StoreChange) => void): () => void;
}

interface Pending {
  siteIds: Set<string>;
  outbox: boolean;
  account: boolean;
}

const nothing = (): Pending => ({ siteIds: new Set(), outbox: false, account: false });

/** Makes the transactions of one connection. */
export function createWriter(db: Connection): Writer {
  const listeners = new Set<(change: StoreChange) => void>();
  // better-sqlite3 nests by savepoints and refuses work that returns a promise.
  const run = db.transaction((work: () => unknown) => work());
  let pending = nothing();

  const tell = () => {
    const change = pending;
    pending = nothing();
    if (change.siteIds.size === 0 && !change.outbox && !change.account) return;
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        // The data is committed: a listener's fault must not look like a failed write.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };

  const transaction = <T>(work: () => T): T => {
    if (db.inTransaction) return run.immediate(work) as T;
    try {
      const result = run.immediate(work) as T;
      tell();
      return result;
    } finally {
      pending = nothing();
    }
  };

  return {
    transaction,
    joined: (work) => (db.inTransaction ? work() : transaction(work)),
    touched(change) {
      if (change.siteId !== undefined && change.siteId !== null) pending.siteIds.add(change.siteId);
      if (change.outbox === true) pending.outbox = true;
      if (change.account === true) pending.account = true;
      if (!db.inTransaction) tell();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
