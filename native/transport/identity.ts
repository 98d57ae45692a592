/** What a device is, in the app's words. */
export type DeviceKind = 'iq' | 'repeater' | 'lock';
/** Where a device stands, in the app's words. */
export type DeviceState = 'factory' | 'pairing_open' | 'commissioned';

/** What a device says about itself when it is asked in the open: a claim, until it is paired (A34). */
export interface Identity {
  readonly kind: DeviceKind | 'unknown';
  /** `HH.HH.HH`, or the 14 characters of a BLUEnet lock id (A16). */
  readonly mac: string;
  readonly model: string;
  readonly serial: string;
  readonly state: DeviceState | null;
}

const KINDS: Readonly<Record<number, DeviceKind>> = { 1: 'iq', 2: 'repeater', 3: 'lock' };
const STATES: Readonly<Record<number, DeviceState>> = { 0: 'factory', 1: 'pairing_open', 2: 'commissioned' };

/** The kind behind the protocol's number (A15, A16), or null. */
export function kindOf(number: number | undefined): DeviceKind | null {
  return KINDS[number ?? -1] ?? null;
}

/** The state behind the protocol's number (A15, A16), or null. */
export function stateOf(number: number | undefined): DeviceState | null {
  return STATES[number ?? -1] ?? null;
}

/** What the finder wants to know, from the numbers of an `identity` response. */
export function identityOf(response: {
  readonly kind: number;
  readonly mac: string;
  readonly model: string;
  readonly serial: string;
  readonly state: number;
}): Identity {
  const { kind, mac, model, serial, state } = response;
  return { kind: kindOf(kind) ?? 'unknown', mac, model, serial, state: stateOf(state) };
}
