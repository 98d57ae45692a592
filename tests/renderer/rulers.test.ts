import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockText,
  isWeakSignal,
  litForBattery,
  litForSignal,
  segments,
  share,
  signed,
} from '../../renderer/parts/rulers.ts';

describe('rulers', () => {
  it.each([
    [-47, 10],
    [-52, 9],
    [-58, 8],
    [-63, 7],
    [-66, 6],
    [-71, 5],
    [-74, 4],
    [-86, 2],
    [-91, 1],
    [-120, 0],
  ])('lights %i dBm with %i segments, as drawn', (rssi, lit) => {
    expect(litForSignal(rssi)).toBe(lit);
  });

  it('calls a signal weak below -82 dBm', () => {
    expect(isWeakSignal(-82)).toBe(false);
    expect(isWeakSignal(-83)).toBe(true);
  });

  it('lights one segment of a battery that is nearly empty, none of one that is', () => {
    expect(litForBattery(92)).toBe(9);
    expect(litForBattery(2)).toBe(1);
    expect(litForBattery(0)).toBe(0);
  });

  it('cuts a ruler so that it is filled from end to end', () => {
    expect(segments(10, 58, 2)).toHaveLength(10);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 60, max: 400 }), (count, width) => {
        const cut = segments(count, width, 2);
        const last = cut.at(-1);
        expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(width, 0);
      }),
    );
  });

  it('never draws a share beyond the ruler', () => {
    expect(share(18, 24, 64)).toBe(48);
    expect(share(3, 0, 64)).toBe(0);
    expect(share(9, 4, 64)).toBe(64);
  });

  it('shows time left down to nought', () => {
    expect(clockText(108_000)).toBe('1:48');
    expect(clockText(-5)).toBe('0:00');
  });

  it('writes a true minus', () => {
    expect(signed(-61)).toBe('−61');
    expect(signed(4)).toBe('4');
  });
});
