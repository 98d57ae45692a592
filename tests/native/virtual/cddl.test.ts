import { expect, it } from 'vitest';
import { matches } from './cddl.ts';

it.each([
  ['tree-write', { rev: 0, items: [{ id: 'AA.00.01', type: 3, parent: '0A1B2C3D4E5F60' }], more: [] }, true],
  ['tree-write', { rev: 0, items: [{ id: 'AA.00.1', type: 3 }] }, false],
  ['tree-write', { rev: 0, items: [{ id: 'AA.00.01', type: 1 }] }, false],
  ['tree-write', { rev: 2 ** 32, items: [] }, false],
  ['failsafe-write', { arm: 180 }, true],
  ['failsafe-write', { arm: 181 }, false],
  ['failsafe-write', { commit: false }, false],
  ['network-write', { eth: null, order: ['eth'] }, true],
  ['network-write', { order: [] }, false],
  ['network-read-response', { order: [] }, true],
  ['sealed', { n: 0, c: new Uint8Array() }, false],
  ['pair-response-0', { salt: new Uint8Array(15), rounds: 1000, left: 5 }, false],
  ['identity-response', { kind: 1 }, false],
  ['settings-write', { eom: { days: [true], from: 0, to: 1 } }, false],
  ['error', { err: { group: 64, rc: 5 } }, true],
  ['error', { err: { group: 64 } }, false],
])('the judge reads the CDDL: %s %j is %s', (rule, value, expected) => {
  expect(matches(rule, value)).toBe(expected);
});
