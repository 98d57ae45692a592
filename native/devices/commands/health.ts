import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { dbm, empty, integer, short, u32 } from '../fields.ts';

/** How the device is: seconds since start, lamp, dropped packets; battery in percent, dBm, °C (A52). */
export const readHealth = defineCommand({
  name: 'health',
  op: 'read',
  command: CommissioningCommand.health,
  request: empty,
  response: z.object({
    up: u32,
    led: short,
    dropped: u32,
    bat: integer(0, 100).optional(),
    rssi: dbm.optional(),
    temp: integer(-60, 120).optional(),
    door: z.enum(['open', 'closed']).optional(),
  }),
});
export type Health = ReturnType<typeof readHealth.parse>;

/** Entries after number `after`, oldest first; `rest` if more follow (A53). Keys beyond these three are kept. */
export const readLog = defineCommand({
  name: 'log',
  op: 'read',
  command: CommissioningCommand.log,
  request: z.object({ after: u32 }),
  response: z.object({
    entries: z.array(z.looseObject({ i: u32, t: u32, code: short })).max(32),
    rest: z.boolean(),
  }),
});
export type LogEntry = ReturnType<typeof readLog.parse>['entries'][number];

/** Everything goes but log, serial and activation code: at the commit, or at once after a physical reset (A54). */
export const factory = defineCommand({
  name: 'factory state',
  op: 'write',
  command: CommissioningCommand.factory,
  request: z.object({ sure: z.literal(true) }),
  response: empty,
});
