import { CodedError, isErrorCode, type Problem } from '../electron/contract/errors.ts';
import type { Connection, SqlValue } from './sqlite.ts';

/** Makes the reader of a column that holds one of a few words. */
export function wordReader<T extends string>(
  table: string,
  column: string,
  words: readonly T[],
): (value: string) => T {
  const known = new Set<string>(words);
  return (value) => {
    if (!known.has(value)) throw unreadable(table, column);
    return value as T;
  };
}

/** What a row that does not fit its schema is told as. Its content is not named: it may be personal. */
export function unreadable(table: string, column: string): CodedError {
  return new CodedError('db.row_unreadable', { table, column });
}

/** Reads a column of JSON. */
export function readJson(table: string, column: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(table, column);
  }
}

/** JSON for a column; what JSON cannot say (`undefined`) is null. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** Reads a stored problem. A code that this version does not know is kept and shown as an unknown failure. */
export function readProblem(table: string, text: string | null): Problem | null {
  if (text === null) return null;
  const value = readJson(table, 'problem', text) as { code?: unknown; params?: unknown } | null;
  if (typeof value?.code !== 'string') throw unreadable(table, 'problem');
  if (!isErrorCode(value.code)) return { code: 'app.internal', params: { code: value.code } };
  return { code: value.code, params: (value.params ?? {}) as Problem['params'] };
}

/** A problem, or null, for a column. */
export function writeProblem(problem: Problem | null): string | null {
  return problem === null ? null : writeJson(problem);
}

/** Makes `UPDATE table SET … WHERE id`, one prepared statement for each set of columns that occurs. */
export function createUpdater(
  db: Connection,
  table: string,
): (id: string, columns: Readonly<Record<string, SqlValue>>) => boolean {
  const statements = new Map<string, ReturnType<Connection['prepare']>>();
  return (id, columns) => {
    const names = Object.keys(columns);
    const key = names.join();
    let statement = statements.get(key);
    if (statement === undefined) {
      const set = names.map((name) => `${name} = @${name}`).join(', ');
      statement = db.prepare(`UPDATE ${table} SET ${set} WHERE id = @id`);
      statements.set(key, statement);
    }
    return statement.run({ ...columns, id }).changes > 0;
  };
}
