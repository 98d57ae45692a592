import { parseArgs } from 'node:util';
import type { Way } from './walk/faulty-way.ts';
import { JOBS } from './walk/jobs.ts';
import { type Boundary, FAULTS, type FaultName, type Recording, record } from './walk/walk.ts';

/**
 * `npm run faults`: does the work of a site again and again, each time with one fault at one boundary of the work, over the
 * cable and over Bluetooth. Fails where a device is left neither as before nor finished, where the store says what the
 * devices do not, where a doubt is not told, and where a second run does not finish, or writes something twice.
 */

const HELP = `npm run faults -- [--job NAME] [--way WAY] [--only TEXT] [--stride N]
  --job NAME   one job alone: ${JOBS.map(({ name }) => name).join(', ')} (default: all)
  --way WAY    one way alone: serial, bluetooth (default: both)
  --only TEXT  only boundaries that have this in their name, as "confirm" or "lock 1, join"
  --stride N   every Nth boundary (default 1: all)
Prints a table for each job and way, boundaries by faults; its last line is "N passed, N failed, N skipped", counted in cells.`;
const WAYS: readonly Way[] = ['serial', 'bluetooth'];

const { values } = parseArgs({
  options: {
    job: { type: 'string' },
    way: { type: 'string' },
    only: { type: 'string', default: '' },
    stride: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
const stride = Number(values.stride);
const ways = WAYS.filter((way) => values.way === undefined || values.way === way);
const jobs = JOBS.filter(({ name }) => values.job === undefined || values.job === name);
if (values.help || jobs.length * ways.length === 0 || !Number.isSafeInteger(stride) || stride < 1) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 64;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const began = performance.now();
  const counts = { passed: 0, failed: 0 };
  for (const job of jobs) {
    for (const way of ways) {
      const recording = await record(job, way);
      const chosen = recording.boundaries
        .filter(({ key }) => key.includes(values.only))
        .filter((_, at) => at % stride === 0);
      console.log(`\n${job.name} over ${way}: ${chosen.length} of ${recording.boundaries.length} boundaries`);
      for (const why of await walkAll(recording, chosen)) {
        if (why === undefined) counts.passed += 1;
        else counts.failed += 1;
      }
      recording.close();
    }
  }
  console.log(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

/** Prints the table of one way; gives for each cell why it failed, or undefined. */
async function walkAll(recording: Recording, chosen: readonly Boundary[]): Promise<(string | undefined)[]> {
  const failures: (string | undefined)[] = [];
  if (chosen.length > 0) console.log(rowOf('', FAULTS));
  for (const boundary of chosen) {
    const row: (string | undefined)[] = [];
    for (const fault of FAULTS) {
      const why = await recording.walk(boundary, fault);
      row.push(why === undefined ? undefined : failureOf(boundary, fault, why));
    }
    failures.push(...row);
    const cells = row.map((why) => (why === undefined ? 'held' : 'FAILED'));
    console.log(rowOf(nameOf(boundary), cells));
  }
  for (const failure of failures) if (failure !== undefined) console.log(failure);
  return failures;
}

function nameOf({ key, wrote }: Boundary): string {
  return wrote === '' ? key : `${key} (${wrote})`;
}

function rowOf(name: string, cells: readonly string[]): string {
  return [name.padEnd(66), ...cells.map((cell) => cell.padEnd(12))].join(' ').trimEnd();
}

function failureOf(boundary: Boundary, fault: FaultName, why: string): string {
  return `✗ ${nameOf(boundary)}, ${fault}: ${why}`;
}
