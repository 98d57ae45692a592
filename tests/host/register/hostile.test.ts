import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, columns } from '../../../electron/host/register/columns.ts';
import { readTable } from '../../../electron/host/register/table.ts';
import { writeTable } from '../../../electron/host/register/write-table.ts';
import { type Cells, csv, openRegisterBench } from './bench.ts';

const head = columns.join(',');
const row = columns.map((column) => (column === 'site' ? 'Café' : '')).join(',');
const refusal = (bytes: Uint8Array): Promise<string> =>
  readTable(bytes).then(
    () => 'read',
    (caught: { code?: string }) => caught.code ?? String(caught),
  );

/** A ZIP file of these parts; `promised` is what its directory says of their size, where that is a lie. */
function zip(parts: Record<string, Uint8Array>, promised?: number): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(parts)) {
    const packed = deflateRawSync(bytes);
    const entry = Buffer.alloc(30);
    entry.writeUInt32LE(0x04034b50);
    entry.writeUInt16LE(8, 8);
    entry.writeUInt32LE(packed.length, 18);
    entry.writeUInt32LE(promised ?? bytes.length, 22);
    entry.writeUInt16LE(name.length, 26);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50);
    listed.writeUInt16LE(8, 10);
    listed.writeUInt32LE(packed.length, 20);
    listed.writeUInt32LE(promised ?? bytes.length, 24);
    listed.writeUInt16LE(name.length, 28);
    listed.writeUInt32LE(at, 42);
    directory.push(listed, Buffer.from(name));
    local.push(entry, Buffer.from(name), packed);
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, ...directory, end]);
}

const relations = (...items: string[]) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${items.join('')}</Relationships>`;
const type = (kind: string) => `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}`;

/** A workbook with one sheet, as another program may write it. */
function workbook(sheetData: string, promised?: number): Buffer {
  const text = (value: string) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${value}`);
  return zip(
    {
      '[Content_Types].xml': text(
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
      ),
      '_rels/.rels': text(
        relations(`<Relationship Id="r1" Type="${type('officeDocument')}" Target="xl/workbook.xml"/>`),
      ),
      'xl/workbook.xml': text(
        `<workbook xmlns:r="${type('').slice(0, -1)}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>`,
      ),
      'xl/_rels/workbook.xml.rels': text(
        relations(`<Relationship Id="r1" Type="${type('worksheet')}" Target="worksheets/sheet1.xml"/>`),
      ),
      'xl/worksheets/sheet1.xml': text(`<worksheet><sheetData>${sheetData}</sheetData></worksheet>`),
    },
    promised,
  );
}

const cell = (place: string, value: string) => `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`;

describe('encodings', () => {
  it('reads UTF-8 and UTF-16 with their marks', async () => {
    const text = `\ufeff${head}\r\n${row}\r\n`;
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    for (const bytes of [Buffer.from(text), little, big]) {
      expect((await readTable(bytes)).rows[0]?.cells[0]).toBe('Café');
    }
  });

  it('refuses what is neither, and half a UTF-16 letter', async () => {
    const text = `${head}\n${row}`;
    const little = Buffer.from(`\ufeff${text}`, 'utf16le');
    const wrong = [
      Buffer.from(text, 'latin1'),
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
      Buffer.concat([little, Buffer.from([0xd8])]),
      Buffer.concat([little, Buffer.from([0x00, 0xd8, 0x41, 0x00])]),
    ];
    for (const bytes of wrong) expect(await refusal(bytes)).toBe('register.encoding');
  });
});

