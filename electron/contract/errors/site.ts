import type { ErrorTable } from './entry.ts';

export const siteErrors = {
  'site.not_found': { retry: 'no' },
  'site.finished': { retry: 'no' },
  'site.name_missing': { retry: 'after_fix' },
  'site.not_ready': { retry: 'after_fix' },
} as const satisfies ErrorTable;
