import type { ErrorTable } from './entry.ts';

export const transportErrors = {
  'serial.permission_denied': { retry: 'after_fix' },
} as const satisfies ErrorTable;
