import type { ErrorTable } from './entry.ts';

export const accountErrors = {
  'account.signed_out': { retry: 'after_fix' },
  'account.sign_in_cancelled': { retry: 'after_fix' },
  'account.sign_in_timeout': { retry: 'yes' },
  'account.sign_in_failed': { retry: 'after_fix' },
  'account.session_expired': { retry: 'after_fix' },
  'account.other_company': { retry: 'after_fix' },
  'account.cloud_not_configured': { retry: 'after_fix' },
} as const satisfies ErrorTable;
