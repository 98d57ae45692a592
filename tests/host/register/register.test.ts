import { describe, expect, it } from 'vitest';
import { problemOf } from '../../db/support/store.ts';
import { type Cells, csv, openRegisterBench } from './bench.ts';

const site = {
  site: 'Harbour Offices',
  business_type: 'office',
  country: 'NL',
  time_zone: 'Europe/Amsterdam',
  street: 'Kade 1',
  postcode: '1011 AA',
  city: 'Amsterdam',
  owner_name: 'Ann',
  owner_email: 'ann@example.org',
  owner_language: 'nl',
  voucher: 'PRO-50-0001',
} as const satisfies Cells;
const hub = { device: 'IQ basement', kind: 'iq', model: 'IQ3', activation_code: '04.A2.FF', mac: '04.A3.00' };
const lock = { device: 'Main entrance', parent: 'IQ basement', kind: 'lock', mac: '01FFEE00112233' };
const register: Cells[] = [
  { ...site, ...hub },
  { ...lock, door: 'Main entrance', floor: '0' },
];

async function openWith(rows: readonly Cells[] = register) {
  const bench = await openRegisterBench();
  await bench.import(rows);
  const [stored] = bench.store.sites.all();
  if (stored === undefined) throw new Error('nothing was written');
  const device = (name: string) => {
    const found = bench.store.devices.ofSite(stored.id).find((one) => one.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  return { ...bench, siteId: stored.id, device };
}

describe('a register that is accepted', () => {
  it('writes its sites and devices, those with an id or a code as captured', async () => {
    const { store, siteId, device } = await openWith([...register, { ...lock, device: 'Later', mac: '' }]);
    expect(store.sites.get(siteId)).toMatchObject({
      name: 'Harbour Offices',
      state: 'planned',
      owner: { email: 'ann@example.org', emailRepeated: 'ann@example.org', language: 'nl' },
    });
    expect(store.devices.ofSite(siteId)).toMatchObject([
      { name: 'IQ basement', kind: 'iq', mac: '04.A3.00', hasActivationCode: true, state: 'code_captured' },
      { name: 'Main entrance', radio: 'blue_net', hasActivationCode: false, state: 'code_captured' },
      { name: 'Later', mac: null, radio: null, state: 'planned' },
    ]);
    expect(store.devices.activationCode(device('IQ basement').id)).toBe('04.A2.FF');
    expect(store.audit.ofSite(siteId, 9)).toMatchObject([{ action: 'register.planned', person: 'Iris' }]);
  });

  it('changes nothing when it is imported again, not even the time of saving', async () => {
    const { dump, import: again, register: part } = await openWith();
    const before = dump();
    expect(await again(register)).toEqual({ sites: 0, devices: 0 });
    expect(dump()).toBe(before);
    expect((await part.preview('again.csv', csv(register))).sites).toMatchObject([{ change: 'unchanged' }]);
  });

  it('changes what differs and keeps what its blank cells do not say', async () => {
    const { store, siteId, device, import: again } = await openWith();
    const before = store.sites.get(siteId);
    const changed = [
      {
        site: 'harbour offices',
        city: 'Haarlem',
        ...hub,
        activation_code: '',
        mac: '',
        notes: 'Second floor',
      },
      { device: 'main entrance', kind: 'lock', mac: '01FFEE00112234' },
    ];
    expect(await again(changed)).toEqual({ sites: 1, devices: 2 });
    expect(store.sites.get(siteId)).toMatchObject({
      name: 'Harbour Offices',
      address: { street: 'Kade 1', city: 'Haarlem' },
      owner: before?.owner,
      voucher: 'PRO-50-0001',
    });
    expect(device('IQ basement')).toMatchObject({ mac: '04.A3.00', notes: 'Second floor', model: 'IQ3' });
    expect(store.devices.activationCode(device('IQ basement').id)).toBe('04.A2.FF');
    expect(device('main entrance')).toMatchObject({
      mac: '01FFEE00112234',
      door: 'Main entrance',
      floor: '0',
    });
  });

  it('keeps a stored place below its repeater where the parent is blank', async () => {
    const below = { ...lock, parent: 'Rep' };
    const rows = [{ ...site, ...hub }, { device: 'Rep', kind: 'repeater', parent: 'IQ basement' }, below];
    const { device, import: again } = await openWith(rows);
    expect(
      await again([
        { ...site, ...hub },
        { ...lock, parent: '', floor: '2' },
      ]),
    ).toEqual({ sites: 1, devices: 1 });
    expect(device('Main entrance')).toMatchObject({ parentId: device('Rep').id, floor: '2' });
  });

  it('takes a code that comes later, in whatever spelling, and knows it again in another', async () => {
    const {
      store,
      device,
      import: again,
    } = await openWith([{ ...site, ...hub, activation_code: '', mac: '' }]);
    expect(device('IQ basement').state).toBe('planned');
    await again([{ ...site, ...hub, activation_code: '04 a2 ff', mac: '' }]);
    expect(device('IQ basement').state).toBe('code_captured');
    expect(store.devices.activationCode(device('IQ basement').id)).toBe('04a2ff');
    expect(await again([{ ...site, ...hub, activation_code: '04:A2:FF', mac: '' }])).toEqual({
      sites: 0,
      devices: 0,
    });
  });
});

describe('a register that is refused', () => {
  it('changes no byte of the store for one fault in any of its sites', async () => {
    const { dump, register: part } = await openWith();
    const good = { ...site, site: 'Second', ...hub, mac: '04.A3.01', activation_code: '04.A2.01' };
    const faults: [Cells, string][] = [
      [{ device: 'x', kind: 'door' }, 'register.kind_unknown'],
      [{ ...lock, parent: 'Nowhere' }, 'register.parent_unknown'],
      [{ notes: '\u0007' }, 'register.control_character'],
      [{ ...lock, device: 'Twin', mac: '04.A3.00' }, 'CODE_DUPLICATE'],
      [{ site: 'Third', country: 'XX' }, 'site.country_unknown'],
    ];
    const before = dump();
    for (const [row, code] of faults) {
      const { previewId } = await part.preview('register.csv', csv([good, row]));
      expect(problemOf(() => part.accept(previewId))).toMatchObject({ code, params: { row: 3 } });
      expect(dump(), code).toBe(before);
    }
  });

  it('judges again by what is stored when it is accepted', async () => {
    const { register: part, store, dump } = await openRegisterBench();
    const { previewId, problems } = await part.preview('register.csv', csv(register));
    expect(problems).toEqual([]);
    const rival = csv([{ ...site, site: 'Rival', ...hub }]);
    store.sites.insert('01950000-0000-7000-8000-000000000001', rivalData, 1);
    store.devices.insert({ ...rivalHub, siteId: '01950000-0000-7000-8000-000000000001' }, 1);
    const before = dump();
    expect(problemOf(() => part.accept(previewId))).toMatchObject({ code: 'CODE_DUPLICATE' });
    expect(dump()).toBe(before);
    expect((await part.preview('rival.csv', rival)).problems.map(({ code }) => code)).toEqual([]);
  });

  it('counts only the newest preview', async () => {
    const { register: part } = await openRegisterBench();
    const first = await part.preview('a.csv', csv(register));
    const second = await part.preview('b.csv', csv(register));
    expect(problemOf(() => part.accept(first.previewId))).toMatchObject({ code: 'register.preview_gone' });
    expect(problemOf(() => part.rowsOf(first.previewId))).toMatchObject({ code: 'register.preview_gone' });
    expect([...part.rowsOf(second.previewId)]).toEqual([['Harbour Offices', 2]]);
    part.accept(second.previewId);
    expect(problemOf(() => part.accept(second.previewId))).toMatchObject({ code: 'register.preview_gone' });
  });

  it('leaves alone what work is built upon, and names the row', async () => {
    const { store, device, faults, siteId, import: again } = await openWith();
    store.devices.change(device('IQ basement').id, { state: 'paired' }, 1);
    const change = { ...hub, mac: '04.A3.09', activation_code: '04.A2.09', model: 'IQ2' };
    expect(await faults([{ ...site, ...change }, lock])).toEqual([
      '2 mac register.device_in_work',
      '2 model register.device_in_work',
      '2 activation_code register.device_in_work',
    ]);
    expect(await again([{ ...site, ...hub, notes: 'behind the door' }, lock])).toEqual({
      sites: 1,
      devices: 1,
    });
    const [main] = [device('Main entrance')];
    store.work.start({
      id: 'w',
      kind: 'attach',
      siteId,
      deviceIds: [main.id],
      state: 'running',
      startedAt: 1,
      endedAt: null,
      problem: null,
    });
    expect(
      await faults([
        { ...site, ...hub },
        { ...lock, mac: '01FFEE00112299' },
      ]),
    ).toEqual(['3 mac register.device_in_work']);
  });

  it('leaves a finished site alone, unless it says what is there already', async () => {
    const { store, siteId, faults } = await openWith();
    store.sites.change(siteId, { state: 'installed', finishedAt: 1 }, 1);
    expect(await faults(register)).toEqual([]);
    expect(await faults([{ ...site, ...hub, notes: 'new' }, lock])).toEqual([
      '2 site register.site_finished',
    ]);
  });

  it('finds a code twice: in the file, in one site, in another, and lets two sites exchange theirs', async () => {
    const { faults, import: again, device, store } = await openWith();
    const twin = { device: 'Twin', kind: 'iq', activation_code: '04a2ff' };
    expect(await faults([{ ...site, ...twin }])).toEqual(['2 activation_code CODE_DUPLICATE']);
    const elsewhere = { ...site, site: 'Second', device: 'IQ', kind: 'iq' };
    expect(await faults([{ ...elsewhere, activation_code: '04-A2-FF' }])).toEqual([
      '2 activation_code CODE_DUPLICATE',
    ]);
    expect(await faults([{ ...elsewhere, mac: '04.a3.00' }])).toEqual(['2 mac CODE_DUPLICATE']);
    const mac = '04.A3.07';
    expect(
      await faults([
        { ...elsewhere, mac },
        { ...site, ...twin, activation_code: '', mac },
      ]),
    ).toEqual(['3 mac CODE_DUPLICATE']);
    await again([{ ...elsewhere, mac }]);
    const exchanged = [
      { ...elsewhere, mac: '04.A3.00' },
      { ...site, ...hub, mac },
    ];
    expect(await again(exchanged)).toEqual({ sites: 2, devices: 2 });
    expect(device('IQ basement').mac).toBe(mac);
    expect(store.devices.findByMac('04.A3.00')).toMatchObject([{ name: 'IQ' }]);
  });

  it('finds places that a blank parent would lead in a circle', async () => {
    const one = { device: 'One', kind: 'repeater', parent: 'IQ basement' };
    const two = { device: 'Two', kind: 'repeater', parent: 'One' };
    const { faults } = await openWith([{ ...site, ...hub }, one, two]);
    expect(
      await faults([
        { ...site, ...hub },
        { ...one, parent: 'Two' },
        { ...two, parent: '' },
      ]),
    ).toEqual(['3 parent register.parent_circle', '4 parent register.parent_circle']);
  });
});

const rivalData = {
  name: 'Rival',
  businessType: 'office',
  country: 'NL',
  timeZone: 'Europe/Amsterdam',
  address: { street: '', postcode: '', city: '' },
  owner: { fullName: '', email: '', emailRepeated: '', language: 'nl' as const },
  tenant: '',
  voucher: '',
  notes: '',
};
const rivalHub = {
  id: '01950000-0000-7000-8000-000000000002',
  parentId: null,
  position: 0,
  kind: 'iq' as const,
  name: 'IQ basement',
  model: 'IQ3' as const,
  radio: null,
  mac: '04.A3.00',
  door: '',
  floor: '',
  notes: '',
  activationCode: null,
};
