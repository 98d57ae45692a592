import * as z from 'zod';
import { type DeviceModel, idSchema, problemSchema, timeSchema } from './basics.ts';

/** The models as devices name them: firmware is the same with and without a keypad (A16). */
export const firmwareModels = [
  'IQ2',
  'IQ3',
  'IQ3 Mini',
  'repeater',
  'cylinder',
  'escutcheon',
  'wall_reader',
] as const;
export const firmwareModelSchema = z.enum(firmwareModels);
export type FirmwareModel = z.infer<typeof firmwareModelSchema>;

/** A firmware image that is kept on this laptop. */
export const firmwareImageSchema = z.object({
  id: idSchema,
  /** As the file was called that it came from. */
  fileName: z.string().max(255),
  /** What it is for, as the person said: an image does not tell. */
  model: firmwareModelSchema,
  version: z.string().max(64),
  bytes: z.int().positive(),
  /** SHA-256 as the boot loader checks it, in hex. */
  hash: z.string().length(64),
  importedAt: timeSchema,
});
export type FirmwareImage = z.infer<typeof firmwareImageSchema>;

/** All images of this laptop; of each model the newest first. */
export const firmwareSchema = z.object({ images: z.array(firmwareImageSchema) });
export type Firmware = z.infer<typeof firmwareSchema>;

/** What became of one device of a firmware update. */
export const firmwareResultSchema = z.object({
  deviceId: idSchema,
  /** `unchanged`: it ran this firmware already. */
  outcome: z.enum(['updated', 'unchanged', 'failed']),
  /** Why it failed; the device runs what it ran before. */
  problem: problemSchema.nullable(),
});
export type FirmwareResult = z.infer<typeof firmwareResultSchema>;

/** The model whose firmware a device takes; undefined where its own is not known. */
export function firmwareModelOf(model: DeviceModel | null): FirmwareModel | undefined {
  return firmwareModels.find((named) => named === model || `${named}_pin` === model);
}
