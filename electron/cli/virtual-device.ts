import { createInterface } from 'node:readline';
import deviceTexts from '../../resources/texts/en/device.json' with { type: 'json' };
import { asCodedError } from '../contract/errors.ts';
import { AdapterError } from './bluetooth-peripheral.ts';
import { parseControl, VirtualBench } from './virtual-bench.ts';
import { type Asked, parseArguments, USAGE, UsageError } from './virtual-device-arguments.ts';

/** Keeps the loop alive where no device has a serial port. */
const HEARTBEAT_MS = 60_000;

// Whoever read the first lines may have gone: the devices stay.
process.stdout.on('error', () => {});
const bench = new VirtualBench();
const asked = readArguments();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void leave(0));
await start(asked);
listen(asked.untilStdinEnds);
setInterval(() => {}, HEARTBEAT_MS);

function readArguments(): Asked {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    return parseArguments(words);
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    console.error(USAGE);
    return process.exit(2);
  }
}

async function start({ devices }: Asked): Promise<void> {
  try {
    for (const device of devices) print(await bench.add(device));
  } catch (error) {
    console.error(textOf(error));
    await leave(2);
  }
}

function listen(untilStdinEnds: boolean): void {
  // One at a time, in the order they came, each with its answer.
  let turn = Promise.resolve();
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    turn = turn.then(() => obey(line));
  });
  lines.on('close', () => {
    if (untilStdinEnds) turn = turn.then(() => leave(0));
  });
}

async function obey(line: string): Promise<void> {
  if (line.trim() === '') return;
  try {
    const control = parseControl(line);
    const reply = await bench.obey(control);
    const named = 'mac' in control && control.mac !== undefined ? { mac: control.mac } : {};
    print({ ok: true, do: control.do, ...named, ...reply });
    if (control.do === 'quit') await leave(0);
  } catch (error) {
    print({ ok: false, error: textOf(error) });
  }
}

async function leave(code: number): Promise<void> {
  await bench.close();
  process.exit(code);
}

function print(value: unknown): void {
  console.log(JSON.stringify(value));
}

/** A sentence for whoever typed: the texts of the app, where the error has one. */
function textOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof AdapterError || error instanceof SyntaxError)
    return error.message;
  if (error instanceof Error && error.name === 'ZodError') return 'this is no control';
  const { code, params } = asCodedError(error);
  const texts: Readonly<Record<string, { title: string; why: string; next: string }>> = deviceTexts;
  const text = texts[code];
  if (text === undefined) return String(error);
  return `${code}: ${text.title}. ${text.why} ${text.next}`.replaceAll('{path}', String(params.path ?? ''));
}
