import type { ErrorTable } from './entry.ts';

export const appErrors = {
  'app.internal': { retry: 'no' },
  'app.already_running': { retry: 'after_fix' },
  'app.bad_request': { retry: 'no' },
  'app.host_restarting': { retry: 'yes' },
  'app.host_stopped': { retry: 'after_fix' },
  'app.session_refused': { retry: 'after_fix' },
  'app.address_in_use': { retry: 'after_fix' },
  'app.bad_option': { retry: 'after_fix' },
  'app.data_folder': { retry: 'after_fix' },
} as const satisfies ErrorTable;
