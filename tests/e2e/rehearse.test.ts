import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeRegister } from './support/large-register.ts';

const main = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));

interface Answer {
  readonly code: number;
  readonly json: {
    sites: number;
    released: number;
    invitations: number;
    doors: number;
    attached: number;
    tested: number;
    unsent: number;
    problems: { code: string; row?: number; site?: string; message: string }[];
  };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-rehearse-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rehearse(register: string): Promise<Answer> {
  const file = join(folder, 'register.csv');
  writeFileSync(file, register);
  return new Promise((resolve, reject) => {
    const args = [main, 'rehearse', '--json', file];
    const env = { ...process.env, TMPDIR: folder };
    execFile(process.execPath, args, { timeout: 600_000, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      try {
        resolve({ code, json: JSON.parse(stdout) });
      } catch {
        reject(new Error(`rehearse said no JSON: ${stdout}${stderr}`));
      }
    });
  });
}

describe('doorstep rehearse', () => {
  it('plays 20 sites with 150 doors through, from import to release', async () => {
    const { code, json } = await rehearse(largeRegister(20, 150));
    expect(json).toEqual({
      sites: 20,
      released: 20,
      invitations: 20,
      doors: 150,
      attached: 150,
      tested: 150,
      unsent: 0,
      problems: [],
    });
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual(['register.csv']);
  }, 600_000);

  it('names 25 faults of 25 different codes, each in its row', async () => {
    const { register, faults } = faultyRegister();
    const { code, json } = await rehearse(register);
    expect(faults.length).toBeGreaterThanOrEqual(25);
    expect(new Set(faults.map((fault) => fault.code)).size).toBe(faults.length);
    for (const fault of faults) {
      expect(
        json.problems.some(
          (problem) =>
            problem.code === fault.code && problem.row === fault.row && problem.message.length > 10,
        ),
        `${fault.code} in row ${fault.row}`,
      ).toBe(true);
    }
    expect(json.released).toBe(0);
    expect(code).toBe(1);
  }, 120_000);
});

/** A register in which each fault is alone in its site, so that its row is certain. */
function faultyRegister(): { register: string; faults: { code: string; row: number }[] } {
  const columns =
    'site,business_type,country,time_zone,street,postcode,city,owner_name,owner_email,owner_language,voucher,device,parent,kind,model,radio,activation_code,mac,door,floor,notes,tenant'.split(
      ',',
    );
  type Cells = Record<string, string>;
  const rows: Cells[] = [];
  const faults: { code: string; row: number }[] = [];
  let count = 0;
  const hubMac = () =>
    `0A.${(count >> 8).toString(16).padStart(2, '0')}.${(count & 255).toString(16).padStart(2, '0')}`.toUpperCase();
  const add = (cells: Cells): number => rows.push(cells) + 1;
  /** A sound site with a hub; the change is in its first row. */
  const site = (change: Cells = {}): number => {
    count += 1;
    return add({
      ...{
        site: `Site ${count}`,
        business_type: 'office',
        country: 'NL',
        time_zone: 'Europe/Amsterdam',
        street: 'Kade 1',
      },
      ...{
        postcode: '1011 AA',
        city: 'Amsterdam',
        owner_name: 'Ann',
        owner_email: `ann${count}@example.org`,
        owner_language: 'nl',
      },
      ...{ device: 'Hub', kind: 'iq', mac: hubMac() },
      ...change,
    });
  };
  const fault = (code: string, row: number) => faults.push({ code, row });
  const lock = (name: string, parent = 'Hub', more: Cells = {}): number =>
    add({ device: name, parent, kind: 'lock', radio: 'blue_net', ...more });
  const repeater = (name: string, parent = 'Hub', more: Cells = {}): number =>
    add({ device: name, parent, kind: 'repeater', radio: 'blue_net', ...more });

  fault('register.site_missing', add({ device: 'Nowhere', kind: 'iq' }));
  fault('site.country_unknown', site({ country: 'XX' }));
  fault('site.time_zone_unknown', site({ time_zone: 'Europe/Nowhere' }));
  fault('TIME_ZONE_COUNTRY', site({ time_zone: 'Asia/Tokyo' }));
  fault('site.business_type_unknown', site({ business_type: 'circus' }));
  fault('OWNER_EMAIL_FORMAT', site({ owner_email: 'ann at home' }));
  fault('register.language_unknown', site({ owner_language: 'xx' }));
  fault('site.voucher_form', site({ voucher: 'AB_12' }));
  fault('TENANT_MISSING', site({ tenant: 'Somebody else' }));
  fault('register.value_too_long', site({ city: 'x'.repeat(101) }));
  fault('register.control_character', site({ street: 'Kade\u00071' }));
  fault('register.parent_of_hub', site({ parent: 'Hub' }));
  fault('register.model_unknown', site({ model: 'IQ9' }));
  fault('register.code_form', site({ activation_code: '#!' }));
  site();
  fault('register.site_conflict', add({ city: 'Rotterdam' }));
  fault('register.kind_missing', add({ device: 'What' }));
  fault('register.kind_unknown', add({ device: 'What', kind: 'gate' }));
  fault('register.device_missing', add({ kind: 'lock', parent: 'Hub' }));
  fault('register.parent_unknown', lock('Lost', 'Attic'));
  fault('register.radio_unknown', lock('Odd radio', 'Hub', { radio: 'wifi' }));
  fault(
    'register.code_differs',
    lock('Two ids', 'Hub', { mac: '01FFEE00112233', activation_code: '01FFEE00112234' }),
  );
  fault('CODE_FORMAT', lock('Short id', 'Hub', { mac: '01FFEE' }));
  lock('Same');
  fault('NAME_DUPLICATE', lock('SAME'));
  lock('One', 'Hub', { mac: '01FFEE00AAAAAA' });
  fault('CODE_DUPLICATE', lock('Other', 'Hub', { mac: '01FFEE00AAAAAA' }));
  fault('register.parent_is_lock', lock('Below a lock', 'One'));
  site();
  for (let number = 1; number <= 16; number += 1) lock(`Lock ${number}`);
  fault('IQ_LOCKS_MAX', lock('Lock 17'));
  site();
  for (let number = 1; number <= 6; number += 1) repeater(`Repeater ${number}`);
  fault('IQ_REPEATERS_MAX', repeater('Repeater 7'));
  site();
  repeater('R1');
  repeater('R2', 'R1');
  repeater('R3', 'R2');
  fault('REPEATER_DEPTH', repeater('R4', 'R3'));
  site();
  repeater('R1');
  repeater('R2', 'R1');
  repeater('R3', 'R1');
  fault('REPEATER_BRANCHES', repeater('R4', 'R1'));
  fault('LOCK_BESIDE_REPEATER', lock('Beside'));
  fault('RADIO_MISMATCH', lock('Other radio', 'R1', { radio: 'rf_net' }));
  fault('register.parent_circle', repeater('C1', 'C2'));
  repeater('C2', 'C1');

  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map((cells) => columns.map((column) => quoted(cells[column] ?? '')).join(','));
  return { register: [columns.join(','), ...lines].join('\n'), faults };
}
