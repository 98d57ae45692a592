import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { empty, integer } from '../fields.ts';

const left = integer(0, 180);

/** Exactly one of the three (A35). */
export const writeFailsafe = defineCommand({
  name: 'failsafe',
  op: 'write',
  command: CommissioningCommand.failsafe,
  request: z.union([
    z.strictObject({ arm: integer(10, 180) }),
    z.strictObject({ commit: z.literal(true) }),
    z.strictObject({ disarm: z.literal(true) }),
  ]),
  response: z.object({ left }),
});

/** Seconds left, 0 when idle, and how the last one ended (A36). */
export const readFailsafe = defineCommand({
  name: 'failsafe',
  op: 'read',
  command: CommissioningCommand.failsafe,
  request: empty,
  response: z.object({ left, end: z.enum(['none', 'committed', 'rolled_back']) }),
});
export type FailsafeState = ReturnType<typeof readFailsafe.parse>;
