import { expect, it, onTestFinished } from 'vitest';
import { JOBS } from './walk/jobs.ts';
import { FAULTS, record } from './walk/walk.ts';

/** A part of what `npm run faults` walks in full: every twelfth boundary, each with the next fault. */
const STRIDE = 12;

it.each(
  JOBS.flatMap((job) => (['serial', 'bluetooth'] as const).map((way) => ({ job, way, name: job.name }))),
)(
  '$name, disturbed over $way, has each device as before or finished, and a second run finishes it',
  async ({ job, way }) => {
    const recording = await record(job, way);
    onTestFinished(recording.close);
    const broken: string[] = [];
    let walked = 0;
    for (let at = 0; at < recording.boundaries.length; at += STRIDE) {
      const boundary = recording.boundaries[at];
      const fault = FAULTS[walked % FAULTS.length];
      if (boundary === undefined || fault === undefined) continue;
      const why = await recording.walk(boundary, fault);
      if (why !== undefined) broken.push(`${boundary.key}, ${fault}: ${why}`);
      walked += 1;
    }
    expect(broken).toEqual([]);
    expect(walked).toBe(Math.ceil(recording.boundaries.length / STRIDE));
  },
);
