import type { CodedError, ErrorCode, Problem } from '../electron/contract/errors.ts';
import type { Recovered } from './recovery.ts';
import type { CallListener, Connection } from './sqlite.ts';
import type { Store } from './store.ts';

/** What a person must put right before anything can be saved again. */
const ailments: ReadonlySet<ErrorCode> = new Set([
  'db.disk_full',
  'db.read_only',
  'db.disk_error',
  'db.damaged',
]);

/** Watches whether the data can be saved, by what becomes of the calls. */
export type Health = Store['health'] &
  CallListener & {
    /** False once damage was met: then the next start looks at every page. */
    isSound(): boolean;
  };

/**
 * Makes the health of one connection.
 *
 * @param forget the person has read what became of a damaged file
 */
export function createHealth(db: Connection, recovered: Recovered | null, forget: () => void): Health {
  const listeners = new Set<() => void>();
  let unread = recovered;
  let ailment: Problem | null = null;
  let changesThen = 0;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  // Counts what is rolled back as well, so it is asked anew after every failure.
  const changes = () => (db.open ? Number(db.prepare('SELECT total_changes()').pluck().get()) : 0);

  return {
    failed({ code, problem }: CodedError) {
      if (!ailments.has(code)) return;
      const isNew = ailment?.code !== code;
      // Damage outweighs the rest and does not go away.
      if (ailment?.code !== 'db.damaged') ailment = problem;
      changesThen = changes();
      if (isNew) tell();
    },
    succeeded() {
      if (ailment === null || ailment.code === 'db.damaged' || db.inTransaction) return;
      if (changes() <= changesThen) return;
      ailment = null;
      tell();
    },
    isSound: () => ailment?.code !== 'db.damaged',
    ailment: () => ailment,
    recovered: () => unread,
    forgetRecovered() {
      forget();
      unread = null;
      tell();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
