import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { empty, integer, text, u32 } from '../fields.ts';

const clock = z.object({
  /** Seconds since 1970, UTC. */
  utc: u32,
  /** IANA name. */
  tz: text(1, 64),
});
export type DeviceClock = z.output<typeof clock>;

/** `utc` is 0 before the clock was ever set (A44). */
export const readClock = defineCommand({
  name: 'clock',
  op: 'read',
  command: CommissioningCommand.clock,
  request: empty,
  response: clock,
});

export const writeClock = defineCommand({
  name: 'clock',
  op: 'write',
  command: CommissioningCommand.clock,
  request: clock,
  response: empty,
});

/** Blinks and buzzes for `s` seconds, 0 stops (A44). */
export const identify = defineCommand({
  name: 'identify',
  op: 'write',
  command: CommissioningCommand.identify,
  request: z.object({ s: integer(0, 60) }),
  response: empty,
});
