import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CborInput, CborInputValue } from '../../../native/smp/index.ts';
import { type App, Bench } from './bench.ts';

/** Requests that are right but for one or two changes: the likeliest to slip through. */
const valid: Readonly<Record<number, readonly CborInput[]>> = {
  3: [{ arm: 60 }, { commit: true }, { disarm: true }],
  4: [
    {
      eth: { dhcp: false, addr: '10.0.0.9', mask: '255.0.0.0', gw: '10.0.0.1', dns: ['1.1.1.1'] },
      wifi: { ssid: new Uint8Array([65]), sec: 'wpa2', psk: 'password' },
      order: ['eth', 'wifi'],
    },
  ],
  7: [{ s: 3 }],
  8: [{ utc: 1_700_000_000, tz: 'Europe/Berlin' }],
  9: [
    {
      rev: 0,
      items: [
        { id: '11.22.33', type: 2 },
        { id: 'AA.00.01', parent: '11.22.33', type: 3 },
      ],
    },
  ],
  10: [{ id: '11.22.33', type: 2 }],
  12: [{ id: '11.22.33', force: true }],
  13: [{ open_s: 5, audit_d: 9, eom: { days: [true, true, true, true, true, true, true], from: 1, to: 2 } }],
  17: [{ sure: true }],
};

const strange: fc.Arbitrary<CborInputValue> = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, 2 ** 31, 2 ** 32, '', 'x', 'x'.repeat(70), '256.1.1.1'),
  fc.uint8Array({ maxLength: 70 }),
  fc.constantFrom<CborInputValue>([], {}, [null], [1], { a: 1 }),
);

function change(value: CborInputValue, path: number, by: CborInputValue): CborInputValue {
  if (Array.isArray(value)) {
    if (value.length === 0 || path % 5 === 0) return by;
    return value.map((item, at) => (at === path % value.length ? change(item, path >> 3, by) : item));
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return by;
  const entries = Object.entries(value) as [string, CborInputValue][];
  if (entries.length === 0) return by;
  return Object.fromEntries(
    entries.flatMap(([key, held], at): [string, CborInputValue][] => {
      if (at !== path % entries.length) return [[key, held]];
      return path % 7 === 0 ? [] : [[key, change(held, path >> 3, by)]];
    }),
  );
}

async function pairedAndArmed(kind: 'iq' | 'lock'): Promise<App> {
  const bench = new Bench();
  const app = bench.app(bench[kind]());
  await app.pairWith();
  await app.write('failsafe', { arm: 180 });
  return app;
}

/** The same of the OS and image groups: a write of any op that Doorstep sends there. */
const others: readonly (readonly [group: number, command: number, body: CborInput])[] = [
  [0, 0, { d: 'hi' }],
  [0, 7, { format: 'sv' }],
  [1, 0, { hash: new Uint8Array(32), confirm: false }],
  [1, 0, { confirm: true }],
  [1, 1, { len: 400, off: 0, sha: new Uint8Array(32), data: new Uint8Array(48) }],
  [1, 1, { off: 48, data: new Uint8Array(48) }],
  [1, 5, { slot: 1 }],
];

describe('A55 nothing is accepted that the CDDL does not allow', () => {
  // The bench judges every accepted request and every answer; here it gets many that are nearly right.
  it.each(['iq', 'lock'] as const)('by an %s', async (kind) => {
    const app = await pairedAndArmed(kind);
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.entries(valid)),
        fc.nat(),
        strange,
        fc.boolean(),
        async ([command, bodies], path, by, changed) => {
          const body = bodies[path % bodies.length] ?? {};
          const data = changed ? (change(body, path, by) as CborInput) : body;
          if (typeof data !== 'object' || data === null || Array.isArray(data)) return;
          const answer = await app.sealed({ op: 2, group: 64, command: Number(command), data });
          expect(answer).not.toBe('silence');
          if (answer !== 'silence' && (answer.rc !== undefined || answer.err !== undefined)) refused += 1;
          else accepted += 1;
        },
      ),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(60);
  });

  it('by the OS and image groups', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    await app.pairWith();
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...others),
        fc.nat(),
        strange,
        fc.boolean(),
        async (right, path, by, changed) => {
          const [group, command, body] = right;
          const data = changed ? (change(body, path, by) as CborInput) : body;
          if (typeof data !== 'object' || data === null || Array.isArray(data)) return;
          const op = command === 7 ? 0 : 2;
          const answer = await app.sealedWhile({ op, group, command, data }, 2);
          expect(answer).not.toBe('silence');
          if (answer !== 'silence' && (answer.rc !== undefined || answer.err !== undefined)) refused += 1;
          else accepted += 1;
        },
      ),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(60);
  });
});
