import * as z from 'zod';
import { readJson, readProblem, unreadable, wordReader, writeJson, writeProblem } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import type { WorkRecord } from './types.ts';
import type { Writer } from './writer.ts';

interface WorkRow {
  readonly id: string;
  readonly kind: string;
  readonly siteId: string;
  readonly deviceIds: string;
  readonly state: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly problem: string | null;
}

interface StepRow {
  readonly step: string;
  readonly event: string;
  readonly at: number;
  readonly detail: string;
}

/** The journal of work on devices: what was begun, each step, how it ended. */
export function createWork(db: Connection, writer: Writer): Store['work'] {
  const start = db.prepare(`
    INSERT INTO work (id, kind, site_id, device_ids, state, started_at, ended_at, problem)
    VALUES (@id, @kind, @siteId, @deviceIds, @state, @startedAt, @endedAt, @problem)`);
  const end = db.prepare<unknown[], string>(`
    UPDATE work SET state = @state, problem = @problem, ended_at = @at
    WHERE id = @id AND state = 'running' RETURNING site_id`);
  const step = db.prepare(`
    INSERT INTO work_steps (work_id, step, event, at, detail) VALUES (@workId, @step, @event, @at, @detail)`);
  const stepsOf = db.prepare<[string], StepRow>(
    'SELECT step, event, at, detail FROM work_steps WHERE work_id = ? ORDER BY sequence',
  );
  const remember = db.prepare(`
    INSERT INTO work_facts (work_id, fact, value) VALUES (@workId, @fact, @value)
    ON CONFLICT DO UPDATE SET value = @value`);
  const recall = db
    .prepare<[string, string], string>('SELECT value FROM work_facts WHERE work_id = ? AND fact = ?')
    .pluck();
  const unfinished = db.prepare<[], WorkRow>(`
    SELECT id, kind, site_id AS siteId, device_ids AS deviceIds, state, started_at AS startedAt,
      ended_at AS endedAt, problem
    FROM work WHERE state = 'running' ORDER BY sequence`);

  return {
    start(work) {
      start.run({ ...work, deviceIds: writeJson(work.deviceIds), problem: writeProblem(work.problem) });
      writer.touched({ siteId: work.siteId });
    },
    end(id, state, problem, at) {
      const siteId = end.pluck().get({ id, state, problem: writeProblem(problem), at });
      if (siteId !== undefined) writer.touched({ siteId });
    },
    step(workId, name, event, at, detail) {
      step.run({ workId, step: name, event, at, detail });
    },
    stepsOf: (workId) => stepsOf.all(workId),
    remember(workId, fact, value) {
      remember.run({ workId, fact, value });
    },
    recall: (workId, fact) => recall.get(workId, fact),
    unfinished: () => unfinished.all().map(workOf),
  };
}

const readState = wordReader('work', 'state', ['running', 'done', 'failed', 'cancelled']);
const deviceIdsSchema = z.array(z.string());

function workOf(row: WorkRow): WorkRecord {
  const deviceIds = deviceIdsSchema.safeParse(readJson('work', 'device_ids', row.deviceIds));
  if (!deviceIds.success) throw unreadable('work', 'device_ids');
  return {
    ...row,
    deviceIds: deviceIds.data,
    state: readState(row.state),
    problem: readProblem('work', row.problem),
  };
}
