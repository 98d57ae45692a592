import type { Migration } from '../migrate.ts';
import { firstTables } from './0010-first-tables.ts';
import { measurements } from './0020-measurements.ts';
import { heldBy } from './0030-held-by.ts';

/** All migrations, oldest first. A released one never changes; a new one is ten more. */
export const migrations: readonly Migration[] = [firstTables, measurements, heldBy];
