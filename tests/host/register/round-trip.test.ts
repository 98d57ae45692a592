import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../db/store.ts';
import { type Cells, csv, openRegisterBench } from './bench.ts';

/** Text as people write it: umlauts, quotes, separators, line breaks, formulas, blanks at both ends. */
const text = fc.string({
  unit: fc.constantFrom(
    ...'aZ9äÖßéñ汉'.split(''),
    '"',
    ',',
    ';',
    '\t',
    '\n',
    '=',
    '+',
    ' ',
    '„',
    "'",
    '🚪',
    'e\u0301',
  ),
  maxLength: 12,
});
/** What a cell of one line holds of it. */
const oneLine = (value: string) => value.normalize('NFC').replace(/\s+/gu, ' ').trim();

const hubPlan = fc.record({
  model: fc.constantFrom('', 'IQ2', 'iq3', 'IQ3 Mini'),
  known: fc.boolean(),
  repeaters: fc.integer({ min: 0, max: 3 }),
  locks: fc.array(fc.record({ rf: fc.boolean(), known: fc.boolean(), text, notes: text }), { maxLength: 5 }),
});
const sitePlan = fc.record({
  text,
  notes: text,
  language: fc.constantFrom('en', 'es', 'de', 'fr', 'nl'),
  owner: text,
  hubs: fc.array(hubPlan, { minLength: 1, maxLength: 3 }),
});
type SitePlan = typeof sitePlan extends fc.Arbitrary<infer Plan> ? Plan : never;

/** Hands out MACs, lock ids and names that nothing else has. */
function counter() {
  let last = 0;
  const hex = (digits: number) => {
    last += 1;
    return last.toString(16).toUpperCase().padStart(digits, '0');
  };
  return {
    mac: () => `${hex(6).replace(/(..)(..)(..)/, '$1.$2.$3')}`,
    lockId: () => `01FFEE${hex(8)}`,
    name: (of: string) => oneLine(`${of} ${hex(1)}`),
  };
}

/** The rows of a site, its repeaters in a row below each hub and its locks below the last of them. */
function rowsOf(plan: SitePlan, next: ReturnType<typeof counter>): Cells[] {
  const site: Cells = {
    site: next.name(plan.text),
    country: 'DE',
    time_zone: 'Europe/Berlin',
    business_type: 'office',
    street: oneLine(plan.text),
    owner_name: oneLine(plan.owner),
    owner_language: plan.language,
    owner_email: 'owner@example.org',
  };
  const devices = plan.hubs.flatMap(({ model, known, repeaters, locks }): Cells[] => {
    const hub = next.name('Hub');
    const codes = known ? { mac: next.mac(), activation_code: next.mac() } : {};
    let parent = hub;
    const chain = Array.from({ length: repeaters }, (): Cells => {
      const device = next.name('Repeater');
      const row = { device, kind: 'repeater', parent };
      parent = device;
      return row;
    });
    const below = locks.map(({ rf, known, text, notes }): Cells => {
      const mac = known ? (rf ? next.mac() : next.lockId()) : '';
      const radio = rf ? 'rf_net' : 'blue_net';
      const place = { device: next.name(text), door: oneLine(text), notes: notes.normalize('NFC').trim() };
      return { kind: 'lock', parent, radio, mac, ...place };
    });
    return [{ device: hub, kind: 'iq', model, ...codes }, ...chain, ...below];
  });
  return [{ ...site, notes: plan.notes.normalize('NFC').trim() }, ...devices];
}

/** What the store holds of a site, in the words of the register. */
function stored(store: Store, name: string): Cells[] {
  const site = store.sites.findByName(name);
  if (site === undefined) return [];
  const devices = store.devices.ofSite(site.id);
  const nameOf = new Map(devices.map((device) => [device.id, device.name]));
  return [
    {
      site: site.name,
      country: site.country,
      time_zone: site.timeZone,
      business_type: site.businessType,
      street: site.address.street,
      owner_name: site.owner.fullName,
      owner_language: site.owner.language,
      owner_email: site.owner.email,
      notes: site.notes,
    },
    ...devices.map((device) => ({
      device: device.name,
      kind: device.kind,
      parent: nameOf.get(device.parentId ?? '') ?? '',
      model: device.model ?? '',
      radio: device.radio ?? '',
      mac: device.mac ?? '',
      activation_code: store.devices.activationCode(device.id) ?? '',
      door: device.door,
      notes: device.notes,
    })),
  ];
}

/** A row as it comes back: the model in its own spelling, a repeater's known by its kind, blanks left out. */
function asStored(cells: Cells): Cells {
  const model = cells.model === 'iq3' ? 'IQ3' : cells.kind === 'repeater' ? 'repeater' : cells.model;
  return Object.fromEntries(Object.entries({ ...cells, model }).filter(([, cell]) => cell));
}

describe('a register that goes in and comes back', () => {
  it('is the same plan, however it is written; a second time nothing changes', {
    timeout: 60_000,
  }, async () => {
    const { register, store, dump } = await openRegisterBench();
    const next = counter();
    await fc.assert(
      fc.asyncProperty(
        fc.array(sitePlan, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (plans, mixed) => {
          const sites = plans.map((plan) => rowsOf(plan, next));
          const named = sites.map((rows) => rows.map((row) => ({ ...row, site: rows[0]?.site ?? '' })));
          const file = csv(mixed ? interleaved(named) : sites.flat());
          const { previewId, problems } = await register.preview('plan.csv', file);
          expect(problems.filter(({ severity }) => severity === 'blocker')).toEqual([]);
          register.accept(previewId);
          for (const rows of sites) {
            expect(stored(store, rows[0]?.site ?? '').map(asStored)).toEqual(rows.map(asStored));
          }
          const before = dump();
          expect(register.accept((await register.preview('plan.csv', file)).previewId)).toEqual({
            sites: 0,
            devices: 0,
          });
          expect(dump()).toBe(before);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may have a thousand sites', { timeout: 60_000 }, async () => {
    const { store, register, import: accept } = await openRegisterBench();
    const next = counter();
    const rows = Array.from({ length: 1000 }, (_, index): Cells[] => {
      const hub = `Hub ${index}`;
      return [
        { site: `Site ${index}`, device: hub, kind: 'iq', mac: next.mac(), activation_code: next.mac() },
        ...[1, 2, 3].map((door) => ({
          device: `Door ${door}`,
          kind: 'lock',
          parent: hub,
          mac: next.lockId(),
        })),
      ];
    }).flat();
    expect(await accept(rows)).toEqual({ sites: 1000, devices: 4000 });
    expect(store.sites.all()).toHaveLength(1000);
    expect(
      (await register.preview('again.csv', csv(rows))).sites.filter(({ change }) => change !== 'unchanged'),
    ).toEqual([]);
  });
});

/** Rows of all sites in turn: those of one need not stand together. */
function interleaved(sites: readonly (readonly Cells[])[]): Cells[] {
  const longest = Math.max(...sites.map((rows) => rows.length));
  return Array.from({ length: longest }, (_, index) => sites.flatMap((rows) => rows[index] ?? [])).flat();
}
