import type { FileCoverage } from './coverage.ts';
import type { TargetResult } from './fuzz.ts';
import { reasonFor } from './unreachable.ts';

/** What a run found out. */
export interface Report {
  readonly results: readonly TargetResult[];
  /** Empty where branches are not judged: a single target reaches its own alone. */
  readonly coverage: readonly FileCoverage[];
  /** In use after a collection, in MiB; absent where only one input ran. */
  readonly heapMiB?: { readonly start: number; readonly end: number };
}

/** Nothing of an input may stay: above this much more than at the start, something is kept. */
const MOST_GROWTH_MIB = 32;

/** Prints the report, its last line the count over targets, files and memory; answers the exit code. */
export function tell({ results, coverage, heapMiB }: Report, seed: number): number {
  const verdicts = [
    ...results.map((result) => tellTarget(result, seed)),
    ...coverage.map(tellCoverage),
    ...(heapMiB ? [tellHeap(heapMiB)] : []),
  ];
  const failed = verdicts.filter((held) => !held).length;
  console.log(`${verdicts.length - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

function tellTarget({ name, inputs, mostBytes, failure }: TargetResult, seed: number): boolean {
  const most = mostBytes > 0 ? `, at most ${Math.ceil(mostBytes / 1024)} KiB for one` : '';
  console.log(`${failure ? '✗' : '✓'} ${name}: ${inputs} inputs${most}`);
  if (failure === undefined) return true;
  const again = `npm run fuzz -- --target '${name}' --seed ${seed}`;
  console.log(`    ${failure.why}`);
  console.log(`    this input alone: ${again} --replay ${failure.input}`);
  console.log(`    with all before:  ${again} --inputs ${inputs}`);
  return false;
}

function tellCoverage({ file, total, reached, missed }: FileCoverage): boolean {
  const judged = missed.map((line) => ({ line, why: reasonFor(file, line) }));
  const held = judged.every(({ why }) => why !== undefined);
  console.log(`${held ? '✓' : '✗'} ${file}: ${reached} of ${total} branches reached`);
  for (const { line, why } of judged) console.log(`    not reached ${line}${why ? ` (${why})` : ''}`);
  return held;
}

function tellHeap({ start, end }: { start: number; end: number }): boolean {
  const held = end - start <= MOST_GROWTH_MIB;
  const figures = `${start.toFixed(1)} MiB before, ${end.toFixed(1)} after`;
  console.log(`${held ? '✓' : '✗'} memory kept: ${figures}; ${MOST_GROWTH_MIB} more is allowed`);
  return held;
}
