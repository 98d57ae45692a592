import type { Problem } from '../../electron/contract/errors.ts';
import type { Discovery } from '../../electron/contract/model.ts';

const codes = {
  off: 'ble.adapter_off',
  absent: 'ble.adapter_absent',
  forbidden: 'ble.forbidden',
} as const;

/** What keeps the laptop's Bluetooth from hearing anything, with its cure; null where it works or is not known yet. */
export function bluetoothProblem(state: Discovery['bluetooth']): Problem | null {
  return state === 'on' || state === 'unknown' ? null : { code: codes[state], params: {} };
}
