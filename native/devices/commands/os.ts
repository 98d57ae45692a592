import * as z from 'zod';
import { Group, OsCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { empty, integer } from '../fields.ts';

/** Gives the text back; open, and inside the seal the cheapest sign of life (A12). */
export const echo = defineCommand({
  name: 'echo',
  op: 'write',
  group: Group.os,
  command: OsCommand.echo,
  open: true,
  request: z.object({ d: z.string() }),
  response: z.object({ r: z.string() }),
});

/** Largest packet in bytes with header, and requests at once (A7, A12). */
export const readParameters = defineCommand({
  name: 'parameters',
  op: 'read',
  group: Group.os,
  command: OsCommand.parameters,
  open: true,
  request: empty,
  response: z
    .object({ buf_size: integer(1024, 65_535), buf_count: integer(1, 255) })
    .transform(({ buf_size, buf_count }) => ({ bufSize: buf_size, bufCount: buf_count })),
});
export type Parameters = ReturnType<typeof readParameters.parse>;

/** What the device says about its software (A12). */
export const readApplicationInfo = defineCommand({
  name: 'application information',
  op: 'read',
  group: Group.os,
  command: OsCommand.applicationInfo,
  open: true,
  request: z.object({ format: z.string().optional() }),
  response: z.object({ output: z.string() }),
});

/** Restarts the device after it answered; ends the session and rolls an armed failsafe back (A13). */
export const reset = defineCommand({
  name: 'restart',
  op: 'write',
  group: Group.os,
  command: OsCommand.reset,
  request: empty,
  response: empty,
});
