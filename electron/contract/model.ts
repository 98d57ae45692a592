import * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import { isErrorCode } from './errors.ts';

/** An id made here: UUIDv7, so that ids sort by the time they were made. */
export const idSchema = z.uuid();
/** A moment as RFC 3339 in UTC. */
export const timeSchema = z.iso.datetime();

/** A failure or finding as data: a code of the error table and what its text may name. */
export const problemSchema = z.object({
  code: z.custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value)),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** What a rule found: where, how grave, and of which device it speaks. */
export const findingSchema = problemSchema.extend({
  severity: z.enum(['blocker', 'warning']),
  /** The device the finding is about; absent when it is about the site. */
  deviceId: idSchema.optional(),
  /** The step of the site where it can be cured. */
  step: z.enum(['customer', 'hardware', 'network', 'doors', 'handover']),
});
export type Finding = z.infer<typeof findingSchema>;

export const siteStates = [
  'planned',
  'in_progress',
  'installed',
  'handing_over',
  'released',
  'return_visit',
] as const;
export const siteStateSchema = z.enum(siteStates);
export type SiteState = z.infer<typeof siteStateSchema>;

export const deviceStates = [
  'planned',
  'code_captured',
  'found',
  'paired',
  'configured',
  'attach_pending',
  'attached',
  'tested',
  'faulty',
  'detach_pending',
  'detached',
] as const;
export const deviceStateSchema = z.enum(deviceStates);
export type DeviceState = z.infer<typeof deviceStateSchema>;

export const deviceKinds = ['iq', 'repeater', 'lock'] as const;
export const deviceKindSchema = z.enum(deviceKinds);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/** Models as a device names itself (A16). A lock with a keypad says so by the capability `pin`. */
export const deviceModels = [
  'IQ2',
  'IQ3',
  'IQ3 Mini',
  'repeater',
  'cylinder',
  'escutcheon',
  'wall_reader',
] as const;
export const deviceModelSchema = z.enum(deviceModels);
export type DeviceModel = z.infer<typeof deviceModelSchema>;

export const radioSchema = z.enum(['blue_net', 'rf_net']);
export type Radio = z.infer<typeof radioSchema>;

export const languages = ['en', 'es', 'de', 'fr', 'nl'] as const;
export const languageSchema = z.enum(languages);
export type Language = z.infer<typeof languageSchema>;

export const invitationStates = [
  'not_sent',
  'queued',
  'sent',
  'accepted',
  'expired',
  'bounced',
  'account_exists',
] as const;
export const invitationSchema = z.object({
  state: z.enum(invitationStates),
  email: z.string(),
  sentAt: timeSchema.nullable(),
  expiresAt: timeSchema.nullable(),
  acceptedAt: timeSchema.nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

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

export const doorChecks = [
  'heard',
  'lamp_buzzer',
  'motor',
  'handle',
  'valid_tag',
  'foreign_tag',
  'latch',
] as const;
export const doorCheckSchema = z.enum(doorChecks);
export type DoorCheck = z.infer<typeof doorCheckSchema>;

/** The newest result of one check at one door, with its witness. */
export const doorCheckResultSchema = z.object({
  check: doorCheckSchema,
  result: z.enum(['passed', 'failed']),
  /** `lock` or `hub` where a device judged, else the person's name. */
  by: z.string(),
  at: timeSchema,
  /** A measured value or the device's short token, e.g. `-61 dBm` or `jammed`; may be empty. */
  detail: z.string(),
});
export type DoorCheckResult = z.infer<typeof doorCheckResultSchema>;

/** A planned place in a site's tree and the device bound to it. A lock's place is a door. */
export const deviceSchema = z.object({
  id: idSchema,
  siteId: idSchema,
  parentId: idSchema.nullable(),
  /** Order below the same parent is data (A45). */
  position: z.int().nonnegative(),
  kind: deviceKindSchema,
  name: z.string(),
  model: deviceModelSchema.nullable(),
  radio: radioSchema.nullable(),
  /** `HH.HH.HH` or a 14-character lock id; null until bound. */
  mac: z.string().nullable(),
  hasActivationCode: z.boolean(),
  door: z.string(),
  floor: z.string(),
  notes: z.string(),
  state: deviceStateSchema,
  serial: z.string().nullable(),
  firmware: z.string().nullable(),
  /** dBm as heard by the hub. */
  rssi: z.int().nullable(),
  batteryPercent: z.int().nullable(),
  heardAt: timeSchema.nullable(),
  checks: z.array(doorCheckResultSchema),
  /** Whether the hub's way to the cloud was measured and held (IQ only). */
  networkProven: z.boolean(),
  /** Registered in the cloud. */
  registered: z.boolean(),
  subscription: z.enum(['subscribed', 'suspended']).nullable(),
});
export type Device = z.infer<typeof deviceSchema>;

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
  finishedAt: timeSchema.nullable(),
  finishedBy: z.string().nullable(),
  releasedAt: timeSchema.nullable(),
  savedAt: timeSchema,
});
export type Site = z.infer<typeof siteSchema>;

