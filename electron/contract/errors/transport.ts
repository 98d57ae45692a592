import type { ErrorTable } from './entry.ts';

/** Ways to a device: serial ports, Bluetooth, and the list of what was found. */
export const transportErrors = {
  'serial.permission_denied': { retry: 'after_fix' },
  'serial.port_busy': { retry: 'after_fix' },
  'serial.no_such_port': { retry: 'after_fix' },
  'serial.port_gone': { retry: 'after_fix' },
  'serial.port_stuck': { retry: 'after_fix' },
  'serial.noise': { retry: 'after_fix' },
  'serial.not_a_device': { retry: 'after_fix' },
  'ble.adapter_off': { retry: 'after_fix' },
  'ble.adapter_absent': { retry: 'after_fix' },
  'ble.adapter_stuck': { retry: 'after_fix' },
  'ble.forbidden': { retry: 'after_fix' },
  'ble.unreachable': { retry: 'yes' },
  'ble.lost': { retry: 'yes' },
  'ble.not_a_device': { retry: 'no' },
  'ble.unknown_version': { retry: 'no' },
  'finder.not_found': { retry: 'yes' },
  'finder.device_in_use': { retry: 'yes' },
} as const satisfies ErrorTable;
