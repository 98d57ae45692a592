import { Group, OsCommand } from '../../smp/index.ts';
import type { Command, Handler } from './command.ts';

/** A restart follows a reset this much later (A13: within 1 s). */
const RESET_AFTER_MS = 500;

const echo: Handler = (_device, body) => ({ r: body.anyText('d') });

/** The OS group (A12, A13). Time is set by `clock` alone. */
export const osCommands: readonly Command[] = [
  { name: 'echo', group: Group.os, command: OsCommand.echo, open: true, read: echo, write: echo },
  {
    name: 'parameters',
    group: Group.os,
    command: OsCommand.parameters,
    open: true,
    read: ({ description }) => ({ buf_size: description.bufferBytes, buf_count: description.bufferCount }),
  },
  {
    name: 'application_info',
    group: Group.os,
    command: OsCommand.applicationInfo,
    open: true,
    read: ({ description, images }, body) => {
      if (body.has('format')) body.anyText('format');
      return { output: `Doorstep virtual ${description.model} ${images.version}` };
    },
  },
  {
    name: 'reset',
    group: Group.os,
    command: OsCommand.reset,
    write: ({ timers, restart }, _body, context) => {
      context.afterAnswer(() => timers.after(RESET_AFTER_MS, restart));
      return {};
    },
  },
];
