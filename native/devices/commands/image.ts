import * as z from 'zod';
import { Group, ImageCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { bytes, empty, short } from '../fields.ts';

/** MCUmgr leaves a flag out where it is false. */
const flag = z.boolean().default(false);

const imageSlot = z.object({
  image: z.int().min(0).optional(),
  slot: z.int().min(0),
  version: short,
  /** SHA-256 of the image; absent where the slot holds none. */
  hash: bytes(1, 64).optional(),
  bootable: flag,
  pending: flag,
  confirmed: flag,
  active: flag,
  permanent: flag,
});
export type ImageSlot = z.output<typeof imageSlot>;

/** Which firmware stands in which slot (A14). */
export const readImages = defineCommand({
  name: 'firmware state',
  op: 'read',
  group: Group.image,
  command: ImageCommand.state,
  request: empty,
  response: z.object({ images: z.array(imageSlot).max(8) }),
});
