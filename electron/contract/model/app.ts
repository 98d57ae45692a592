import * as z from 'zod';
import { deviceKindSchema, timeSchema } from './basics.ts';
import { adapterStateSchema } from './device.ts';

/** The state of the laptop's way to the cloud. */
export const cloudStateSchema = z.object({
  state: z.enum(['not_configured', 'signed_out', 'offline', 'online', 'signing_in']),
  since: timeSchema,
  lastAnswerAt: timeSchema.nullable(),
  /** Cloud's clock minus the laptop's, in milliseconds; null until measured. */
  clockOffsetMs: z.number().nullable(),
  /** The page to open in the browser while a sign-in waits for the person. */
  signInUrl: z.url().nullable(),
});
export type CloudState = z.infer<typeof cloudStateSchema>;

export const personSchema = z.object({ fullName: z.string(), email: z.string(), company: z.string() });

/** What the frame of the app shows on every screen. */
export const appStateSchema = z.object({
  version: z.string(),
  /** `unset` until the first start's question is answered. */
  mode: z.enum(['unset', 'practice', 'cloud']),
  person: personSchema.nullable(),
  cloud: cloudStateSchema,
  unsent: z.int().nonnegative(),
  needsPerson: z.int().nonnegative(),
  bluetooth: adapterStateSchema,
  heard: z.int().nonnegative(),
  cables: z.array(z.string()),
  tenants: z.array(z.string()),
  businessTypes: z.array(z.string()),
});
export type AppState = z.infer<typeof appStateSchema>;

/** The practice world: virtual devices and the embedded cloud. */
export const practiceSchema = z.object({
  cloudUrl: z.string(),
  mailboxUrl: z.string(),
  cloudReachable: z.boolean(),
  devices: z.array(
    z.object({
      mac: z.string(),
      kind: deviceKindSchema,
      model: z.string(),
      /** As printed on the virtual label. */
      activationCode: z.string(),
      powered: z.boolean(),
    }),
  ),
});
export type Practice = z.infer<typeof practiceSchema>;
