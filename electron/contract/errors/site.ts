import type { ErrorTable } from './entry.ts';

/** Sites and their devices as data. Those with a severity are found by the rules. */
export const siteErrors = {
  'site.not_found': { retry: 'no' },
  'site.device_not_found': { retry: 'no' },
  'site.finished': { retry: 'no' },
  'site.in_work': { retry: 'no' },
  'site.not_ready': { retry: 'after_fix' },
  'site.name_taken': { retry: 'after_fix' },
  'site.parent_wrong': { retry: 'after_fix' },
  'site.device_has_children': { retry: 'after_fix' },
  'site.kind_differs': { retry: 'after_fix' },
  'site.no_hub': { retry: 'after_fix', severity: 'blocker' },
  'site.field_missing': { retry: 'after_fix', severity: 'blocker' },
  'site.country_unknown': { retry: 'after_fix', severity: 'blocker' },
  'site.time_zone_unknown': { retry: 'after_fix', severity: 'blocker' },
  'site.business_type_unknown': { retry: 'after_fix', severity: 'blocker' },
  'site.voucher_form': { retry: 'after_fix', severity: 'blocker' },
} as const satisfies ErrorTable;
