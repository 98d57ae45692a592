import type { ImageSlot, LogEntry } from '../../../native/devices/index.ts';
import { identityOf } from '../../../native/transport/index.ts';
import { exitCodes, print } from '../output.ts';
import type { DeviceOptions, Talk } from './talk.ts';
import { withDevice } from './talk.ts';

/** MCUmgr's format for everything that a server knows of its software. */
const ALL_INFO = 'a';

/** `doorstep device … echo TEXT` */
export const echoCommand = (text: string, options: DeviceOptions): Promise<number> =>
  answered(options, async (talk) => {
    const { r } = await talk.ask((server) => server.echo(text, talk));
    return { result: { echo: r }, lines: [r] };
  });

/** `doorstep device … params` */
export const paramsCommand = (options: DeviceOptions): Promise<number> =>
  answered(options, async ({ server, signal }) => {
    const told = await server.askParameters({ signal });
    const { bufSize, bufCount } = server.parameters;
    const lines = [
      told === undefined ? 'It does not tell its parameters; these are used:' : 'Parameters of the server:',
      `  largest packet     ${bufSize} bytes`,
      `  requests at once   ${bufCount}`,
    ];
    return { result: { bufSize, bufCount, told: told !== undefined }, lines };
  });

/** `doorstep device … info` */
export const infoCommand = (options: DeviceOptions & { format?: string }): Promise<number> =>
  answered(options, async (talk) => {
    const { signal } = talk;
    const { output } = await talk.ask((server) =>
      server.applicationInfo({ signal, format: options.format ?? ALL_INFO }),
    );
    return { result: { output }, lines: [output] };
  });

/** `doorstep device … images`; `confirm` keeps the firmware that runs. */
export const imagesCommand = (options: DeviceOptions & { readonly confirm?: boolean }): Promise<number> =>
  answered(options, async (talk) => {
    const images = await talk.ask(async (server) => {
      if (options.confirm === true) await server.keepImage(talk);
      return server.images(talk);
    });
    return {
      result: { images: images.map(imageAsJson) },
      lines: images.length === 0 ? ['No slot holds an image.'] : images.map(imageLine),
    };
  });

/** `doorstep device … reset` */
export const resetCommand = (options: DeviceOptions): Promise<number> =>
  answered(options, async (talk) => {
    await talk.ask((server) => server.reset(talk));
    return { result: { reset: true }, lines: ['It restarts now.'] };
  });

/** `doorstep device … identity`: a claim, for nothing is proved (A34). */
export const identityCommand = (options: DeviceOptions): Promise<number> =>
  answered(options, async ({ server, signal }) => {
    const identity = await server.identity({ signal });
    const { kind, state } = identityOf(identity);
    const result = { ...identity, kind, state };
    return { result, lines: table(result) };
  });

/** `doorstep device … pair`: proves the activation code. Changes nothing on the device. */
export const pairCommand = (options: DeviceOptions): Promise<number> =>
  answered(options, async (talk) => {
    const { identity } = await talk.paired('pair', { pipe: true });
    const { kind, state } = identityOf(identity);
    const result = { ...identity, kind, state };
    return {
      result: { paired: true, identity: result },
      lines: ['The code is right. Proved by it:', ...table(result)],
    };
  });

/** `doorstep device … health`, with what this side dropped of what came in meanwhile, by reason. */
export const healthCommand = (options: DeviceOptions): Promise<number> =>
  answered(options, async (talk) => {
    const device = await talk.paired('health');
    const health = await device.health(talk);
    const { discarded } = device;
    const counts = Object.entries(discarded).map(([reason, count]) => `${count} ${reason}`);
    const lines = table({ ...health, ...(counts.length > 0 && { 'dropped here': counts }) });
    return { result: { ...health, discarded }, lines };
  });

/** `doorstep device … log` */
export const logCommand = (options: DeviceOptions & { after: number }): Promise<number> =>
  answered(options, async (talk) => {
    const device = await talk.paired('log');
    const entries: LogEntry[] = [];
    for (let after = options.after, rest = true; rest; ) {
      const page = await device.log(after, talk);
      const last = page.entries.at(-1)?.i ?? after;
      entries.push(...page.entries);
      // Numbers rise (A53); a device whose numbers do not would be asked for ever.
      rest = page.rest && last > after;
      after = last;
    }
    return {
      result: { entries },
      lines: entries.length === 0 ? ['The log is empty.'] : entries.map(logLine),
    };
  });

interface Answer {
  readonly result: object;
  readonly lines: readonly string[];
}

/** Connects, asks, and prints what came back. */
export function answered(options: DeviceOptions, ask: (talk: Talk) => Promise<Answer>): Promise<number> {
  return withDevice(options, async (talk) => {
    const { result, lines } = await ask(talk);
    print(options.json, result, lines.map(printable));
    return exitCodes.done;
  });
}

/** What a device says, without what could steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** One line for each value, names in one column. */
function table(values: object): string[] {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(' ') : String(value);
    return `  ${name.padEnd(width)}   ${text}`;
  });
}

function imageAsJson({ hash, ...image }: ImageSlot): object {
  return { ...image, ...(hash && { hash: hex(hash) }) };
}

function imageLine({ image, slot, version, hash, ...flags }: ImageSlot): string {
  const set = (['active', 'confirmed', 'pending', 'permanent', 'bootable'] as const).filter(
    (flag) => flags[flag],
  );
  const place = image === undefined || image === 0 ? `slot ${slot}` : `image ${image} slot ${slot}`;
  return [place, version, set.join(' '), hash ? hex(hash) : 'no hash'].join('   ');
}

function logLine({ i, t, code, ...rest }: LogEntry): string {
  const when = t === 0 ? 'clock not set' : new Date(t * 1000).toISOString();
  const more = Object.keys(rest).length > 0 ? JSON.stringify(rest) : '';
  return [i, when, code, more].filter((part) => part !== '').join('   ');
}

/** Bytes as hex digits. */
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
