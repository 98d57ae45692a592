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

/** The least buffer of a stranger that anything fits into, in bytes. */
const LEAST_BUFFER_BYTES = 64;

/** Asks for the largest packet in bytes with header, and the requests at once (A12). */
const parametersOf = (leastBytes: number) =>
  defineCommand({
    name: 'parameters',
    op: 'read',
    group: Group.os,
    command: OsCommand.parameters,
    open: true,
    request: empty,
    response: z
      .object({ buf_size: integer(leastBytes, 65_535), buf_count: integer(1, 255) })
      .transform(({ buf_size, buf_count }) => ({ bufSize: buf_size, bufCount: buf_count })),
  });

/** The parameters of a commissioning device, which has 1024 bytes at least (A7). */
export const readParameters = parametersOf(1024);
/** The parameters of any SMP server: a small board's buffer holds a few hundred bytes. */
export const readServerParameters = parametersOf(LEAST_BUFFER_BYTES);
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
