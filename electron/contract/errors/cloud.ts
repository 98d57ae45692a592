import type { ErrorTable } from './entry.ts';

export const cloudErrors = {
  'cloud.offline': { retry: 'yes' },
} as const satisfies ErrorTable;
