import { eventIterator, oc } from '@orpc/contract';
import { implement } from '@orpc/server';
import * as z from 'zod';
import { CodedError } from '../../electron/contract/errors.ts';
import { parentLink } from '../../electron/host/parent-link.ts';
import type { HostFactory } from '../../electron/host/run.ts';
import { runHost } from '../../electron/host/run.ts';

/**
 * A host with just enough behaviour to prove its frame: it answers, streams, dies, asks for a page to be opened, and
 * refuses to start in a folder whose name says so. The frames run it as they run the real one.
 */
export const standInContract = {
  echo: oc.input(z.object({ text: z.string() })).output(z.object({ text: z.string(), pid: z.int() })),
  count: oc.input(z.object({ to: z.int() })).output(eventIterator(z.int())),
  wait: oc.output(z.void()),
  die: oc.output(z.void()),
  /** Wraps and unwraps a text with the frame's keychain. */
  keep: oc.input(z.object({ text: z.string() })).output(z.string()),
  open: oc.input(z.object({ url: z.string() })).output(z.void()),
  stayAwake: oc.input(z.object({ wanted: z.boolean() })).output(z.void()),
};

const os = implement(standInContract);

/** Makes the stand-in; a data folder ending in `refused` cannot be used. */
export const createStandInHost: HostFactory = async (settings, frame) => {
  const { openExternal, keepAwake, keychain } = frame;
  if (settings.dataDir.endsWith('refused'))
    throw new CodedError('app.data_folder', { path: settings.dataDir });
  const router = os.router({
    echo: os.echo.handler(({ input }) => ({ text: input.text, pid: process.pid })),
    count: os.count.handler(async function* ({ input }) {
      for (let number = 1; number <= input.to; number += 1) yield number;
    }),
    wait: os.wait.handler(() => new Promise(() => {})),
    die: os.die.handler(() => {
      process.kill(process.pid, 'SIGKILL');
    }),
    keep: os.keep.handler(async ({ input }) =>
      Buffer.from(await keychain.unwrap(await keychain.wrap(Buffer.from(input.text)))).toString(),
    ),
    open: os.open.handler(({ input }) => openExternal(input.url)),
    stayAwake: os.stayAwake.handler(({ input }) => keepAwake(input.wanted)),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the frames take any router; only its calls have types
  return { router: router as any, context: {} as any, close: async () => {} };
};

if (process.send) runHost(parentLink(process), createStandInHost, (code) => process.exit(code));
