import * as z from 'zod';
import { idSchema, problemSchema, timeSchema } from './basics.ts';
import { doorCheckSchema } from './device.ts';

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
