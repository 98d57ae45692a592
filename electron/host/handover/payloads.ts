import * as z from 'zod';

/** Numbers of devices that the installer finished with. */
const expectedSchema = z.object({
  iqs: z.int().nonnegative(),
  repeaters: z.int().nonnegative(),
  locks: z.int().nonnegative(),
});
export type ExpectedCounts = z.infer<typeof expectedSchema>;

/** What `invite_owner` and `release` tell of the finish. */
export const finishPayloadSchema = z.object({
  /** By the laptop's clock. */
  finishedAt: z.number(),
  /** Cloud's clock minus the laptop's as known at the finish; null where none was measured yet (C4). */
  clockOffsetMs: z.number().nullable(),
  expected: expectedSchema,
});
export type FinishPayload = z.infer<typeof finishPayloadSchema>;

/** The owner's new address, for `update_installation` and `correct_invitation`. */
export const emailPayloadSchema = z.object({ email: z.string() });
