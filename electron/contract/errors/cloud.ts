import type { ErrorTable } from './entry.ts';

/**
 * The way to the cloud. `cloud.<code>` are the codes of the cloud's own contract (openapi.yaml, Errors), told to
 * the person; the others are what this side makes of silence and of answers that are no contract's.
 */
export const cloudErrors = {
  // This side's own.
  'cloud.offline': { retry: 'yes' },
  'cloud.no_answer': { retry: 'yes' },
  'cloud.certificate_refused': { retry: 'after_fix' },
  'cloud.unreadable_answer': { retry: 'yes' },
  'cloud.refused': { retry: 'after_fix' },
  'cloud.not_visible_yet': { retry: 'yes' },
  'cloud.waits_for_correction': { retry: 'yes' },
  'cloud.device_incomplete': { retry: 'after_fix' },
  'cloud.intent_too_old': { retry: 'after_fix' },

  // The cloud's.
  'cloud.invalid_id': { retry: 'no' },
  'cloud.validation_failed': { retry: 'after_fix' },
  'cloud.idempotency_key_invalid': { retry: 'no' },
  'cloud.token_invalid': { retry: 'yes' },
  'cloud.forbidden': { retry: 'after_fix' },
  'cloud.not_found': { retry: 'after_fix' },
  'cloud.method_not_allowed': { retry: 'no' },
  'cloud.idempotency_in_progress': { retry: 'yes' },
  'cloud.activation_code_taken': { retry: 'after_fix' },
  'cloud.device_in_tree': { retry: 'after_fix' },
  'cloud.iq_not_empty': { retry: 'after_fix' },
  'cloud.detach_pending': { retry: 'yes' },
  'cloud.registration_incomplete': { retry: 'after_fix' },
  'cloud.invitation_exists': { retry: 'no' },
  'cloud.invitation_missing': { retry: 'after_fix' },
  'cloud.invitation_bounced': { retry: 'after_fix' },
  'cloud.invitation_closed': { retry: 'no' },
  'cloud.owner_email_locked': { retry: 'after_fix' },
  'cloud.installation_released': { retry: 'no' },
  'cloud.voucher_unusable': { retry: 'after_fix' },
  'cloud.precondition_failed': { retry: 'yes' },
  'cloud.payload_too_large': { retry: 'no' },
  'cloud.unsupported_media_type': { retry: 'no' },
  'cloud.idempotency_key_reused': { retry: 'no' },
  'cloud.activation_code_rejected': { retry: 'after_fix' },
  'cloud.tree_invalid': { retry: 'after_fix' },
  'cloud.voucher_unknown': { retry: 'after_fix' },
  'cloud.document_invalid': { retry: 'no' },
  'cloud.precondition_required': { retry: 'no' },
  'cloud.rate_limited': { retry: 'yes' },
  'cloud.internal': { retry: 'yes' },
  'cloud.unavailable': { retry: 'yes' },

  // The owner's way in, as the cloud last told it (S5, S7, C27).
  'invitation.bounced': { retry: 'after_fix' },
  'invitation.expired': { retry: 'after_fix' },
} as const satisfies ErrorTable;
