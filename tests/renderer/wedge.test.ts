import { describe, expect, it } from 'vitest';
import { createWedgeDetector, WEDGE_GAP_MS } from '../../renderer/parts/wedge.ts';

function type(text: string, gapMs: number, startMs = 1000) {
  const detector = createWedgeDetector();
  let at = startMs;
  for (const key of text) {
    expect(detector.key(key, at)).toBeNull();
    at += gapMs;
  }
  return { detector, at };
}

describe('a scanner that plays keyboard', () => {
  it('is known by its speed and its Enter', () => {
    const { detector, at } = type('01FFEE0011227F', 8);
    expect(detector.key('Enter', at)).toBe('01FFEE0011227F');
  });

  it('may hold Shift for capital letters', () => {
    const detector = createWedgeDetector();
    let at = 0;
    for (const letter of '7C.0B.E8') {
      detector.key('Shift', at + 4);
      detector.key(letter, at + 8);
      at += 8;
    }
    expect(detector.key('Enter', at + 4)).toBe('7C.0B.E8');
  });

  it('is not a hand that types and presses Enter', () => {
    const { detector, at } = type('7C0BE8', WEDGE_GAP_MS + 60);
    expect(detector.key('Enter', at)).toBeNull();
  });

  it('is not a short burst, nor one that a cursor key broke', () => {
    const short = type('7C0', 5);
    expect(short.detector.key('Enter', short.at)).toBeNull();
    const broken = type('01FFEE', 5);
    broken.detector.key('ArrowLeft', broken.at);
    expect(broken.detector.key('Enter', broken.at + 5)).toBeNull();
  });

  it('begins anew after a scan', () => {
    const { detector, at } = type('7C0BE8', 5);
    expect(detector.key('Enter', at)).toBe('7C0BE8');
    expect(detector.key('Enter', at + 5)).toBeNull();
  });

  it('keeps at most 64 characters', () => {
    const { detector, at } = type('A'.repeat(500), 1);
    expect(detector.key('Enter', at)).toHaveLength(64);
  });
});
