import type { ErrorTable } from './entry.ts';

export const deviceErrors = {
  'device.timeout': { retry: 'yes' },
  'pairing.code_empty': { retry: 'after_fix' },
  'pairing.code_too_long': { retry: 'after_fix' },
  'pairing.code_not_ascii': { retry: 'after_fix' },
  'pairing.parameters': { retry: 'no' },
  'pairing.share_invalid': { retry: 'no' },
  'pairing.wrong_code': { retry: 'after_fix' },
} as const satisfies ErrorTable;
