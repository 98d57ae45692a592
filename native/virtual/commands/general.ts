import { createHash } from 'node:crypto';
import { Group, ImageCommand, OsCommand } from '../../smp/index.ts';
import { smpRefusal } from '../refusal.ts';
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
    read: ({ description }, body) => {
      if (body.has('format')) body.anyText('format');
      return { output: `Doorstep virtual ${description.model} ${description.firmware}` };
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

/** The image group (A14): one confirmed image. Upload, test and erase are not supported by this boot loader. */
export const imageCommands: readonly Command[] = [
  {
    name: 'image_state',
    group: Group.image,
    command: ImageCommand.state,
    read: ({ description }) => ({
      images: [
        {
          slot: 0,
          version: description.firmware,
          hash: new Uint8Array(
            createHash('sha256').update(`${description.model} ${description.firmware}`).digest(),
          ),
          bootable: true,
          pending: false,
          confirmed: true,
          active: true,
          permanent: false,
        },
      ],
    }),
    write: () => {
      throw smpRefusal('notSupported');
    },
  },
  {
    name: 'image_upload',
    group: Group.image,
    command: ImageCommand.upload,
    write: () => {
      throw smpRefusal('notSupported');
    },
  },
];
