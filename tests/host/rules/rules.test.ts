import { describe, expect, it } from 'vitest';
import type { Finding, SiteData } from '../../../electron/contract/index.ts';
import {
  checkSite,
  defaultLimits,
  isEmail,
  normalizeMac,
  type PlannedDevice,
  type RuleContext,
  rules,
} from '../../../electron/host/rules/index.ts';

const site: SiteData = {
  name: 'Harbour Offices',
  businessType: 'office',
  country: 'NL',
  timeZone: 'Europe/Amsterdam',
  address: { street: 'Kade 1', postcode: '1011 AA', city: 'Amsterdam' },
  owner: { fullName: 'Ann', email: 'ann@example.org', emailRepeated: 'ANN@example.org', language: 'nl' },
  tenant: '',
  voucher: 'PRO-50-0001',
  notes: '',
};

const context: RuleContext = {
  limits: new Map([['*', defaultLimits]]),
  tenants: ['Example'],
  businessTypes: ['office'],
  clockOffsetMs: null,
  newestFirmware: new Map(),
  elsewhere: () => undefined,
};

function device(id: string, parentId: string | null, more: Partial<PlannedDevice> = {}): PlannedDevice {
  const kind = parentId === null ? 'iq' : 'lock';
  return {
    id,
    parentId,
    kind,
    name: id,
    model: null,
    radio: kind === 'lock' ? 'blue_net' : null,
    mac: null,
    activationCode: null,
    state: 'planned',
    rssi: null,
    batteryPercent: null,
    firmware: null,
    clockOffsetMs: null,
    networkProven: false,
    ...more,
  };
}

const iq = device('hub', null);
const repeater = (id: string, parentId: string, more: Partial<PlannedDevice> = {}) =>
  device(id, parentId, { kind: 'repeater', radio: 'blue_net', ...more });

function found(
  devices: readonly PlannedDevice[],
  change: Partial<SiteData> = {},
  phase: 'plan' | 'release' = 'plan',
  more: Partial<RuleContext> = {},
): Finding[] {
  return [...checkSite({ site: { ...site, ...change }, devices }, { ...context, ...more }, phase).findings];
}
const codes = (...args: Parameters<typeof found>) =>
  found(...args).map((one) => `${one.code} ${one.deviceId ?? ''}`.trim());

/** A site that is done in every respect. */
const finished = [
  device('hub', null, { state: 'configured', networkProven: true, mac: '04.A3.00' }),
  device('door', 'hub', { state: 'tested', mac: '01FFEE00112233', rssi: -60 }),
];

describe('the rules of a tree', () => {
  it('lets sixteen locks pass and names the seventeenth', () => {
    const locks = Array.from({ length: 17 }, (_, index) => device(`lock ${index + 1}`, 'hub'));
    expect(codes([iq, ...locks.slice(0, 16)])).toEqual([]);
    expect(codes([iq, ...locks])).toEqual(['IQ_LOCKS_MAX lock 17']);
  });

  it('names the one that is not attached, wherever it stands in the plan', () => {
    const locks = Array.from({ length: 17 }, (_, index) =>
      device(`lock ${index + 1}`, 'hub', index === 3 ? {} : { state: 'attached' }),
    );
    expect(codes([iq, ...locks]).filter((code) => code.startsWith('IQ_LOCKS_MAX'))).toEqual([
      'IQ_LOCKS_MAX lock 4',
    ]);
  });

  it('lets six repeaters pass and names the seventh', () => {
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => repeater(id, 'hub'));
    expect(codes([iq, ...six])).toEqual([]);
    expect(codes([iq, ...six, repeater('g', 'hub')])).toEqual(['IQ_REPEATERS_MAX g']);
  });

  it('lets three repeaters stand in a row, not four', () => {
    const row = [repeater('a', 'hub'), repeater('b', 'a'), repeater('c', 'b')];
    expect(codes([iq, ...row])).toEqual([]);
    expect(codes([iq, ...row, repeater('d', 'c')])).toEqual(['REPEATER_DEPTH d']);
  });

  it('lets two repeaters hang below one, not three; locks do not count', () => {
    const two = [repeater('a', 'hub'), repeater('b', 'a'), repeater('c', 'a'), device('lock', 'a')];
    expect(codes([iq, ...two])).toEqual([]);
    expect(codes([iq, ...two, repeater('d', 'a')])).toEqual(['REPEATER_BRANCHES d']);
  });

  it('refuses a BLUEnet lock on the hub once it has a repeater, not an RFnet one', () => {
    const beside = [repeater('a', 'hub'), device('blue', 'hub'), device('red', 'hub', { radio: 'rf_net' })];
    expect(codes([iq, ...beside])).toEqual(['LOCK_BESIDE_REPEATER blue']);
  });

  it('refuses a lock that speaks another radio than its repeater', () => {
    expect(codes([iq, repeater('a', 'hub'), device('red', 'a', { radio: 'rf_net' })])).toEqual([
      'RADIO_MISMATCH red',
    ]);
  });

  it('takes limits from the cloud, by model', () => {
    const limits = new Map([
      ['*', defaultLimits],
      ['IQ3 Mini', { ...defaultLimits, locksMax: 1 }],
    ]);
    const mini = device('hub', null, { model: 'IQ3 Mini' });
    expect(codes([mini, device('a', 'hub'), device('b', 'hub')], {}, 'plan', { limits })).toEqual([
      'IQ_LOCKS_MAX b',
    ]);
    expect(codes([iq, device('a', 'hub'), device('b', 'hub')], {}, 'plan', { limits })).toEqual([]);
  });
});

