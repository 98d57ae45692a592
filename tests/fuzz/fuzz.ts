import { Chance } from './chance.ts';
import type { Runner, Target } from './target.ts';

/** What a run is to do. */
export interface FuzzOptions {
  readonly targets: readonly Target[];
  readonly inputs: number;
  readonly seed: number;
  /** Told after so many inputs of a target. */
  readonly onProgress?: (target: string, done: number) => void;
  /** Bytes in use now; where it is handed in, no input may take more than {@link MOST_PER_INPUT_BYTES}. */
  readonly bytesInUse?: () => number;
}

/** How one target ended. */
export interface TargetResult {
  readonly name: string;
  readonly inputs: number;
  /** The most that one input took, in bytes, with what the check itself takes; 0 where nobody measured. */
  readonly mostBytes: number;
  /** Absent where everything held. */
  readonly failure?: { readonly why: string; readonly input: string };
}

/** Memory is looked at, and progress told, after so many inputs. */
export const LOOK_EVERY = 1_000;

/**
 * Inputs are a few kilobytes long and the widest buffer is 64 KiB: whoever takes more than this for one of them has
 * believed a length that was only announced. Pairing anew after a restart takes a third of it.
 */
export const MOST_PER_INPUT_BYTES = 32 * 2 ** 20;

/** How often an input is tried by itself: targets check it against another state each time. */
const REPLAYS = 200;

/** Runs every target with its share of the inputs; a target ends at its first failure. */
export async function fuzz(options: FuzzOptions): Promise<TargetResult[]> {
  const shares = options.targets.reduce((sum, { share }) => sum + share, 0);
  const results: TargetResult[] = [];
  for (const target of options.targets) {
    const count = Math.max(1, Math.ceil((options.inputs * target.share) / shares));
    results.push(await fuzzOne(target, count, options));
  }
  return results;
}

/** Runs one input that was found before, in many states of its target. */
export async function replay(target: Target, input: Uint8Array, seed: number): Promise<TargetResult> {
  const runner = await target.make(chanceFor(target, seed));
  for (let inputs = 1; inputs <= REPLAYS; inputs++) {
    runner.next();
    const failure = await failureOf(runner, input);
    if (failure) return { name: target.name, inputs, mostBytes: 0, failure };
  }
  return { name: target.name, inputs: REPLAYS, mostBytes: 0 };
}

async function fuzzOne(target: Target, count: number, options: FuzzOptions): Promise<TargetResult> {
  const { name } = target;
  const { seed, onProgress, bytesInUse = () => 0 } = options;
  const runner = await target.make(chanceFor(target, seed));
  let mostBytes = 0;
  for (let at = 0; at < count; at++) {
    const input = runner.next();
    const before = bytesInUse();
    const failure = await failureOf(runner, input);
    mostBytes = Math.max(mostBytes, bytesInUse() - before);
    const tooMuch = mostBytes > MOST_PER_INPUT_BYTES;
    const why = failure?.why ?? (tooMuch ? `took ${mostBytes} bytes` : undefined);
    if (why !== undefined) return { name, inputs: at + 1, mostBytes, failure: { why, input: hexOf(input) } };
    if (at % LOOK_EVERY === 0) onProgress?.(name, at);
  }
  return { name, inputs: count, mostBytes };
}

async function failureOf(runner: Runner, input: Uint8Array): Promise<TargetResult['failure']> {
  try {
    const running = runner.run(input);
    if (running !== undefined) await running;
    return undefined;
  } catch (caught) {
    return { why: caught instanceof Error ? caught.message : String(caught), input: hexOf(input) };
  }
}

/** A target's inputs are the same whether it runs alone or with the others. */
function chanceFor({ name }: Target, seed: number): Chance {
  return new Chance([...Buffer.from(name)].reduce((sum, byte) => Math.imul(sum, 31) + byte, seed));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
