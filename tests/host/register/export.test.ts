import * as fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportedText } from '../../../electron/host/register/cell-text.ts';
import { columns } from '../../../electron/host/register/columns.ts';
import { readTable } from '../../../electron/host/register/table.ts';
import { writeTable } from '../../../electron/host/register/write-table.ts';
import { type Cells, openRegisterBench } from './bench.ts';

/** Text as nobody should write it: formulas, quotes, line breaks, escapes of both forms, blanks, other scripts. */
const sign = fc.constantFrom(
  ...[
    '=',
    '+',
    '-',
    '@',
    '＝',
    "'",
    '"',
    ',',
    ';',
    '\t',
    '\n',
    '\r\n',
    ' ',
    '  ',
    '&',
    '<',
    ']]>',
    '_x0041_',
  ],
  ...['\u0000', '\u0007', 'ä', 'e\u0301', '汉', '🚪', '\u2028', '1', '0', '.5', 'E9', 'TRUE', 'a'],
);
const text = fc.array(sign, { maxLength: 8 }).map((signs) => signs.join(''));
const lock = fc.record({
  door: text,
  floor: text.map((long) => long.slice(0, 20)),
  notes: text,
  named: text,
});
const plan = fc.record({
  name: text,
  street: text,
  owner: text,
  notes: text,
  locks: fc.array(lock, { maxLength: 4 }),
});

describe('a register that is exported', () => {
  it('changes nothing when it is imported again, as CSV and as a workbook', {
    timeout: 120_000,
  }, async () => {
    const { register, store, dump, import: accept } = await openRegisterBench();
    let last = 0;
    await fc.assert(
      fc.asyncProperty(plan, fc.constantFrom('csv' as const, 'xlsx' as const), async (wanted, form) => {
        last += 1;
        const name = `Site ${last}`;
        await accept([
          {
            site: name,
            country: 'NL',
            owner_email: 'a@example.org',
            device: `Hub ${last}`,
            kind: 'iq',
            model: 'IQ3',
          },
          ...wanted.locks.map((_, index): Cells => ({ device: `Lock ${index}`, kind: 'lock' })),
        ]);
        const site = store.sites.findByName(name);
        if (site === undefined) throw new Error('no site');
        // What the screens let through, not what a register would.
        const { street, owner, notes } = wanted;
        const renamed = `${wanted.name}${last}`;
        const data = { ...site, name: renamed, notes, address: { ...site.address, street } };
        store.sites.update(site.id, { ...data, owner: { ...site.owner, fullName: owner } }, last);
        const [, ...locks] = store.devices.ofSite(site.id);
        for (const [index, device] of locks.entries()) {
          const { named, ...own } = wanted.locks[index] ?? { named: '' };
          store.devices.change(device.id, { ...own, name: `${named}${index} lock` }, last);
        }
        const before = dump();
        const { fileName, bytes } = await register.export([site.id], form);
        const preview = await register.preview(fileName, bytes);
        expect(preview.problems.filter(({ severity }) => severity === 'blocker')).toEqual([]);
        expect(preview.sites).toMatchObject([{ change: 'unchanged', differenceCount: 0, unnamed: 0 }]);
        expect(register.accept(preview.previewId)).toEqual({ sites: 0, devices: 0 });
        expect(dump()).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same plan on an empty laptop, but for the activation codes, which are secret', async () => {
    const one = await openRegisterBench();
    await one.import([
      { site: 'A', country: 'NL', device: 'Hub', kind: 'iq', mac: '04.A2.FF', activation_code: '7K.2M.9Q' },
      { device: 'Front', kind: 'lock', mac: '01FFEE00112233', door: '=1+1', floor: '-1', notes: 'a\nb' },
    ]);
    for (const form of ['csv', 'xlsx'] as const) {
      const { bytes } = await one.register.export(null, form);
      expect(Buffer.from(bytes).toString('latin1')).not.toContain('7K.2M.9Q');
      const table = await readTable(bytes);
      expect(table.rows.every(({ cells }) => (cells[columns.indexOf('activation_code')] ?? '') === '')).toBe(
        true,
      );
      const other = await openRegisterBench();
      other.register.accept((await other.register.preview(`a.${form}`, bytes)).previewId);
      const site = other.store.sites.findByName('A');
      expect(other.store.devices.ofSite(site?.id ?? '')).toMatchObject([
        { name: 'Hub', mac: '04.A2.FF', hasActivationCode: false },
        { name: 'Front', mac: '01FFEE00112233', door: '=1+1', floor: '-1', notes: 'a\nb' },
      ]);
    }
  });

  it('has no cell in its CSV that a spreadsheet would run', async () => {
    const cell = text.map((one) => exportedText('notes', one));
    const cells = fc.array(cell, { minLength: columns.length, maxLength: columns.length });
    await fc.assert(
      fc.asyncProperty(cells, async (row) => {
        const raw = new TextDecoder().decode(await writeTable([row], 'csv'));
        const { data } = Papa.parse<string[]>(raw.slice(raw.indexOf('\n') + 1), { delimiter: ',' });
        for (const cell of data[0] ?? []) {
          expect(cell).not.toMatch(/^(?:[=@＝]|[+-](?!\d+(?:[.,]\d+)?$))/);
        }
        const [read] = (await readTable(await writeTable([row], 'csv'))).rows;
        if (row.some((cell) => cell.trim() !== '')) expect(read?.cells).toEqual(row);
      }),
    );
  });

  it('is text in every cell of a workbook, and the template is its head alone', async () => {
    const bytes = await writeTable([columns.map(() => '=1+1')], 'xlsx');
    expect((await readTable(bytes)).rows).toEqual([{ row: 2, cells: columns.map(() => '=1+1') }]);
    const { register } = await openRegisterBench();
    for (const form of ['csv', 'xlsx'] as const) {
      const { fileName, bytes: blank } = await register.template(form);
      expect(fileName).toBe(`doorstep-register-template.${form}`);
      await expect(register.preview(fileName, blank)).rejects.toMatchObject({ code: 'register.empty' });
    }
  });

  it('is refused when it could not be read again', async () => {
    const rows = Array.from({ length: 120_001 }, () => columns.map(() => ''));
    await expect(writeTable(rows, 'csv')).rejects.toMatchObject({ code: 'register.export_too_large' });
    const long = Array.from({ length: 6000 }, () => columns.map(() => 'x'.repeat(100)));
    await expect(writeTable(long, 'csv')).rejects.toMatchObject({ code: 'register.export_too_large' });
    const { register } = await openRegisterBench();
    await expect(register.export(['01900000-0000-7000-8000-000000000000'], 'csv')).rejects.toMatchObject({
      code: 'site.not_found',
    });
  });
});
