import * as z from 'zod';
import { idSchema, problemSchema } from './basics.ts';

/** A fault of a register: where it stands and what is wrong. Rows count from 1, the head is row 1. */
export const registerProblemSchema = problemSchema.extend({
  row: z.int().positive().nullable(),
  column: z.string().nullable(),
  site: z.string().nullable(),
  severity: z.enum(['blocker', 'warning']),
});
export type RegisterProblem = z.infer<typeof registerProblemSchema>;

export const registerPreviewSchema = z.object({
  previewId: idSchema,
  fileName: z.string(),
  sites: z.array(
    z.object({
      name: z.string(),
      change: z.enum(['new', 'changed', 'unchanged']),
      hubs: z.int(),
      repeaters: z.int(),
      doors: z.int(),
    }),
  ),
  /** All faults of all rows; a register with a blocker cannot be accepted. */
  problems: z.array(registerProblemSchema),
});
export type RegisterPreview = z.infer<typeof registerPreviewSchema>;