describe('the rules of codes and names', () => {
  it.each([
    ['lock', 'blue_net', '01FFEE00112233', true],
    ['lock', 'blue_net', '04.A2.FF', false],
    ['lock', 'rf_net', '04.A2.FF', true],
    ['iq', null, '04.A2.FF', true],
    ['iq', null, '01FFEE00112233', false],
    ['iq', null, '00.00.00', false],
    ['iq', null, 'nonsense', false],
  ] as const)('%s %s %s: %s', (kind, radio, mac, good) => {
    const asked = kind === 'iq' ? [device('x', null, { mac })] : [iq, device('x', 'hub', { radio, mac })];
    expect(codes(asked)).toEqual(good ? [] : ['CODE_FORMAT x']);
  });

  it('only warns of an activation code of unknown form, and does not repeat it', () => {
    const [only] = found([device('hub', null, { activationCode: 'SECRET-CODE-1' })]);
    expect(only).toMatchObject({ code: 'CODE_FORMAT', severity: 'warning' });
    expect(JSON.stringify(only)).not.toContain('SECRET');
  });

  it('finds a MAC twice in the site, a code written differently, and both elsewhere', () => {
    const twice = [
      iq,
      device('a', 'hub', { mac: '01FFEE00112233' }),
      device('b', 'hub', { mac: '01FFEE00112233' }),
    ];
    expect(codes(twice)).toEqual(['CODE_DUPLICATE b']);
    const hubs = [
      device('x', null, { activationCode: '04.a2.ff' }),
      device('y', null, { activationCode: '04A2FF' }),
    ];
    expect(codes(hubs)).toEqual(['CODE_DUPLICATE y']);
    const elsewhere = (key: string) => (key === 'mac 04.A3.00' ? { site: 'Other', device: 'IQ' } : undefined);
    expect(
      found([device('hub', null, { mac: '04.A3.00' })], {}, 'plan', { elsewhere })[0]?.params,
    ).toMatchObject({
      otherSite: 'Other',
    });
  });

  it('takes a MAC and an equal activation code of different devices for what they are: two things', () => {
    const hubs = [device('x', null, { activationCode: '04.A2.FF' }), device('y', null, { mac: '04.A2.FF' })];
    expect(codes(hubs)).toEqual([]);
  });

  it('compares names without regard to case and Unicode form', () => {
    const named = [iq, device('a', 'hub', { name: 'Büro' }), device('b', 'hub', { name: 'BU\u0308RO' })];
    expect(codes(named)).toEqual(['NAME_DUPLICATE b']);
  });

  it('normalises MACs', () => {
    expect(normalizeMac('04:a2:ff')).toBe('04.A2.FF');
    expect(normalizeMac('04a2ff')).toBe('04.A2.FF');
    expect(normalizeMac('01 ffee 0011 2233')).toBe('01FFEE00112233');
    expect(normalizeMac('04A2F')).toBeUndefined();
  });
});

