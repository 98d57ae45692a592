import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { empty, integer, short } from '../fields.ts';

/** How long a check may take, a person's part included, in milliseconds (A9). */
const TEST_WITHIN_MS = 40_000;

const officeHours = z.object({
  /** Seven, from Monday. */
  days: z.array(z.boolean()).length(7),
  /** Minutes after local midnight. */
  from: integer(0, 1439),
  to: integer(0, 1439),
});
const openSeconds = integer(1, 240);
const auditDays = integer(1, 255);
const mode = z.enum(['standard', 'office']);

export const readSettings = defineCommand({
  name: 'settings',
  op: 'read',
  command: CommissioningCommand.settings,
  request: empty,
  response: z.object({ open_s: openSeconds, audit_d: auditDays, eom: officeHours.optional(), mode }),
});
export type LockSettings = ReturnType<typeof readSettings.parse>;

/** What is absent stays; `eom` null switches Easy Office Mode off (A40, A50). */
export const writeSettings = defineCommand({
  name: 'settings',
  op: 'write',
  command: CommissioningCommand.settings,
  request: z.object({
    open_s: openSeconds.optional(),
    audit_d: auditDays.optional(),
    eom: officeHours
      .refine(({ from, to }) => from < to)
      .nullable()
      .optional(),
    mode: mode.optional(),
  }),
  response: empty,
});
export type SettingsToWrite = Parameters<typeof writeSettings.encode>[0];

/** Runs one check; `detail` is a short token, never a sentence (A51). */
export const test = defineCommand({
  name: 'test',
  op: 'write',
  command: CommissioningCommand.test,
  answerWithinMs: TEST_WITHIN_MS,
  request: z.object({ what: z.enum(['led', 'buzzer', 'motor', 'handle', 'tag']) }),
  response: z.object({ ok: z.boolean(), detail: short }),
});
export type LockCheck = Parameters<typeof test.encode>[0]['what'];
export type LockCheckResult = ReturnType<typeof test.parse>;
