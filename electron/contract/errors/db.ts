import type { ErrorTable } from './entry.ts';

/** The store: its file, its disk, its keys. */
export const dbErrors = {
  'db.from_newer_app': { retry: 'no' },
  'db.foreign_file': { retry: 'after_fix' },
  'db.not_there': { retry: 'after_fix' },
  'db.older_schema': { retry: 'after_fix' },
  'db.migration_failed': { retry: 'no' },

  'db.damaged': { retry: 'after_fix' },
  'db.restored': { retry: 'no' },
  'db.started_empty': { retry: 'no' },
  'db.file_exists': { retry: 'after_fix' },
  'db.backup_unusable': { retry: 'after_fix' },
  'db.row_unreadable': { retry: 'no' },

  'db.disk_full': { retry: 'after_fix' },
  'db.disk_error': { retry: 'after_fix' },
  'db.read_only': { retry: 'after_fix' },
  'db.cannot_open': { retry: 'after_fix' },
  'db.busy': { retry: 'yes' },
  'db.refused': { retry: 'no' },
  'db.request_frozen': { retry: 'no' },
  'db.lease_lost': { retry: 'yes' },

  'db.wrong_key': { retry: 'after_fix' },
  'db.key_missing': { retry: 'after_fix' },
  'db.key_file_missing': { retry: 'after_fix' },
  'db.key_file_not_private': { retry: 'after_fix' },
  'db.key_file_unreadable': { retry: 'after_fix' },
  'db.keychain_refused': { retry: 'after_fix' },
  'db.passphrase_empty': { retry: 'after_fix' },
  'db.sealed_unreadable': { retry: 'no' },
} as const satisfies ErrorTable;
