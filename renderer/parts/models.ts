import type { TextId, TextValues } from '../i18n/text.tsx';

const named = ['cylinder', 'escutcheon', 'wall_reader', 'repeater'] as const;

/** A model in an installer's words; hubs, and models that are not known, are shown as they name themselves. */
export function modelText(t: (id: TextId, values?: TextValues) => string, model: string): string {
  const known = named.find((each) => each === model);
  return known === undefined ? model : t(`device.model.${known}`);
}
