import * as z from 'zod';
import {
  deviceKindSchema,
  deviceModelSchema,
  deviceStateSchema,
  idSchema,
  problemSchema,
  radioSchema,
  timeSchema,
} from './basics.ts';
import { reachSchema } from './network.ts';

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
  batteryAt: timeSchema.nullable(),
  heardAt: timeSchema.nullable(),
  checks: z.array(doorCheckResultSchema),
  /** Whether the hub's way to the cloud was measured and held (IQ only). */
  networkProven: z.boolean(),
  /** What it measured last of that way; null until it did (IQ only). */
  reach: reachSchema.nullable(),
  /** MAC of the hub that it still believes to belong to, though it was not told to leave; else null. */
  heldByHub: z.string().nullable(),
  /** Registered in the cloud. */
  registered: z.boolean(),
  subscription: z.enum(['subscribed', 'suspended']).nullable(),
});
export type Device = z.infer<typeof deviceSchema>;

/** One way to a device that is seen now. */
export const foundWaySchema = z.object({
  transport: z.enum(['usb', 'bluetooth']),
  /** Path of the port, or blank. */
  place: z.string(),
  rssi: z.number().nullable(),
  lastSeenAt: timeSchema,
  /** Why it cannot be gone now; `serial.port_gone` for a while after the cable was pulled. */
  problem: problemSchema.nullable(),
});
export type FoundWay = z.infer<typeof foundWaySchema>;

/** How a device is (A52); what it has not is null. */
export const healthSchema = z.object({
  at: timeSchema,
  upSeconds: z.int().nonnegative(),
  /** `off`, or pattern and colour, e.g. `blink_red` (A52). */
  lamp: z.string().max(64),
  /** Packets thrown away since the session began. */
  dropped: z.int().nonnegative(),
  batteryPercent: z.int().nullable(),
  /** dBm of its own radio. */
  rssi: z.int().nullable(),
  celsius: z.int().nullable(),
  door: z.enum(['open', 'closed']).nullable(),
});
export type Health = z.infer<typeof healthSchema>;

/** What could be measured of a device now: what its hub hears of it, and what it says itself. */
export const measureSchema = z.object({
  /** As its hub hears it; null for a hub, and where the hub could not be asked. */
  heard: z.object({ rssi: z.int().nullable(), secondsAgo: z.int().nullable() }).nullable(),
  /** What the device says of itself; null where it could not be asked. */
  health: healthSchema.nullable(),
  /** Why one of both is missing. */
  problem: problemSchema.nullable(),
});
export type Measure = z.infer<typeof measureSchema>;

/** One entry of a device's own log (A53). */
export const logEntrySchema = z.object({
  number: z.int().nonnegative(),
  /** Null where the device's clock was not set. */
  at: timeSchema.nullable(),
  code: z.string().max(64),
  /** What else the entry says, as text. */
  detail: z.record(z.string(), z.string()),
  /** So many older entries are lost between this one and the one before. */
  lostBefore: z.int().nonnegative(),
});
export type DeviceLogEntry = z.infer<typeof logEntrySchema>;

/** One thing that somebody did with a device, as the laptop wrote it down. */
export const deviceActSchema = z.object({ at: timeSchema, person: z.string(), action: z.string().max(100) });
export type DeviceAct = z.infer<typeof deviceActSchema>;

/** A stretch of a device's log, oldest first. */
export const deviceLogSchema = z.object({
  entries: z.array(logEntrySchema).max(512),
  /** The number to ask after for more; null where there is no more. */
  next: z.int().nonnegative().nullable(),
});
export type DeviceLog = z.infer<typeof deviceLogSchema>;

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
  /** Every way to it, the preferred one first. */
  ways: z.array(foundWaySchema).min(1),
  /** The planned device with the same MAC, in any site. */
  planned: z
    .object({ siteId: idSchema, siteName: z.string(), deviceId: idSchema, deviceName: z.string() })
    .nullable(),
});
export type FoundDevice = z.infer<typeof foundDeviceSchema>;

export const adapterStateSchema = z.enum(['on', 'off', 'absent', 'forbidden', 'stuck', 'unknown']);
export type AdapterState = z.infer<typeof adapterStateSchema>;

/** A serial port of this laptop, or one that was added by path. */
export const foundPortSchema = z.object({
  path: z.string(),
  /** Whether it is spoken to unasked, by its USB ids. */
  known: z.boolean(),
  addedByPath: z.boolean(),
  /** What the system or the maker calls it. */
  name: z.string().nullable(),
});
export type FoundPort = z.infer<typeof foundPortSchema>;

/** What the cable and the radio show now. */
export const discoverySchema = z.object({
  devices: z.array(foundDeviceSchema),
  ports: z.array(foundPortSchema),
  bluetooth: adapterStateSchema,
  /** What keeps Bluetooth from hearing anything; null where it works or has not answered yet. */
  bluetoothProblem: problemSchema.nullable(),
});
export type Discovery = z.infer<typeof discoverySchema>;
