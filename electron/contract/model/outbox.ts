import * as z from 'zod';
import { idSchema, problemSchema, timeSchema } from './basics.ts';

/** One stage of a site's way over the sill. */
export const outboxStages = [
  'site',
  'voucher',
  'hubs',
  'locks',
  'trees',
  'papers',
  'invitation',
  'release',
] as const;
export const stageSchema = z.object({
  stage: z.enum(outboxStages),
  state: z.enum(['done', 'running', 'resting', 'waiting', 'needs_person', 'not_needed']),
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
});
export type Stage = z.infer<typeof stageSchema>;

/** One site in the outbox. */
export const outboxSiteSchema = z.object({
  siteId: idSchema,
  siteName: z.string(),
  group: z.enum(['needs_person', 'running', 'resting', 'waiting', 'sent']),
  stages: z.array(stageSchema),
  problem: problemSchema.nullable(),
  /** When a resting site is tried again. */
  nextTryAt: timeSchema.nullable(),
  /** What happened, newest first, at most 20. */
  history: z.array(
    z.object({
      at: timeSchema,
      stage: z.enum(outboxStages),
      outcome: z.enum(['done', 'retry', 'paused', 'needs_person']),
      problem: problemSchema.nullable(),
    }),
  ),
});
export type OutboxSite = z.infer<typeof outboxSiteSchema>;

export const outboxSchema = z.object({
  sites: z.array(outboxSiteSchema),
  unsent: z.int().nonnegative(),
  sentToday: z.int().nonnegative(),
});
export type Outbox = z.infer<typeof outboxSchema>;
