import * as z from 'zod';
import { Group, ImageCommand } from '../../smp/index.ts';
import { ANSWER_WITHIN_MS, defineCommand } from '../command.ts';
import { bytes, empty, integer, short, u32 } from '../fields.ts';

const u8 = integer(0, 255);

/** MCUmgr leaves a flag out where it is false. */
const flag = z.boolean().default(false);

const imageSlot = z.object({
  image: u8.optional(),
  slot: u8,
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

/**
 * Marks the image with that hash to be tried at the next restart (`confirm` false, with its `hash`), or keeps the
 * one that runs (`confirm` true, without) (A14).
 */
export const writeImages = defineCommand({
  name: 'firmware state',
  op: 'write',
  group: Group.image,
  command: ImageCommand.state,
  request: z.object({ hash: bytes(1, 64).optional(), confirm: z.boolean() }),
  response: z.object({ images: z.array(imageSlot).max(8).optional() }),
});

/** Erasing a slot, and the first and last chunk of an upload, take this long at most, in milliseconds (A9). */
const ERASE_WITHIN_MS = 30_000;

const chunk = (answerWithinMs: number) =>
  defineCommand({
    name: 'firmware upload',
    op: 'write',
    group: Group.image,
    command: ImageCommand.upload,
    answerWithinMs,
    request: z.object({
      image: u8.optional(),
      /** Of the whole image: in the first chunk only. */
      len: u32.optional(),
      off: u32,
      /** SHA-256 of the whole image: in the first chunk only. */
      sha: bytes(32, 32).optional(),
      data: bytes(1, 0xffff),
    }),
    response: z.object({ off: u32, match: z.boolean().optional() }),
  });

/** A piece of an image; the answer says where the next one begins (A14). */
export const writeChunk = chunk(ANSWER_WITHIN_MS);
/** The first or the last piece: the device erases, or checks the whole (A9). */
export const writeEdgeChunk = chunk(ERASE_WITHIN_MS);
export type ImageChunk = Parameters<typeof writeChunk.encode>[0];

/** Empties the slot that an upload goes to. */
export const eraseImage = defineCommand({
  name: 'firmware erase',
  op: 'write',
  group: Group.image,
  command: ImageCommand.erase,
  answerWithinMs: ERASE_WITHIN_MS,
  request: z.object({ slot: u8.optional() }),
  response: empty,
});
