import type { ErrorTable } from './entry.ts';

/** Work on devices: pairing a hub, its network, attaching, the door test. */
export const commissionErrors = {
  'commission.cancelled': { retry: 'yes' },
  'commission.step_timeout': { retry: 'yes' },
  'commission.failsafe_expired': { retry: 'yes' },
  'commission.wrong_device': { retry: 'after_fix' },
  'commission.tree_changed': { retry: 'yes' },
  'commission.tree_rule': { retry: 'after_fix' },
  'commission.parent_missing': { retry: 'after_fix' },
  'commission.not_in_tree': { retry: 'yes' },
  'commission.ticket_refused': { retry: 'yes' },
  'commission.lock_taken': { retry: 'after_fix' },
  'commission.not_attached': { retry: 'yes' },
  'commission.card_not_presented': { retry: 'yes' },
  'commission.check_failed': { retry: 'after_fix' },
  'commission.half_attached': { retry: 'after_fix' },
  'commission.detach_unconfirmed': { retry: 'yes' },
  'commission.detach_pending': { retry: 'after_fix' },
  'commission.has_children': { retry: 'after_fix' },
  'commission.reboot_loop': { retry: 'after_fix' },
  'commission.reset_unproven': { retry: 'yes' },
  'commission.still_attached': { retry: 'after_fix' },
  'commission.network_unproven': { retry: 'after_fix' },
} as const satisfies ErrorTable;
