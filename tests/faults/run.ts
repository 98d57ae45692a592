import { parseArgs } from 'node:util';
import type { Way } from './walk/faulty-way.ts';
import { type Boundary, FAULTS, type FaultName, record, walk } from './walk/walk.ts';

/**
 * `npm run faults`: commissions a site again and again, each time with one fault at one boundary of the work, over the
 * cable and over Bluetooth. Fails where a device is left neither as before nor finished, where the store says what the
 * devices do not, where a doubt is not told, and where a second run does not finish, or writes something twice.
 */

const HELP = `npm run faults -- [--way serial|bluetooth] [--only TEXT] [--stride N]
  --way WAY    one way alone (default: both)
  --only TEXT  only boundaries that have this in their name, as "confirm" or "lock 1, join"
  --stride N   every Nth boundary (default 1: all)
Prints a table for each way, boundaries by faults; its last line is "N passed, N failed, N skipped", counted in cells.`;
const WAYS: readonly Way[] = ['serial', 'bluetooth'];

const { values } = parseArgs({
  options: {
    way: { type: 'string' },
    only: { type: 'string', default: '' },
    stride: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
const stride = Number(values.stride);
const ways = WAYS.filter((way) => values.way === undefined || values.way === way);
if (values.help || ways.length === 0 || !Number.isSafeInteger(stride) || stride < 1) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 64;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const began = performance.now();
  const counts = { passed: 0, failed: 0 };
  for (const way of ways) {
    const undisturbed = await record(way);
    const chosen = undisturbed.boundaries
      .filter(({ key }) => key.includes(values.only))
      .filter((_, at) => at % stride === 0);
    console.log(`\nOver ${way}: ${chosen.length} of ${undisturbed.boundaries.length} boundaries`);
    console.log(rowOf('', FAULTS));
    const failures: string[] = [];
    for (const boundary of chosen) {
      const cells: string[] = [];
      for (const fault of FAULTS) {
        const why = await walk(way, boundary, fault, undisturbed);
        cells.push(why === undefined ? 'held' : 'FAILED');
        counts[why === undefined ? 'passed' : 'failed'] += 1;
        if (why !== undefined) failures.push(failureOf(boundary, fault, why));
      }
      console.log(rowOf(nameOf(boundary), cells));
    }
    for (const failure of failures) console.log(failure);
  }
  console.log(`took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
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
