import { readJson, readProblem, wordReader } from './rows.ts';
import { type Intent, intentKinds } from './types.ts';
import type { Vault } from './vault.ts';

/** A row of the outbox as SQLite gives it by {@link intentColumns}. */
export interface IntentRow {
  readonly sequence: number;
  readonly id: string;
  readonly siteId: string;
  readonly kind: string;
  readonly subjectId: string | null;
  readonly payload: Uint8Array | null;
  readonly state: string;
  readonly attempts: number;
  readonly firstTriedAt: number | null;
  readonly nextAt: number;
  readonly uncertain: number;
  readonly problem: string | null;
  readonly result: Uint8Array | null;
  readonly createdAt: number;
  readonly doneAt: number | null;
}

export const intentColumns = `sequence, id, site_id AS siteId, kind, subject_id AS subjectId, payload, state,
  attempts, first_tried_at AS firstTriedAt, next_at AS nextAt, uncertain, problem, result,
  created_at AS createdAt, done_at AS doneAt`;

export const readKind = wordReader('outbox', 'kind', intentKinds);
const readState = wordReader('outbox', 'state', ['waiting', 'leased', 'done', 'needs_person']);

/** Makes the parser of rows. What is sealed is opened when it is looked at: a list of many needs it of few. */
export function intentReader(vault: Vault): (row: IntentRow) => Intent {
  const openJson = (rowId: string, column: string, sealed: Uint8Array | null): unknown =>
    sealed === null
      ? null
      : readJson('outbox', column, vault.open({ table: 'outbox', column, rowId }, sealed));

  return (row) => ({
    id: row.id,
    siteId: row.siteId,
    kind: readKind(row.kind),
    subjectId: row.subjectId,
    get payload() {
      return openJson(row.id, 'payload', row.payload);
    },
    state: readState(row.state),
    attempts: row.attempts,
    firstTriedAt: row.firstTriedAt,
    nextAt: row.nextAt,
    uncertain: row.uncertain === 1,
    problem: readProblem('outbox', row.problem),
    get result() {
      return openJson(row.id, 'result', row.result);
    },
    createdAt: row.createdAt,
    doneAt: row.doneAt,
  });
}
