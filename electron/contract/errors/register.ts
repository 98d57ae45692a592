import type { ErrorTable } from './entry.ts';

export const registerErrors = {
  'register.file_unreadable': { retry: 'after_fix' },
} as const satisfies ErrorTable;
