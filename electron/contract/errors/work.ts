import type { ErrorTable } from './entry.ts';

/** What can stand in the way of work on a device before a device is asked anything. */
export const workErrors = {
  'work.busy': { retry: 'after_fix' },
  'work.not_running': { retry: 'no' },
  'work.interrupted': { retry: 'yes' },
  'work.device_not_found': { retry: 'after_fix' },
  'work.other_device': { retry: 'after_fix' },
  'work.hub_not_paired': { retry: 'after_fix' },
  'work.no_activation_code': { retry: 'after_fix' },
  'work.not_attached': { retry: 'after_fix' },
  'work.no_way': { retry: 'no' },
  'work.same_hub': { retry: 'after_fix' },
  'work.device_elsewhere': { retry: 'after_fix' },
  'work.no_mac': { retry: 'after_fix' },
  'work.too_many_ports': { retry: 'after_fix' },
  'work.no_wifi_kept': { retry: 'after_fix' },
  'practice.off': { retry: 'no' },
} as const satisfies ErrorTable;
