import { expect, it } from 'vitest';
import { FAULTS, record, walk } from './walk/walk.ts';

/** A part of what `npm run faults` walks in full: every sixth boundary, each with the next fault. */
const STRIDE = 6;

it.each(['serial', 'bluetooth'] as const)(
  'a site disturbed over %s has each device as before or finished, and a second run finishes it',
  async (way) => {
    const undisturbed = await record(way);
    const broken: string[] = [];
    let walked = 0;
    for (let at = 0; at < undisturbed.boundaries.length; at += STRIDE) {
      const boundary = undisturbed.boundaries[at];
      const fault = FAULTS[walked % FAULTS.length];
      if (boundary === undefined || fault === undefined) continue;
      const why = await walk(way, boundary, fault, undisturbed);
      if (why !== undefined) broken.push(`${boundary.key}, ${fault}: ${why}`);
      walked += 1;
    }
    expect(broken).toEqual([]);
    expect(walked).toBeGreaterThan(20);
  },
);
