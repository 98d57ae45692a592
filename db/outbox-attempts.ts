import { readKind } from './outbox-rows.ts';
import { readProblem, wordReader, writeProblem } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { AttemptRecord, Intent, Moment, Outcome } from './types.ts';

/** A site keeps this many tries; the oldest go. */
const attemptsKept = 200;

type AttemptRow = Omit<AttemptRecord, 'kind' | 'outcome' | 'problem' | 'reason'> & {
  readonly kind: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly problem: string | null;
};

/** The history of tries, per site and bounded. */
export function createAttempts(db: Connection) {
  const insert = db.prepare(`
    INSERT INTO outbox_attempts (intent_id, site_id, kind, at, outcome, reason, problem)
    VALUES (@intentId, @siteId, @kind, @at, @outcome, @reason, @problem)`);
  const pausedAgain = db.prepare(`
    UPDATE outbox_attempts SET at = @at
    WHERE sequence = (SELECT max(sequence) FROM outbox_attempts WHERE intent_id = @intentId)
      AND outcome = 'paused' AND reason = @reason`);
  const forget = db.prepare(`
    DELETE FROM outbox_attempts WHERE site_id = @siteId AND sequence <= (
      SELECT sequence FROM outbox_attempts WHERE site_id = @siteId
      ORDER BY sequence DESC LIMIT 1 OFFSET ${attemptsKept})`);
  const ofSite = db.prepare<[string, number], AttemptRow>(`
    SELECT intent_id AS intentId, site_id AS siteId, kind, at, outcome, reason, problem
    FROM outbox_attempts WHERE site_id = ? ORDER BY sequence DESC LIMIT ?`);

  return {
    add(
      intentId: string,
      { siteId, kind }: Pick<Intent, 'siteId' | 'kind'>,
      outcome: Outcome,
      at: Moment,
    ): void {
      const reason = outcome.kind === 'paused' ? outcome.reason : null;
      // A day without internet is one line of history, not a hundred that push the others out.
      if (reason !== null && pausedAgain.run({ intentId, reason, at }).changes > 0) return;
      const problem = 'problem' in outcome ? writeProblem(outcome.problem) : null;
      insert.run({ intentId, siteId, kind, at, outcome: outcome.kind, reason, problem });
      forget.run({ siteId });
    },
    /** Newest first. */
    ofSite: (siteId: string, limit: number): AttemptRecord[] => ofSite.all(siteId, limit).map(attemptOf),
  };
}

const readOutcome = wordReader('outbox_attempts', 'outcome', ['done', 'retry', 'paused', 'needs_person']);
const readReason = wordReader('outbox_attempts', 'reason', ['offline', 'sign_in', 'rate_limited']);

function attemptOf(row: AttemptRow): AttemptRecord {
  return {
    ...row,
    kind: readKind(row.kind),
    outcome: readOutcome(row.outcome),
    reason: row.reason === null ? null : readReason(row.reason),
    problem: readProblem('outbox_attempts', row.problem),
  };
}
