import { Chance } from './chance.ts';
import type { Target } from './target.ts';

/** What a run is to do. */
export interface FuzzOptions {
  readonly targets: readonly Target[];
  readonly inputs: number;
  readonly seed: number;
  /** Told after so many inputs of a target. */
  readonly onProgress?: (target: string, done: number) => void;
}

/** How one target ended. */
export interface TargetResult {
  readonly name: string;
  readonly inputs: number;
  /** Absent where everything held. */
  readonly failure?: { readonly why: string; readonly input: string; readonly at: number };
}

/** Memory is looked at, and progress told, after so many inputs. */
export const LOOK_EVERY = 1_000;

/** Runs every target with its share of the inputs; a target ends at its first failure. */
export async function fuzz({ targets, inputs, seed, onProgress }: FuzzOptions): Promise<TargetResult[]> {
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const results: TargetResult[] = [];
  for (const [index, target] of targets.entries()) {
    const count = Math.max(1, Math.ceil((inputs * target.share) / shares));
    results.push(await fuzzOne(target, count, seed + index, onProgress));
  }
  return results;
}

async function fuzzOne(
  target: Target,
  count: number,
  seed: number,
  onProgress: FuzzOptions['onProgress'],
): Promise<TargetResult> {
  const { name } = target;
  const runner = await target.make(new Chance(seed));
  for (let at = 0; at < count; at++) {
    const input = runner.next();
    try {
      const running = runner.run(input);
      if (running !== undefined) await running;
    } catch (caught) {
      const why = caught instanceof Error ? caught.message : String(caught);
      return { name, inputs: at + 1, failure: { why, input: Buffer.from(input).toString('hex'), at } };
    }
    if (at % LOOK_EVERY === 0) onProgress?.(name, at);
  }
  return { name, inputs: count };
}
