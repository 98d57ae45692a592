import type { ErrorTable } from './entry.ts';

export const commissionErrors = {
  'commission.cancelled': { retry: 'yes' },
} as const satisfies ErrorTable;
