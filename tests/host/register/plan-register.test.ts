import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns } from '../../../electron/host/register/columns.ts';
import { ownPlaces } from '../../../electron/host/register/head.ts';
import { planRegister } from '../../../electron/host/register/plan-register.ts';
import { readCsv as readTable } from '../../../electron/host/register/read-csv.ts';
import { readRows } from '../../../electron/host/register/read-rows.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const head = columns.join(',');
const readCsv = (content: Uint8Array) => {
  const table = readTable(content);
  return readRows(table, ownPlaces(table.head));
};

/** A CSV line with these cells filled. */
function line(cells: Partial<Record<(typeof columns)[number], string>>, separator = ','): string {
  return columns.map((column) => `"${(cells[column] ?? '').replaceAll('"', '""')}"`).join(separator);
}

function refusal(content: Uint8Array): string {
  try {
    readCsv(content);
    return 'read';
  } catch (caught) {
    return (caught as { code: string }).code;
  }
}

describe('reading the cells', () => {
  it('takes a byte order mark, semicolons, tabs, quoted line breaks and doubled quotes', () => {
    for (const separator of [',', ';', '\t']) {
      const text = `\ufeff${columns.join(separator)}\r\n${line({ site: 'Kade "1";\nGracht', notes: 'a\nb' }, separator)}\r\n`;
      const { rows, problems } = readCsv(bytes(text));
      expect(problems).toEqual([]);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.cells.site).toBe('Kade "1"; Gracht');
      expect(rows[0]?.cells.notes).toBe('a\nb');
    }
  });

  it('counts rows as a spreadsheet does, over blank rows and quoted breaks', () => {
    const { rows } = readCsv(
      bytes(`${head}\n${line({ site: 'A', notes: 'x\ny' })}\n\n${line({ site: 'B' })}\n`),
    );
    expect(rows.map(({ row, cells }) => [row, cells.site])).toEqual([
      [2, 'A'],
      [4, 'B'],
    ]);
  });

  it('refuses what is no register, each with its own code', () => {
    expect(refusal(bytes(''))).toBe('register.empty');
    expect(refusal(bytes(head))).toBe('register.empty');
    expect(refusal(bytes(`${head},site\n${line({ site: 'A' })},B`))).toBe('register.column_twice');
    expect(refusal(bytes(`${head}\n"never closed`))).toBe('register.quotes_broken');
    expect(refusal(Buffer.from(`${head}\nM\xfcller`, 'latin1'))).toBe('register.encoding');
    expect(refusal(bytes(`${head}\n${'x\n'.repeat(120_001)}`))).toBe('register.too_many_rows');
  });

  it('tells cells that are too many, too long or hold control characters, and unknown columns', () => {
    const rows = [
      `${line({ site: 'A' })},extra`,
      line({ site: 'B', city: 'x'.repeat(101) }),
      line({ site: 'C\u0007' }),
    ];
    const { problems } = readCsv(bytes(`${head},colour\n${rows[0]},more\n${rows.slice(1).join(',\n')},`));
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
      [1, null, 'register.column_unknown'],
      [2, null, 'register.cell_count'],
      [3, 'city', 'register.value_too_long'],
      [4, 'site', 'register.control_character'],
    ]);
  });

  it('never fails without a code, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(refusal(Buffer.concat([bytes(`${head}\n`), noise]))).toMatch(/^(read|register\.[a-z_]+)$/);
      }),
    );
  });
});

/** What planning these rows gives: devices by site, faults by row. */
function plan(...rows: Parameters<typeof line>[0][]) {
  const { rows: read } = readCsv(bytes([head, ...rows.map((row) => line(row))].join('\n')));
  const { sites, problems } = planRegister(read);
  return {
    sites,
    faults: problems.map(({ row, column, code }) => `${row} ${column} ${code}`),
    devices: sites.map((site) => site.devices.map((device) => `${device.parent ?? '-'}/${device.name}`)),
  };
}

