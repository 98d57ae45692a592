import type { Connection } from '../../../db/sqlite.ts';

/** The schema as text, in a fixed order, without comments and with blanks made alike. */
export function schemaOf(db: Connection): string {
  const texts = db
    .prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name')
    .pluck()
    .all();
  return texts
    .map(
      (sql) =>
        `${sql
          .replace(/--[^\n]*/g, '')
          .replace(/\s+/g, ' ')
          .trim()};\n`,
    )
    .join('');
}
