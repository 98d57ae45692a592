import * as z from 'zod';
import { deviceKindSchema, problemSchema, timeSchema } from './basics.ts';
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

/** A damaged data file was set aside: what took its place, and what is missing since. */
export const recoverySchema = z.object({
  problem: problemSchema,
  /** `all`: the site is gone; `newest`: it is as it was when the backup was made. */
  sites: z.array(z.object({ name: z.string(), lost: z.enum(['all', 'newest']) })).max(200),
  /** How many more sites there are. */
  more: z.int().nonnegative(),
  /** Whether the whole damaged file could be read for this; else more may be missing. */
  complete: z.boolean(),
});
export type Recovery = z.infer<typeof recoverySchema>;

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
  /** Why nothing can be saved at the moment; null when it can. */
  unsaved: problemSchema.nullable(),
  /** Until the person has read it. */
  recovery: recoverySchema.nullable(),
  tenants: z.array(z.string()),
  businessTypes: z.array(z.string()),
});
export type AppState = z.infer<typeof appStateSchema>;

/** What can be wrong with a virtual device. */
export const practiceFaultSchema = z.enum([
  'silence',
  'link_lost',
  'busy_port',
  'restart',
  'drop_request',
  'drop_answer',
  'double_answer',
  'wrong_crc',
  'text_noise',
  'slow',
  'busy',
  'version_1',
  'weak_radio',
  'flat_battery',
  'jammed',
  'detach_hangs',
  'slow_flash',
  'wrong_image_hash',
  'image_does_not_start',
]);
export type PracticeFault = z.infer<typeof practiceFaultSchema>;

/** What stands around the virtual hubs of a site. */
export const practiceSurroundingsSchema = z.object({
  /** A network cable with a router behind it is plugged in. */
  cable: z.boolean(),
  internet: z.boolean(),
});

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
      /** Pattern and colour of the LED (A52). */
      led: z.string(),
      faults: z.array(practiceFaultSchema),
      /** How far the laptop stands from it. */
      metres: z.number(),
      /** dBm at which the laptop hears it; null where it does not. */
      rssi: z.number().nullable(),
    }),
  ),
  surroundings: practiceSurroundingsSchema,
});
export type Practice = z.infer<typeof practiceSchema>;