describe('planning the sites', () => {
  it('puts parents before children and keeps the order of the file below each', () => {
    const { devices, faults } = plan(
      { site: 'A', device: 'Door 2', kind: 'lock', parent: 'Rep' },
      { device: 'Rep', kind: 'repeater', parent: 'Hub' },
      { device: 'Hub', kind: 'IQ' },
      { device: 'Door 1', kind: 'Lock', parent: 'rep' },
    );
    expect(faults).toEqual([]);
    expect(devices).toEqual([['-/Hub', 'Hub/Rep', 'Rep/Door 2', 'Rep/Door 1']]);
  });

  it('takes the only hub for a blank parent, and asks where there are several or none', () => {
    expect(plan({ site: 'A', device: 'Hub', kind: 'iq' }, { device: 'D', kind: 'lock' }).devices).toEqual([
      ['-/Hub', 'Hub/D'],
    ]);
    expect(plan({ site: 'A', device: 'D', kind: 'lock' }).faults).toEqual([
      '2 parent register.parent_missing',
    ]);
  });

  it('joins rows of one site wherever they stand, and tells where they disagree', () => {
    const { sites, faults } = plan(
      { site: 'A', city: 'Ulm' },
      { site: 'B' },
      { site: ' a ', city: 'Bonn', street: 'Weg 1' },
    );
    expect(sites.map((site) => [site.name, site.cells.city, site.cells.street])).toEqual([
      ['A', 'Ulm', 'Weg 1'],
      ['B', '', ''],
    ]);
    expect(faults).toEqual(['4 city register.site_conflict']);
  });

  it('reads a lock id from either cell, and tells where both differ', () => {
    const lock = (more: object) =>
      plan({ site: 'A', device: 'Hub', kind: 'iq' }, { device: 'D', kind: 'lock', ...more });
    for (const more of [
      { mac: '01FFEE00112233' },
      { activation_code: '01 ffee 0011 2233'.replaceAll(' ', '') },
    ]) {
      expect(lock(more).sites[0]?.devices[1]).toMatchObject({
        mac: '01FFEE00112233',
        activationCode: null,
        radio: 'blue_net',
      });
    }
    expect(lock({ mac: '01FFEE00112233', activation_code: '01FFEE00112234' }).faults).toEqual([
      '3 activation_code register.code_differs',
    ]);
  });

  it.each([
    ['escutcheon_pin', 'escutcheon_pin'],
    ['Escutcheon PIN', 'escutcheon_pin'],
    ['wall-reader pin', 'wall_reader_pin'],
    ['WallReaderPin', 'wall_reader_pin'],
    ['cylinder_PIN', 'cylinder_pin'],
    ['Wall Reader', 'wall_reader'],
  ])('reads the model %s of a lock in any case and with any separators', (model, known) => {
    const { sites, faults } = plan(
      { site: 'A', device: 'Hub', kind: 'iq' },
      { device: 'D', kind: 'lock', model },
    );
    expect(faults).toEqual([]);
    expect(sites[0]?.devices[1]?.model).toBe(known);
  });

  it('names every fault of meaning in its own row and column', () => {
    const hub = { device: 'Hub', kind: 'iq' };
    expect(plan({ device: 'x', kind: 'iq' }).faults).toEqual(['2 site register.site_missing']);
    expect(plan({ site: 'A', device: 'x' }).faults).toEqual(['2 kind register.kind_missing']);
    expect(plan({ site: 'A', device: 'x', kind: 'door' }).faults).toEqual(['2 kind register.kind_unknown']);
    expect(plan({ site: 'A', kind: 'iq' }).faults).toEqual(['2 device register.device_missing']);
    expect(plan({ site: 'A', ...hub, parent: 'x' }).faults).toEqual(['2 parent register.parent_of_hub']);
    expect(plan({ site: 'A', ...hub, model: 'IQ9' }).faults).toEqual(['2 model register.model_unknown']);
    expect(plan({ site: 'A', owner_language: 'xx' }).faults).toEqual([
      '2 owner_language register.language_unknown',
    ]);
    expect(plan({ site: 'A', ...hub, activation_code: '#!' }).faults).toEqual([
      '2 activation_code register.code_form',
    ]);
    expect(plan({ site: 'A', ...hub }, { device: 'r', kind: 'repeater', radio: 'wifi' }).faults).toEqual([
      '3 radio register.radio_unknown',
    ]);
    expect(plan({ site: 'A', ...hub }, { device: 'd', kind: 'lock', parent: 'x' }).faults).toEqual([
      '3 parent register.parent_unknown',
    ]);
    const below = [
      { device: 'd', kind: 'lock' },
      { device: 'e', kind: 'lock', parent: 'd' },
    ];
    expect(plan({ site: 'A', ...hub }, ...below).faults).toEqual(['4 parent register.parent_is_lock']);
    const circle = [
      { device: 'r', kind: 'repeater', parent: 's' },
      { device: 's', kind: 'repeater', parent: 'r' },
      { device: 'below', kind: 'lock', parent: 's' },
    ];
    expect(plan({ site: 'A', ...hub }, ...circle).faults).toEqual([
      '3 parent register.parent_circle',
      '4 parent register.parent_circle',
    ]);
  });
});
