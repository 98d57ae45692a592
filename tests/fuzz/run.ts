import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { fuzz, replay } from './fuzz.ts';
import { bytesInUse, bytesKept } from './memory.ts';
import { type Report, tell } from './report.ts';

/**
 * `npm run fuzz`: mutated valid inputs for every parser. Fails where a property breaks, where an input hangs or takes
 * too much memory, where memory is kept, or where a branch of a parser that can be reached was not.
 */

const HELP = `npm run fuzz -- [--inputs N] [--seed S] [--target NAME [--replay HEX]]
  --inputs N     how many inputs over all targets (default 1000000)
  --seed S       the same seed gives the same run (default: of the clock)
  --target NAME  one target alone; branches are then not judged
  --replay HEX   one input of that target, which a run before has found
Its last line is "N passed, N failed, N skipped", counted in targets, files of parsers, and memory.`;

/** No thousand inputs take a tenth of this, on any machine that builds the app. */
const HANG_AFTER_MS = 120_000;
/** Whoever needs more, kept or not, has no bound; the run ends there. */
const MOST_HEAP_MIB = 512;
/** Loads and compiles what stays for good, before memory is looked at. */
const WARM_UP_INPUTS = 2_000;
/** Below this many inputs, branches that need luck are not judged. */
const JUDGED_FROM_INPUTS = 500_000;

/** The parsers whose branches are counted. */
const PARSERS = [
  'native/smp/cbor.ts',
  'native/smp/console-frame.ts',
  'native/smp/fragment.ts',
  'native/smp/header.ts',
  'native/smp/refusal.ts',
  'native/pairing/sealed.ts',
  'native/transport/ble/advertisement.ts',
  'native/virtual/dispatcher.ts',
  'native/virtual/request-body.ts',
  'native/virtual/ticket.ts',
  'native/firmware/mcuboot-image.ts',
];

interface Order {
  readonly inputs: number;
  readonly seed: number;
  readonly target: string | undefined;
  readonly input: string | undefined;
}

const root = join(import.meta.dirname, '../..');
if (isMainThread) process.exitCode = await main();
else parentPort?.postMessage(await work(workerData as Order));

async function main(): Promise<number> {
  const order = readOrder();
  if (typeof order === 'number') return order;
  const { inputs, seed, input } = order;
  console.log(input === undefined ? `${inputs} inputs, seed ${seed}` : 'one input');
  const began = performance.now();
  const report = await inWorker(order);
  console.log(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (report !== undefined) return tell(report, seed);
  console.log('0 passed, 1 failed, 0 skipped');
  return 1;
}

/** The order, or the exit code of what is none. */
function readOrder(): Order | number {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      target: { type: 'string' },
      replay: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const { target, replay: input } = values;
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  const isWrong = !Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed);
  const isNoInput = input !== undefined && (target === undefined || !/^([0-9a-f]{2})*$/i.test(input));
  if (!values.help && !isWrong && !isNoInput) return { inputs, seed, target, input };
  console.log(HELP);
  return values.help ? 0 : 64;
}

/** In a thread of its own, so that an input without end or bound can be told from a long run. */
function inWorker(order: Order): Promise<Report | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB },
    });
    let last = 'the beginning';
    const hang = () => {
      console.log(`✗ hangs in the thousand inputs after ${last}, seed ${order.seed}`);
      void worker.terminate().then(() => resolve(undefined));
    };
    let watch = setTimeout(hang, HANG_AFTER_MS);
    worker.on('message', (message: string | Report) => {
      clearTimeout(watch);
      if (typeof message !== 'string') return resolve(message);
      last = message;
      watch = setTimeout(hang, HANG_AFTER_MS);
    });
    worker.once('error', (error) => {
      clearTimeout(watch);
      console.log(`✗ ends in the thousand inputs after ${last}, seed ${order.seed}:`, error);
      resolve(undefined);
    });
  });
}

async function work({ inputs, seed, target, input }: Order): Promise<Report> {
  const coverage = new Coverage(root);
  await coverage.start();
  const { targets } = await import('./targets.ts');
  const chosen = targets.filter(({ name }) => target === undefined || name === target);
  const [first] = chosen;
  if (first === undefined)
    throw new Error(`no target ${target}: ${targets.map(({ name }) => name).join(', ')}`);
  if (input !== undefined) {
    return { results: [await replay(first, new Uint8Array(Buffer.from(input, 'hex')), seed)], coverage: [] };
  }
  await fuzz({ targets: chosen, inputs: WARM_UP_INPUTS, seed });
  const start = bytesKept();
  const onProgress = (name: string, done: number) => parentPort?.postMessage(`${name} ${done}`);
  const results = await fuzz({ targets: chosen, inputs, seed, onProgress, bytesInUse });
  const heapMiB = { start: start / 2 ** 20, end: bytesKept() / 2 ** 20 };
  const isJudged = target === undefined && inputs >= JUDGED_FROM_INPUTS;
  const files = isJudged ? globSync(PARSERS, { cwd: root }).sort() : [];
  return { results, coverage: await coverage.take(files.map((file) => join(root, file))), heapMiB };
}
