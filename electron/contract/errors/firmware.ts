import type { ErrorTable } from './entry.ts';

/** Firmware: image files, and what becomes of them on a device. */
export const firmwareErrors = {
  'firmware.file_unreadable': { retry: 'after_fix' },
  'firmware.not_an_image': { retry: 'after_fix' },
  'firmware.damaged': { retry: 'after_fix' },
  'firmware.too_large': { retry: 'after_fix' },
  'firmware.too_large_for_device': { retry: 'no' },
  'firmware.refused': { retry: 'no' },
  'firmware.not_there': { retry: 'yes' },
  'firmware.device_newer': { retry: 'no' },
  'firmware.stalled': { retry: 'yes' },
  'firmware.hash_refused': { retry: 'yes' },
  'firmware.hash_differs': { retry: 'yes' },
  'firmware.battery_low': { retry: 'after_fix' },
  'firmware.did_not_start': { retry: 'no' },
  'firmware.not_back': { retry: 'yes' },
  'firmware.slot_taken': { retry: 'yes' },
  'firmware.too_many': { retry: 'after_fix' },
  'firmware.image_gone': { retry: 'after_fix' },
  'firmware.other_model': { retry: 'after_fix' },
  'firmware.hub_gone': { retry: 'yes' },
  'firmware.some_failed': { retry: 'after_fix' },
} as const satisfies ErrorTable;
