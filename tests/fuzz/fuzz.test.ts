import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { fuzz, MOST_PER_INPUT_BYTES, replay } from './fuzz.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';

/** The short tier of `npm run fuzz`: one seed, few inputs, every target. */
describe('the parsers', () => {
  it.each(targets)('hold against mutations of what is valid: $name', async (target) => {
    const inputs = Math.max(50, target.share * 10);
    const [result] = await fuzz({ targets: [target], inputs, seed: 20_261 });
    expect(result).toEqual({ name: target.name, inputs, mostBytes: 0 });
  });
});

describe('the fuzzer', () => {
  const fragile: Target = {
    name: 'fragile',
    share: 1,
    make: (chance) => ({
      next: () => chance.bytes(2),
      run: (input) => assert.notEqual(input[0], 0x2a, 'it is 2a'),
    }),
  };

  it('names the input that breaks a property, the same one for the same seed, and runs it again', async () => {
    const options = { targets: [fragile], inputs: 10_000, seed: 3 };
    const [found] = await fuzz(options);
    expect(found?.failure).toMatchObject({ why: 'it is 2a', input: expect.stringMatching(/^2a/) });
    // Another target before it changes nothing.
    const [, again] = await fuzz({ ...options, targets: [{ ...fragile, name: 'other' }, fragile] });
    expect(again).toEqual(found);
    const input = Buffer.from(found?.failure?.input ?? '', 'hex');
    expect((await replay(fragile, input, 1)).failure?.why).toBe('it is 2a');
    expect((await replay(fragile, Uint8Array.of(1), 1)).failure).toBeUndefined();
  });

  it('ends a target at the input that takes more than any may', async () => {
    let inUse = 0;
    const greedy: Target = {
      name: 'greedy',
      share: 1,
      make: (chance) => {
        let count = 0;
        return {
          next: () => chance.bytes(1),
          run: () => {
            count += 1;
            inUse += count === 5 ? MOST_PER_INPUT_BYTES + 1 : 10;
          },
        };
      },
    };
    const [result] = await fuzz({ targets: [greedy], inputs: 9, seed: 1, bytesInUse: () => inUse });
    expect(result).toMatchObject({ inputs: 5, failure: { why: expect.stringContaining('bytes') } });
  });
});
