import type { Radio } from './model/basics.ts';

/** What decides how a repeater or lock is attached. */
export interface AttachSubject {
  readonly radio: Radio | null;
  /** Whether the code is known that the device itself would be paired with; a lock id is its own. */
  readonly hasCode: boolean;
}

/**
 * Over the air where the laptop can hear the device; one that sleeps is waited for. Else with the maintenance card at
 * its place: an RFnet lock, a laptop without Bluetooth, or a device whose code nobody knows.
 */
export function attachWay(
  { radio, hasCode }: AttachSubject,
  laptop: { readonly heard: boolean; readonly bluetoothOn: boolean },
): 'air' | 'card' {
  const mayWake = radio !== 'rf_net' && laptop.bluetoothOn;
  return hasCode && (laptop.heard || mayWake) ? 'air' : 'card';
}
