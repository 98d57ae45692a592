import { describe, expect, it } from 'vitest';
import { columns } from '../../../electron/host/register/columns.ts';
import { type Cells, csv, openRegisterBench } from './bench.ts';

/** A row, and each fault that it must be told: its column and its code. */
type Faulty = readonly [cells: Cells, ...faults: readonly `${string} ${string}`[]];

const hub: Cells = { device: 'Hub', kind: 'iq' };
const repeater = (device: string, parent = 'Hub'): Cells => ({ device, kind: 'repeater', parent });
const lock = (device: string, more: Cells = {}): Cells => ({ device, kind: 'lock', parent: 'Hub', ...more });
const many = (count: number, make: (name: string) => Cells): Faulty[] =>
  Array.from({ length: count }, (_, index) => [make(`${index + 1}`)]);

/** Every fault that a register without anything stored can have; sites follow one another. */
const faulty: readonly Faulty[] = [
  [{ device: 'Orphan', kind: 'iq' }, 'site register.site_missing'],

  [
    { site: 'Customer', country: 'XX', time_zone: 'Mars/Olympus', business_type: 'zoo', ...hub },
    'country site.country_unknown',
    'time_zone site.time_zone_unknown',
    'business_type site.business_type_unknown',
  ],
  [
    { owner_email: 'nobody', voucher: 'pro 50', tenant: 'Somebody else' },
    'owner_email OWNER_EMAIL_FORMAT',
    'voucher site.voucher_form',
    'tenant TENANT_MISSING',
  ],
  [{ owner_language: 'tlh' }, 'owner_language register.language_unknown'],
  [{ city: 'x'.repeat(101) }, 'city register.value_too_long'],
  [{ owner_name: 'Ann\u0007' }, 'owner_name register.control_character'],
  [{ site: 'Zones', country: 'NL', time_zone: 'Asia/Tokyo', ...hub }, 'time_zone TIME_ZONE_COUNTRY'],
  [{ street: 'Kade 1' }],
  [{ street: 'Kade 2' }, 'street register.site_conflict'],

  [{ site: 'Devices', ...hub, parent: 'Nothing' }, 'parent register.parent_of_hub'],
  [{ kind: 'lock', parent: 'Hub' }, 'device register.device_missing'],
  [{ device: 'Thing', parent: 'Hub' }, 'kind register.kind_missing'],
  [{ device: 'Thing', kind: 'gate', parent: 'Hub' }, 'kind register.kind_unknown'],
  [lock('a', { model: 'IQ3' }), 'model register.model_unknown'],
  [lock('b', { radio: 'wifi' }), 'radio register.radio_unknown'],
  [lock('c', { activation_code: '#+#+#' }), 'activation_code register.code_form'],
  [
    lock('d', { mac: '01FFEE00112233', activation_code: '01FFEE00112234' }),
    'activation_code register.code_differs',
  ],
  [lock('e', { mac: '12345' }), 'mac CODE_FORMAT'],
  [lock('f', { mac: '01FFEE00112233' }), 'mac CODE_DUPLICATE'],
  [lock('f'), 'device NAME_DUPLICATE'],
  [lock('g', { parent: 'Attic' }), 'parent register.parent_unknown'],
  [lock('h', { parent: 'a' }), 'parent register.parent_is_lock'],
  [repeater('Round', 'And round'), 'parent register.parent_circle'],
  [repeater('And round', 'Round'), 'parent register.parent_circle'],

  [{ site: 'Two hubs', ...hub }],
  [{ device: 'Hub 2', kind: 'iq' }],
  [{ device: 'Lost', kind: 'lock' }, 'parent register.parent_missing'],

  [{ site: 'Crowded', ...hub }],
  ...many(16, (name) => lock(name)),
  [lock('17'), 'parent IQ_LOCKS_MAX'],
  [{ site: 'Loud', ...hub }],
  ...many(6, (name) => repeater(name)),
  [repeater('7'), 'parent IQ_REPEATERS_MAX'],
  [lock('beside', { radio: 'blue_net' }), 'parent LOCK_BESIDE_REPEATER'],
  [{ site: 'Deep', ...hub }],
  [repeater('1', 'Hub')],
  [{ ...repeater('2', '1'), radio: 'blue_net' }],
  [repeater('3', '2')],
  [repeater('4', '3'), 'parent REPEATER_DEPTH'],
  [lock('under', { parent: '2', radio: 'rf_net' }), 'radio RADIO_MISMATCH'],
  [{ site: 'Wide', ...hub }],
  [repeater('1', 'Hub')],
  ...many(2, (name) => repeater(`1.${name}`, '1')),
  [repeater('1.3', '1'), 'parent REPEATER_BRANCHES'],
];

const codes = [...new Set(faulty.flatMap(([, ...faults]) => faults.map((fault) => fault.split(' ')[1])))];

describe('a register full of faults', () => {
  it(`tells ${codes.length} kinds of fault, each once, in its row and column, and nothing else`, async () => {
    expect(codes.length).toBeGreaterThanOrEqual(33);
    const { register, dump } = await openRegisterBench();
    const before = dump();
    const { problems, previewId } = await register.preview('faulty.csv', csv(faulty.map(([cells]) => cells)));
    const told = problems
      .filter(({ severity }) => severity === 'blocker')
      .map(({ row, column, code }) => `${row} ${column} ${code}`);
    const expected = faulty.flatMap(([, ...faults], index) =>
      faults.map((fault) => `${rowOf(index)} ${fault}`),
    );
    expect(told.toSorted()).toEqual(expected.toSorted());
    expect(() => register.accept(previewId)).toThrow('register.site_missing');
    expect(dump()).toBe(before);
  });

  it('tells faults of the head and of the number of cells beside all others', async () => {
    const { register } = await openRegisterBench();
    const head = [...columns, 'colour'].join(',');
    const line = (site: string) => [site, ...columns.slice(1).map(() => '')].join(',');
    const text = [head, `${line('A')},,,more`, line('A'), `${line('B')},red`].join('\n');
    const { problems } = await register.preview('head.csv', new TextEncoder().encode(text));
    const plain = problems.map(({ row, column, code }) => `${row} ${column} ${code}`);
    expect(plain).toContain('1 null register.column_unknown');
    expect(plain).toContain('2 null register.cell_count');
    expect(plain).toContain('3 null site.no_hub');
    expect(plain).toContain('4 owner_email OWNER_EMAIL_MISSING');
    expect(plain).toContain('4 business_type site.field_missing');
  });
});

/** Rows count from 1, the head is row 1. */
function rowOf(index: number): number {
  return index + 2;
}