describe('workbooks of other hands', () => {
  it('reads numbers, formulas by their last result, and gaps', async () => {
    const sheet = `<row r="1">${cell('A1', 'site')}${cell('C1', 'postcode')}</row>
      <row r="4"><c r="A4" t="str"><f>B1&amp;"x"</f><v>Harbour</v></c><c r="C4"><v>1011</v></c></row>`;
    expect(await readTable(workbook(sheet))).toEqual({
      head: ['site', '', 'postcode'],
      rows: [{ row: 4, cells: ['Harbour', '', '1011'] }],
    });
  });

  it('refuses an old or protected workbook, a damaged one and none', async () => {
    const good = Buffer.from(await writeTable([columns.map(() => 'x')], 'xlsx'));
    expect(await refusal(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).toBe('register.workbook_old');
    expect(await refusal(good.subarray(0, good.length - 30))).toBe('register.workbook_broken');
    expect(await refusal(zip({ 'a.txt': Buffer.from('hello') }))).toBe('register.workbook_broken');
    expect(await refusal(workbook(''))).toBe('register.empty');
  });

  it('never fails without a code, whatever byte of it is wrong', { timeout: 60_000 }, async () => {
    const good = await writeTable([columns.map(() => 'x')], 'xlsx');
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        expect(await refusal(bytes)).toMatch(/^read$|^register\.[a-z_]+$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('files made to fill the memory', () => {
  const memoryOf = async (bytes: Uint8Array) => {
    const before = process.memoryUsage().rss;
    const code = await refusal(bytes);
    return { code, grown: (process.memoryUsage().rss - before) / 1024 / 1024 };
  };

  it('refuses a file of 200 MB before it looks at it', async () => {
    expect(await refusal(new Uint8Array(200 * 1024 * 1024))).toBe('register.too_large');
  });

  it('refuses a ZIP bomb by what it promises, and one that lies by its first byte too many', async () => {
    const bomb = `<row r="1">${cell('A1', 'x'.repeat(250 * 1024 * 1024))}</row>`;
    const honest = workbook(bomb);
    expect(honest.length).toBeLessThan(10 * 1024 * 1024);
    expect(await memoryOf(honest)).toMatchObject({ code: 'register.workbook_too_large' });
    const lying = await memoryOf(workbook(bomb, 5000));
    expect(lying.code).toBe('register.workbook_broken');
    expect(lying.grown).toBeLessThan(150);
    expect(await refusal(workbook(bomb, 0))).toBe('register.workbook_broken');
  });

  it('takes no entity that another is made of', async () => {
    const sheet = workbook(`<row r="1">${cell('A1', 'site')}</row><row r="2">${cell('A2', '&bomb;')}</row>`);
    const { rows } = await readTable(sheet);
    expect(rows[0]?.cells[0]?.length).toBeLessThan(10);
  });

  it('refuses a sheet as wide or as long as sheets can be', async () => {
    const wide = workbook(`<row r="1">${cell('A1', 'site')}${cell('XFD1', 'x')}</row>`);
    expect(await refusal(wide)).toBe('register.too_many_columns');
    const many = Array.from(
      { length: 120_002 },
      (_, index) => `<row r="${index + 1}">${cell(`A${index + 1}`, 'x')}</row>`,
    );
    expect(await refusal(workbook(many.join('')))).toBe('register.too_many_rows');
  });

  it('reads ten million empty lines as nothing, and refuses too many rows and columns', {
    timeout: 60_000,
  }, async () => {
    const { code, grown } = await memoryOf(Buffer.from(head + '\n'.repeat(9 * 1024 * 1024)));
    expect(code).toBe('register.empty');
    expect(grown).toBeLessThan(300);
    expect(await refusal(Buffer.from(`${head}\n${'x\n'.repeat(120_001)}`))).toBe('register.too_many_rows');
    expect(await refusal(Buffer.from(`${'a,'.repeat(5_000_000)}\nx`))).toBe('register.too_many_columns');
  });
});

describe('a thousand faults', () => {
  it('are all told, in their rows and columns, wherever chance puts them', { timeout: 120_000 }, async () => {
    const faults: readonly [Column, string, string][] = [
      ['kind', 'gate', 'register.kind_unknown'],
      ['model', 'IQ3', 'register.model_unknown'],
      ['radio', 'wifi', 'register.radio_unknown'],
      ['activation_code', '#+#+#', 'register.code_form'],
      ['mac', 'no id ', 'CODE_FORMAT'],
      ['parent', 'Attic', 'register.parent_unknown'],
      ['door', 'x'.repeat(101), 'register.value_too_long'],
      ['floor', 'a\u0007', 'register.control_character'],
      ['owner_language', 'tlh', 'register.language_unknown'],
    ];
    const { register } = await openRegisterBench();
    const chosen = fc.sample(fc.tuple(fc.constantFrom(...faults), fc.integer({ min: 0, max: 3 })), 1000);
    const rows: Cells[] = [];
    const expected: string[] = [];
    for (const [index, [[column, value, code], good]] of chosen.entries()) {
      rows.push({ site: `Site ${index}`, device: 'Hub', kind: 'iq' });
      for (let door = 0; door < good; door += 1)
        rows.push({ device: `Door ${door}`, kind: 'lock', parent: 'Hub' });
      rows.push({
        device: 'Wrong',
        kind: 'lock',
        parent: 'Hub',
        [column]: column === 'mac' ? `${value}${index}` : value,
      });
      expected.push(`${rows.length + 1} ${column} ${code}`);
    }
    const told = (await register.preview('faults.csv', csv(rows))).problems
      .filter(({ severity }) => severity === 'blocker')
      .map(({ row: at, column, code }) => `${at} ${column} ${code}`);
    expect(told).toEqual(expected);
  });
});
