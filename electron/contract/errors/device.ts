import type { ErrorTable } from './entry.ts';

export const deviceErrors = {
  'device.timeout': { retry: 'yes' },
} as const satisfies ErrorTable;
