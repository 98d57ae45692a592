import * as z from 'zod';
import { idSchema, problemSchema, timeSchema } from './basics.ts';
import { doorCheckSchema } from './device.ts';
import { firmwareResultSchema } from './firmware.ts';

/** What a person's hands must do before the work can go on. */
export const handSchema = z.enum(['press_button', 'present_card', 'wake_lock', 'enter_code']);

/** Work on a device that runs now or has just ended; one at a time. */
export const workSchema = z.object({
  id: idSchema,
  kind: z.enum([
    'pair_hub',
    'configure_network',
    'attach',
    'test_door',
    'update_firmware',
    'detach',
    'move_device',
    'replace_device',
    'replace_hub',
    'reset',
  ]),
  siteId: idSchema,
  /** The devices it works on; the one in hand first. */
  deviceIds: z.array(idSchema),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  steps: z.array(
    z.object({ id: z.string(), state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']) }),
  ),
  fraction: z.number().min(0).max(1).nullable(),
  needs: handSchema.nullable(),
  startedAt: timeSchema,
  /** Since when the current step runs; once it has ended, since when it has. */
  since: timeSchema,
  /** When the devices go back to what they were unless the work is confirmed; null when nothing is armed. */
  failsafeEndsAt: timeSchema.nullable(),
  /** The check a person is asked to judge at the door. */
  question: doorCheckSchema.nullable(),
  /** Of a firmware update: what became of each device so far, in the order of the work. */
  results: z.array(firmwareResultSchema),
  problem: problemSchema.nullable(),
});
export type Work = z.infer<typeof workSchema>;
