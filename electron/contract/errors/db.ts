import type { ErrorTable } from './entry.ts';

export const dbErrors = {
  'db.from_newer_app': { retry: 'no' },
} as const satisfies ErrorTable;
