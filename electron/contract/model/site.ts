import * as z from 'zod';
import {
  idSchema,
  invitationSchema,
  languageSchema,
  problemSchema,
  siteStateSchema,
  timeSchema,
} from './basics.ts';
import { deviceSchema } from './device.ts';
import { stageSchema } from './outbox.ts';

/** What a rule found: where, how grave, and of which device it speaks. */
export const findingSchema = problemSchema.extend({
  severity: z.enum(['blocker', 'warning']),
  /** The device the finding is about; absent when it is about the site. */
  deviceId: idSchema.optional(),
  /** The step of the site where it can be cured. */
  step: z.enum(['customer', 'hardware', 'network', 'doors', 'handover']),
});
export type Finding = z.infer<typeof findingSchema>;

/** Doors of a site; each number holds the next one: tested doors are attached, attached ones planned. */
export const doorCountSchema = z.object({
  planned: z.int().nonnegative(),
  attached: z.int().nonnegative(),
  tested: z.int().nonnegative(),
});
export type DoorCount = z.infer<typeof doorCountSchema>;

/** What an installer would do next with a site; `count` doors, locks or findings where it says so. */
export const nextStepSchema = z.object({
  kind: z.enum([
    'start',
    'pair_hub',
    'set_network',
    'attach_locks',
    'test_doors',
    'clear_blockers',
    'finish',
    'see_outbox',
    'decide',
    'follow_owner',
    'none',
  ]),
  count: z.int().nonnegative(),
});
export type NextStep = z.infer<typeof nextStepSchema>;

/** One row of the list of sites. */
export const siteRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  city: z.string(),
  siteUid: z.string().nullable(),
  state: siteStateSchema,
  attention: problemSchema.nullable(),
  ownerName: z.string(),
  ownerEmail: z.string(),
  invitation: invitationSchema.nullable(),
  doors: doorCountSchema,
  /** Intents for the cloud that have not been sent. */
  unsent: z.int().nonnegative(),
  lastWorkedAt: timeSchema.nullable(),
  nextStep: nextStepSchema,
  /** MACs and lock ids, for search. */
  macs: z.array(z.string()),
});
export type SiteRow = z.infer<typeof siteRowSchema>;

export const ownerSchema = z.object({
  fullName: z.string().max(100),
  email: z.string().max(254),
  /** The address typed a second time; must equal `email` (OWNER_EMAIL_MISMATCH). */
  emailRepeated: z.string().max(254),
  language: languageSchema,
});
export const addressSchema = z.object({
  street: z.string().max(200),
  postcode: z.string().max(20),
  city: z.string().max(100),
});

/** What an installer enters about a site. Blank text means: not known yet. */
export const siteDataSchema = z.object({
  name: z.string().trim().min(1).max(100),
  businessType: z.string().max(40),
  /** ISO 3166-1 alpha-2, or blank. */
  country: z.string().max(2),
  /** IANA name, or blank. */
  timeZone: z.string().max(64),
  address: addressSchema,
  owner: ownerSchema,
  /** The tenant's name as the account shows it; blank means the account's only one. */
  tenant: z.string().max(100),
  voucher: z.string().max(40),
  notes: z.string().max(2000),
});
export type SiteData = z.infer<typeof siteDataSchema>;

/** A site with everything its screen shows. */
export const siteSchema = siteDataSchema.extend({
  id: idSchema,
  siteUid: z.string().nullable(),
  state: siteStateSchema,
  attention: problemSchema.nullable(),
  invitation: invitationSchema.nullable(),
  devices: z.array(deviceSchema),
  doors: doorCountSchema,
  findings: z.array(findingSchema),
  /** Rules that were looked at and hold. */
  passedRules: z.array(z.object({ code: problemSchema.shape.code, params: problemSchema.shape.params })),
  steps: z.array(
    z.object({
      step: findingSchema.shape.step,
      state: z.enum(['done', 'open', 'warning', 'blocker', 'not_yet']),
      done: z.int().nonnegative(),
      total: z.int().nonnegative(),
    }),
  ),
  stages: z.array(stageSchema),
  nextStep: nextStepSchema,
  /** What may still be entered: after the finish only what the cloud refused. */
  editable: z.enum(['all', 'voucher', 'nothing']),
  finishedAt: timeSchema.nullable(),
  finishedBy: z.string().nullable(),
  releasedAt: timeSchema.nullable(),
  savedAt: timeSchema,
});
export type Site = z.infer<typeof siteSchema>;
