import { type DeviceModel, deviceModels } from '../../contract/index.ts';

/** The model that a lock with a keypad names: the keypad itself is the capability `pin` (A16). */
const withoutKeypad = {
  cylinder_pin: 'cylinder',
  escutcheon_pin: 'escutcheon',
  wall_reader_pin: 'wall_reader',
} as const satisfies Partial<Record<DeviceModel, DeviceModel>>;
type KeypadModel = keyof typeof withoutKeypad;

/** A model as a device names it (A16). */
export type NamedModel = Exclude<DeviceModel, KeypadModel>;

/** What a device says of its model; without `caps` where it was not asked for them. */
export interface ModelClaim {
  readonly model: string | null;
  readonly caps?: readonly string[];
}

/**
 * The model that a device is, from what it says and what was planned. Where its capabilities are not known, a keypad
 * that is planned on the named model stays planned; a model that has no name here changes nothing.
 */
export function modelOf(claim: ModelClaim, planned: DeviceModel | null): DeviceModel | null {
  const named = deviceModels.find((known): known is NamedModel => known === claim.model && !hasKeypad(known));
  if (named === undefined) return planned;
  const keypad = deviceModels.find((known) => hasKeypad(known) && withoutKeypad[known] === named);
  if (keypad === undefined) return named;
  const present = claim.caps === undefined ? planned === keypad : claim.caps.includes('pin');
  return present ? keypad : named;
}

/** A model as its device says it: the name, and whether there is the capability `pin` (A16). */
export function saidOf(model: DeviceModel): { readonly model: NamedModel; readonly pin: boolean } {
  return hasKeypad(model) ? { model: withoutKeypad[model], pin: true } : { model, pin: false };
}

function hasKeypad(model: DeviceModel): model is KeypadModel {
  return model in withoutKeypad;
}