/** A device seen now, on the cable or on the air, and what the plan knows of it. */
export const foundDeviceSchema = z.object({
  id: z.string().max(300),
  transport: z.enum(['usb', 'bluetooth']),
  /** Path of the port, or blank. */
  place: z.string(),
  kind: z.enum(['iq', 'repeater', 'lock', 'unknown']),
  mac: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  state: z.enum(['factory', 'pairing_open', 'commissioned']).nullable(),
  rssi: z.number().nullable(),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
  problem: problemSchema.nullable(),
  connected: z.boolean(),
  /** The planned device with the same MAC, in any site. */
  planned: z
    .object({ siteId: idSchema, siteName: z.string(), deviceId: idSchema, deviceName: z.string() })
    .nullable(),
});
export type FoundDevice = z.infer<typeof foundDeviceSchema>;

export const adapterStateSchema = z.enum(['on', 'off', 'absent', 'forbidden', 'unknown']);

/** What the cable and the radio show now. */
export const discoverySchema = z.object({
  devices: z.array(foundDeviceSchema),
  bluetooth: adapterStateSchema,
});
export type Discovery = z.infer<typeof discoverySchema>;

/** What a person's hands must do before the work can go on. */
export const handSchema = z.enum(['press_button', 'present_card', 'wake_lock', 'enter_code']);

/** Work on a device that runs now or has just ended; one at a time. */
export const workSchema = z.object({
  id: idSchema,
  kind: z.enum(['pair_hub', 'configure_network', 'attach', 'test_door']),
  siteId: idSchema,
  /** The devices it works on; the one in hand first. */
  deviceIds: z.array(idSchema),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(
    z.object({ id: z.string(), state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']) }),
  ),
  fraction: z.number().min(0).max(1).nullable(),
  needs: handSchema.nullable(),
  /** Since when the current step runs. */
  since: timeSchema,
  /** When the devices go back to what they were unless the work is confirmed; null when nothing is armed. */
  failsafeEndsAt: timeSchema.nullable(),
  /** The check a person is asked to judge at the door. */
  question: doorCheckSchema.nullable(),
  problem: problemSchema.nullable(),
});
export type Work = z.infer<typeof workSchema>;

/** A network as `configureNetwork` writes it (A41). The passphrase is never read back. */
export const networkSchema = z.object({
  eth: z
    .object({
      dhcp: z.boolean(),
      addr: z.string().max(15).optional(),
      mask: z.string().max(15).optional(),
      gw: z.string().max(15).optional(),
      dns: z.array(z.string().max(15)).max(2).optional(),
    })
    .nullable(),
  wifi: z
    .object({
      ssid: z.string().min(1).max(32),
      sec: z.enum(['open', 'wpa', 'wpa2']),
      psk: z.string().min(8).max(64).optional(),
    })
    .nullable(),
  cell: z.object({ apn: z.string().max(100) }).nullable(),
  order: z.array(z.enum(['eth', 'wifi', 'cell'])).max(3),
});
export type Network = z.infer<typeof networkSchema>;

/** What the hub itself measured of its way to the cloud (A43). */
export const reachSchema = z.object({
  at: timeSchema,
  link: z.enum(['eth', 'wifi', 'cell', 'none']),
  ip: z.string(),
  gateway: z.boolean(),
  dns: z.boolean(),
  targets: z.array(z.object({ host: z.string(), port: z.int(), ok: z.boolean(), ms: z.int() })),
  update: z.boolean(),
  time: z.boolean(),
});
export type Reach = z.infer<typeof reachSchema>;

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
