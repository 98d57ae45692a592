import { CodedError } from '../../../electron/contract/errors.ts';
import { systemOf } from '../system.ts';
import { type RadioBlock, radioBlock } from './linux-adapter.ts';
import type { AdapterState } from './port.ts';

/** What the cure of an adapter depends on. */
export interface AdapterCircumstances {
  readonly platform: NodeJS.Platform;
  /** What keeps the radio off beside the adapter's own switch; only Linux tells. */
  readonly block: RadioBlock;
  /** Path of the running program, which needs the capabilities on Linux. */
  readonly program: string;
}

/**
 * What keeps the laptop's Bluetooth from hearing anything, with all that its text names, so that the cure is
 * that of this system; null where it works or has not answered yet.
 */
export function adapterProblem(
  state: AdapterState,
  circumstances: AdapterCircumstances = adapterCircumstances(),
): CodedError | null {
  const { platform, block, program } = circumstances;
  const system = systemOf(platform);
  switch (state) {
    case 'off':
      return new CodedError('ble.adapter_off', { system, block });
    case 'absent':
      return new CodedError('ble.adapter_absent', { system });
    case 'forbidden':
      return new CodedError('ble.forbidden', { system, program });
    case 'stuck':
      return new CodedError('ble.adapter_stuck', { system });
    case 'on':
    case 'unknown':
      return null;
  }
}

/** The circumstances of this process on this computer. */
function adapterCircumstances(): AdapterCircumstances {
  const { platform, execPath } = process;
  return { platform, block: platform === 'linux' ? radioBlock() : 'none', program: execPath };
}