describe('the rules of the customer', () => {
  it.each([
    [{ timeZone: 'Europe/Berlin' }, 'TIME_ZONE_COUNTRY'],
    [{ country: 'XX' }, 'site.country_unknown'],
    [{ timeZone: 'Europe/Nowhere' }, 'site.time_zone_unknown'],
    [{ businessType: 'circus' }, 'site.business_type_unknown'],
    [{ tenant: 'Somebody else' }, 'TENANT_MISSING'],
    [{ voucher: 'a b' }, 'site.voucher_form'],
    [{ owner: { ...site.owner, email: 'ann@example' } }, 'OWNER_EMAIL_FORMAT'],
  ] as const)('%j breaks %s', (change, code) => {
    expect(codes([iq], change)).toEqual([code]);
  });

  it('asks for a tenant only where the account has several', () => {
    expect(codes([iq], {}, 'plan', { tenants: ['A', 'B'] })).toEqual(['TENANT_MISSING']);
    expect(codes([iq], { tenant: 'b' }, 'plan', { tenants: ['A', 'B'] })).toEqual([]);
    expect(codes([iq], { tenant: 'b' }, 'plan', { tenants: null })).toEqual([]);
  });

  it('knows an address that can be invited', () => {
    expect(isEmail('ann@example.org')).toBe(true);
    for (const wrong of [
      'ann',
      'ann@',
      '@example.org',
      'ann@example',
      'änn@example.org',
      'a n@example.org',
      'a@b..org',
    ]) {
      expect(isEmail(wrong), wrong).toBe(false);
    }
  });
});

describe('the rules of the release', () => {
  it('lets a finished site pass', () => {
    expect(codes(finished, {}, 'release')).toEqual([]);
  });

  it('stands against everything that is not done', () => {
    const undone = (change: Partial<PlannedDevice>) => [
      finished[0] as PlannedDevice,
      { ...finished[1], ...change } as PlannedDevice,
    ];
    expect(codes(undone({ mac: null }), {}, 'release')).toEqual(['DOOR_WITHOUT_LOCK door']);
    expect(codes(undone({ state: 'found' }), {}, 'release')).toEqual(['LOCK_NOT_ATTACHED door']);
    expect(codes(undone({ state: 'attached' }), {}, 'release')).toEqual(['DOOR_UNTESTED door']);
    expect(codes(undone({ state: 'faulty' }), {}, 'release')).toEqual(['DOOR_UNTESTED door']);
    expect(
      codes([{ ...finished[0], state: 'found' } as PlannedDevice, ...finished.slice(1)], {}, 'release'),
    ).toEqual(['IQ_NOT_PAIRED hub']);
    expect(codes([], {}, 'release')).toEqual(['site.no_hub']);
    expect(codes(finished, { owner: { ...site.owner, emailRepeated: 'an@example.org' } }, 'release')).toEqual(
      ['OWNER_EMAIL_MISMATCH'],
    );
    expect(codes(finished, { owner: { ...site.owner, email: '' } }, 'release')).toEqual([
      'OWNER_EMAIL_MISSING',
    ]);
    expect(codes(finished, { address: { ...site.address, city: ' ' } }, 'release')).toEqual([
      'site.field_missing',
    ]);
  });

  it('only warns of a missing voucher, an unproven network, a hub without locks and a weak signal', () => {
    const weak = [
      { ...finished[0], networkProven: false } as PlannedDevice,
      { ...finished[1], rssi: -83 } as PlannedDevice,
      device('hub 2', null, { state: 'configured', networkProven: true }),
    ];
    const warnings = found(weak, { voucher: '' }, 'release');
    expect(warnings.map((one) => one.code).sort()).toEqual([
      'IQ_WITHOUT_LOCK',
      'NETWORK_UNPROVEN',
      'SIGNAL_WEAK',
      'VOUCHER_MISSING',
    ]);
    expect(warnings.every((one) => one.severity === 'warning')).toBe(true);
  });

  it('warns of firmware that is older than what this laptop holds for the model, and of nothing unknown', () => {
    const newestFirmware = new Map([['cylinder' as const, '1.9.0']]);
    const locks = (model: PlannedDevice['model'], firmware: string | null) => [
      ...finished,
      device('cellar', 'hub', { state: 'tested', mac: '01FFEE00112234', model, firmware }),
    ];
    const warned = (...of: Parameters<typeof locks>) =>
      codes(locks(...of), {}, 'release', { newestFirmware });
    expect(warned('cylinder_pin', '1.8.2')).toEqual(['FIRMWARE_OLD cellar']);
    for (const [model, version] of [
      ['cylinder', '1.9.0'],
      ['cylinder', '1.10.0'],
      ['cylinder', null],
      ['cylinder', 'factory'],
      ['escutcheon', '1.0.0'],
      [null, '1.0.0'],
    ] as const) {
      expect(warned(model, version)).toEqual([]);
    }
  });

  it('says which rules were looked at and hold', () => {
    const { findings, passed } = checkSite({ site, devices: finished }, context, 'release');
    expect(findings).toEqual([]);
    expect(new Set(passed)).toEqual(new Set(rules.flatMap((rule) => rule.codes)));
  });
});
