import { globSync } from 'node:fs';
import { join } from 'node:path';
import { memoryUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Coverage, type FileCoverage } from './coverage.ts';
import { fuzz, type TargetResult } from './fuzz.ts';

/**
 * `npm run fuzz`: mutated valid inputs for every parser. Fails where a property breaks, where an input hangs, where
 * memory grows, or where a branch of a parser that can be reached was not.
 */

const HELP = `npm run fuzz -- [--inputs N] [--seed S] [--target NAME]
  --inputs N     how many inputs over all targets (default 1000000)
  --seed S       the same seed gives the same run (default: of the clock)
  --target NAME  one target alone; its branches are then not judged
Its last line is "N passed, N failed, N skipped", counted in targets.`;

/** Nothing of an input may stay: above this much more than at the start, something is kept. */
const MOST_GROWTH_MIB = 64;
/** No thousand inputs take a tenth of this, on any machine that builds the app. */
const HANG_AFTER_MS = 120_000;

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

/** Branches that no input reaches, each with its reason. A line that stands here and is reached is no harm. */
const UNREACHABLE: readonly { readonly file: string; readonly source: RegExp; readonly why: string }[] = [];

interface Order {
  readonly inputs: number;
  readonly seed: number;
  readonly target: string | undefined;
}

interface Report {
  readonly results: TargetResult[];
  readonly coverage: FileCoverage[];
  readonly heapMiB: { readonly start: number; readonly peak: number; readonly end: number };
}

const root = join(import.meta.dirname, '../..');
if (isMainThread) process.exitCode = await main();
else await work(workerData as Order);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      target: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  if (values.help || !Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed)) {
    console.log(HELP);
    return values.help ? 0 : 64;
  }
  console.log(`${inputs} inputs, seed ${seed}`);
  const began = performance.now();
  const report = await inWorker({ inputs, seed, target: values.target });
  if (report === undefined) {
    console.log('0 passed, 1 failed, 0 skipped');
    return 1;
  }
  return tell(report, values.target !== undefined, (performance.now() - began) / 1000);
}

/** In a thread of its own, so that an input without end can be told from a long run. */
function inWorker(order: Order): Promise<Report | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: order });
    let last = 'nothing yet';
    const hang = () => {
      console.log(`hangs in ${last}`);
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
      console.log(`crashed in ${last}:`, error);
      resolve(undefined);
    });
  });
}

async function work({ inputs, seed, target }: Order): Promise<void> {
  const coverage = new Coverage(root);
  await coverage.start();
  const { targets } = await import('./targets.ts');
  const chosen = targets.filter(({ name }) => target === undefined || name === target);
  const heap = () => memoryUsage().heapUsed / 2 ** 20;
  globalThis.gc?.();
  const start = heap();
  let peak = start;
  const results = await fuzz({
    targets: chosen,
    inputs,
    seed,
    onProgress: (name, done) => {
      peak = Math.max(peak, heap());
      parentPort?.postMessage(`${name} ${done}`);
    },
  });
  const report: Report = {
    results,
    coverage: await coverage.take(globSync(PARSERS, { cwd: root }).map((file) => join(root, file))),
    heapMiB: { start, peak, end: heap() },
  };
  parentPort?.postMessage(report);
}

function tell({ results, coverage, heapMiB }: Report, isPart: boolean, seconds: number): number {
  for (const { name, inputs, failure } of results) {
    console.log(`${failure ? '✗' : '✓'} ${name}: ${inputs} inputs`);
    if (failure) console.log(`    input ${failure.at}: ${failure.why}\n    ${failure.input}`);
  }
  let missedInAll = 0;
  for (const { file, total, reached, missed } of coverage) {
    const judged = missed.map((line) => ({ line, why: reasonFor(file, line) }));
    const open = judged.filter(({ why }) => why === undefined);
    missedInAll += open.length;
    console.log(`${open.length > 0 ? '✗' : '✓'} ${file}: ${reached} of ${total} branches reached`);
    for (const { line, why } of judged) console.log(`    not reached ${line}${why ? ` (${why})` : ''}`);
  }
  const growth = heapMiB.end - heapMiB.start;
  const grew = growth > MOST_GROWTH_MIB;
  const inMiB = Object.entries(heapMiB).map(([name, value]) => `${name} ${value.toFixed(0)}`);
  console.log(
    `${grew ? '✗' : '✓'} heap in MiB: ${inMiB.join(', ')}; at most ${MOST_GROWTH_MIB} more is allowed`,
  );
  console.log(`took ${seconds.toFixed(0)} s`);
  const failed =
    results.filter(({ failure }) => failure).length + (grew ? 1 : 0) + (missedInAll > 0 && !isPart ? 1 : 0);
  const passed = results.filter(({ failure }) => !failure).length;
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

function reasonFor(file: string, line: string): string | undefined {
  return UNREACHABLE.find((row) => row.file === file && row.source.test(line))?.why;
}
