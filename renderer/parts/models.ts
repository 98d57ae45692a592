import type { DeviceModel } from '../../electron/contract/model.ts';
import type { TextId, TextValues } from '../i18n/text.tsx';

/** The models of locks, as they are offered; each has a drawing and a name. */
export const lockModels = [
  'cylinder',
  'cylinder_pin',
  'escutcheon',
  'escutcheon_pin',
  'wall_reader',
  'wall_reader_pin',
] as const satisfies readonly DeviceModel[];

const named = [...lockModels, 'repeater'] as const;

/** A model in an installer's words; hubs, and models that are not known, are shown as they name themselves. */
export function modelText(t: (id: TextId, values?: TextValues) => string, model: string): string {
  const known = named.find((each) => each === model);
  return known === undefined ? model : t(`device.model.${known}`);
}

/** A find's model as the device names it, or as it is planned: on the air it has only an id, and none names a keypad. */
export function modelOfFind(found: string | null, planned: string | null): string | null {
  return found === null || planned === `${found}_pin` ? planned : found;
}
