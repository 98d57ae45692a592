import { type DeviceKind, type DeviceState, kindOf, stateOf } from '../identity.ts';

/** The service of SMP, as a device advertises it: lower case, without dashes. */
export const SMP_SERVICE_UUID = '8d53dc1d1db74cd3868b8a527460aa84';
/** The characteristic that carries SMP packets. */
export const SMP_CHARACTERISTIC_UUID = 'da2e7828fbce4e01ae9e261174997c48';

/** What a device says of itself in its advertisement. */
export type DeviceAdvertisement =
  | {
      readonly known: true;
      readonly kind: DeviceKind;
      readonly state: DeviceState;
      /** Spelled as in `identity.mac` (A16). */
      readonly mac: string;
    }
  /** A format that this app does not know: shown, not spoken to (A15). */
  | { readonly known: false; readonly version: number };

/** Company id `FFFF`, until the vendor's own is used (A15). */
const COMPANY = 0xff;
const VERSION_OFFSET = 2;
const KIND_OFFSET = 3;
const STATE_OFFSET = 4;
const ID_OFFSET = 5;
const LENGTH = 12;
const VERSION = 1;

/**
 * Reads what a peripheral has advertised so far (A15).
 * @param serviceUuids lower case without dashes
 * @param manufacturerData with the company id in front, as on air; more than 12 bytes are ignored
 * @returns null where it is no device of ours, not complete yet, or malformed
 */
export function parseAdvertisement(
  serviceUuids: readonly string[],
  manufacturerData: Uint8Array | null,
): DeviceAdvertisement | null {
  if (manufacturerData === null || !serviceUuids.includes(SMP_SERVICE_UUID)) return null;
  if (manufacturerData[0] !== COMPANY || manufacturerData[1] !== COMPANY) return null;
  const version = manufacturerData[VERSION_OFFSET];
  if (version === undefined) return null;
  if (version !== VERSION) return { known: false, version };
  if (manufacturerData.length < LENGTH) return null;
  const kind = kindOf(manufacturerData[KIND_OFFSET]);
  const state = stateOf(manufacturerData[STATE_OFFSET]);
  if (kind === null || state === null) return null;
  return { known: true, kind, state, mac: macOf(manufacturerData.subarray(ID_OFFSET, LENGTH)) };
}

/** Seven bytes are a BLUEnet lock id; a MAC of three bytes stands behind four zeros. */
function macOf(id: Uint8Array): string {
  const bytes = Array.from(id, (byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  return id.subarray(0, 4).every((byte) => byte === 0) ? bytes.slice(4).join('.') : bytes.join('');
}
