import { CodedError } from '../electron/contract/errors.ts';
import { type Connection, connect } from './sqlite.ts';

/** A site of a damaged file that its backup does not have, or has as it was before. */
export interface LostSite {
  readonly name: string;
  readonly lost: 'all' | 'newest';
}

/** What a backup lacks of the file that it took the place of. */
export interface Losses {
  /** At most {@link namedMax}, those wholly lost first. */
  readonly sites: readonly LostSite[];
  /** How many more there are. */
  readonly more: number;
  /** Whether all of the damaged file could be read for this; else there may be more. */
  readonly complete: boolean;
}

const namedMax = 200;

/** What tells that a site was worked on, one table each, so that one damaged table does not hide the others. */
const traces = [
  'SELECT id, updated_at AS trace FROM sites',
  'SELECT site_id AS id, group_concat(id || state) AS trace FROM (SELECT * FROM devices ORDER BY id) GROUP BY site_id',
  `SELECT site_id AS id, max(sequence) AS trace FROM checks JOIN devices ON devices.id = device_id GROUP BY site_id`,
  'SELECT site_id AS id, max(sequence) AS trace FROM work GROUP BY site_id',
  `SELECT site_id AS id, count(*) || '/' || count(done_at) || '/' || sum(attempts) AS trace FROM outbox GROUP BY site_id`,
];

/**
 * Names the sites of a damaged file that are not, or not as new, in the file in its place. Reads what can be read
 * and changes neither.
 *
 * @param inPlace path of the backup that took its place; null where the data start empty
 */
export function lossesOf(damaged: string, inPlace: string | null): Losses {
  const before = read(damaged);
  const after = inPlace === null ? { names: new Map(), traces: [], complete: true } : read(inPlace);
  const lost: LostSite[] = [];
  for (const [id, name] of before.names) {
    if (!after.names.has(id)) lost.push({ name, lost: 'all' });
    else if (traces.some((_, index) => isNewer(before.traces[index], after.traces[index], id)))
      lost.push({ name, lost: 'newest' });
  }
  const sites = lost.toSorted((one, other) => one.lost.localeCompare(other.lost)).slice(0, namedMax);
  return { sites, more: lost.length - sites.length, complete: before.complete };
}

type Traces = ReadonlyMap<unknown, unknown>;

function isNewer(before: Traces | undefined, after: Traces | undefined, id: string): boolean {
  return before?.has(id) === true && before.get(id) !== after?.get(id);
}

interface Content {
  readonly names: ReadonlyMap<string, string>;
  readonly traces: readonly (Traces | undefined)[];
  readonly complete: boolean;
}

function read(path: string): Content {
  let db: Connection | undefined;
  try {
    db = connect(path, { readOnly: true });
    const names = rowsOf(db, 'SELECT id, name AS trace FROM sites');
    const found = traces.map((sql) => rowsOf(db as Connection, sql));
    const complete = [names, ...found].every((each) => each.complete);
    const texts = [...names.rows].filter((row): row is [string, string] => row.every(isText));
    return {
      names: new Map(texts),
      traces: found.map((each) => (each.complete ? each.rows : undefined)),
      complete,
    };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { names: new Map(), traces: [], complete: false };
  } finally {
    db?.close();
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** The rows up to the first that cannot be read. */
function rowsOf(db: Connection, sql: string): { rows: Map<unknown, unknown>; complete: boolean } {
  const rows = new Map<unknown, unknown>();
  try {
    for (const row of db.prepare<[], { id: unknown; trace: unknown }>(sql).iterate())
      rows.set(row.id, row.trace);
    return { rows, complete: true };
  } catch {
    // Of damage nothing is known but that reading ends here.
    return { rows, complete: false };
  }
}
