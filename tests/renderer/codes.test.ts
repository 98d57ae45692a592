import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  caretAfterFormatting,
  formatWhileTyping,
  groupsOfLockId,
  normaliseAddress,
  normaliseLockId,
  normaliseMac,
  stateOfCode,
} from '../../renderer/parts/codes.ts';

describe('MACs and lock ids', () => {
  it.each(['4fa109', '4f:a1:09', '4F-A1-09', '4f.a1.09', ' 4F A1 09 '])('spells %s the one way', (typed) => {
    expect(normaliseMac(typed)).toBe('4F.A1.09');
  });

  it.each(['4F.A1', '4F.A1.0', '4F.A1.0G', '4FA10900', ''])('refuses %j as a MAC', (typed) => {
    expect(normaliseMac(typed)).toBeNull();
  });

  it('takes a lock id in any spelling and spaces it 2-4-4-4', () => {
    expect(normaliseLockId('01 ffee 0011 227f')).toBe('01FFEE0011227F');
    expect(normaliseLockId('01FFEE001122')).toBeNull();
    expect(groupsOfLockId('01FFEE0011227F')).toEqual(['01', 'FFEE', '0011', '227F']);
    expect(groupsOfLockId('4F.A1.09')).toBeNull();
  });

  it('reads whichever of the two it is', () => {
    expect(normaliseAddress('4fa109')).toBe('4F.A1.09');
    expect(normaliseAddress('01ffee0011227f')).toBe('01FFEE0011227F');
    expect(normaliseAddress('nonsense')).toBeNull();
  });
});

describe('a code while it is typed', () => {
  it('dots hex in pairs, and cuts what is too long for a MAC', () => {
    expect(formatWhileTyping('activation_code', '7c0be8')).toBe('7C.0B.E8');
    expect(formatWhileTyping('activation_code', '7c-0b-e')).toBe('7C.0B.E');
    expect(formatWhileTyping('mac', '4fa10912')).toBe('4F.A1.09');
    expect(formatWhileTyping('lock_id', '01ffee0011227fAA')).toBe('01FFEE0011227F');
  });

  it('leaves an activation code of another form as it is typed, in capitals', () => {
    expect(formatWhileTyping('activation_code', 'iq2-xy 77')).toBe('IQ2-XY 77');
    expect(stateOfCode('activation_code', 'IQ2-XY')).toEqual({ kind: 'unknown_form' });
  });

  it('never changes again what it has formatted', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('activation_code', 'mac', 'lock_id'),
        fc.string({ maxLength: 40 }),
        (kind, text) => {
          const once = formatWhileTyping(kind, text);
          expect(formatWhileTyping(kind, once)).toBe(once);
        },
      ),
    );
  });

  it('keeps the caret behind the same character', () => {
    // "7C0" typed, caret after the 0: one separator came in before it.
    expect(caretAfterFormatting('7C0', 3, '7C.0')).toBe(4);
    // Deleting in the middle: the caret stays in the middle.
    expect(caretAfterFormatting('7C.B.E8', 3, '7C.BE.8')).toBe(2);
    expect(caretAfterFormatting('', 0, '')).toBe(0);
  });

  it('tells how far it is', () => {
    expect(stateOfCode('lock_id', '01FFEE001122')).toEqual({ kind: 'short', have: 12, need: 14 });
    expect(stateOfCode('mac', '4F.A1.09')).toEqual({ kind: 'valid' });
    expect(stateOfCode('activation_code', '')).toEqual({ kind: 'empty' });
  });
});
