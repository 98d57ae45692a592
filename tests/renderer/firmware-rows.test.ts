import { describe, expect, it } from 'vitest';
import type { Device, FirmwareImage, Work } from '../../electron/contract/index.ts';
import {
  canChoose,
  firmwareGroups,
  isChosenAtFirst,
  resultOf,
} from '../../renderer/screens/site/firmware/firmware-rows.ts';
import { fakeId, fakeWorld } from '../support/fake-data.ts';
import { fakeUpdate } from '../support/fake-firmware.ts';

const site = fakeWorld().sites.get(fakeId(1));
const [some] = site?.devices ?? [];

function device(change: Partial<Device>): Device {
  if (some === undefined) throw new Error('the drawn site has no device');
  return { ...some, kind: 'lock', model: 'cylinder_pin', radio: 'blue_net', batteryPercent: null, ...change };
}

const image = (id: number, version: string): FirmwareImage => ({
  id: fakeId(id),
  fileName: 'a.bin',
  model: 'cylinder',
  version,
  bytes: 1,
  hash: '0'.repeat(64),
  importedAt: '2026-01-01T00:00:00.000Z',
});
const images = [image(1, '1.10.0'), image(2, '1.9.0')];

/** The one row that a device makes. */
function row(change: Partial<Device>, picked = new Map()) {
  const [first] = firmwareGroups([device(change)], images, picked).flatMap(({ rows }) => rows);
  if (first === undefined) throw new Error('no row');
  return first;
}

describe('the firmware of a site', () => {
  it.each([
    ['1.9.0', 'old'],
    ['1.10.0', 'current'],
    ['2.0.0', 'newer'],
    [null, 'unknown'],
    ['factory', 'unknown'],
  ])('%s beside 1.10.0 is %s', (firmware, standing) => {
    const made = row({ firmware });
    expect(made.standing).toBe(standing);
    expect(isChosenAtFirst(made)).toBe(standing === 'old');
    expect(canChoose(made)).toBe(standing !== 'current');
  });

  it.each([
    ['an open place', { mac: null }, 'unbound'],
    ['a hub that is not paired', { kind: 'iq', state: 'found' }, 'not_paired'],
    ['an RFnet lock', { radio: 'rf_net' }, 'no_way'],
    ['a repeater whose code nobody knows', { kind: 'repeater', hasActivationCode: false }, 'no_code'],
    ['an empty battery', { batteryPercent: 19 }, 'battery'],
    ['a battery that lasts', { batteryPercent: 20 }, null],
  ] as const)('%s', (_, change, hindrance) => {
    const made = row({ firmware: '1.0.0', ...change });
    expect(made.hindrance).toBe(hindrance);
    expect(isChosenAtFirst(made)).toBe(hindrance === null);
  });

  it('takes the newest image unless a person picks another, and says where there is none', () => {
    expect(row({ firmware: '1.9.0' }, new Map([['cylinder', fakeId(2)]])).standing).toBe('current');
    expect(row({ firmware: '1.9.0' }, new Map([['cylinder', fakeId(9)]])).standing).toBe('old');
    expect(row({ model: 'escutcheon', firmware: '1.0.0' }).standing).toBe('no_image');
    expect(firmwareGroups([device({ model: null })], images, new Map())).toMatchObject([
      { model: null, image: null },
    ]);
  });

  it('tells what the update of this site says of a device, and nothing of another’s', () => {
    if (site === undefined) throw new Error('no site');
    const ids = [1, 2, 3, 4].map(fakeId);
    const running = fakeUpdate(site, ids);
    const told = (work: Work | null, siteId = site.id) =>
      [...ids, fakeId(5)].map((id) => {
        const result = resultOf(work, siteId, id);
        return typeof result === 'object' ? result.outcome : result;
      });
    expect(told(running)).toEqual(['updated', 'failed', 'running', 'waiting', undefined]);
    expect(told({ ...running, state: 'cancelled' })).toEqual([
      'updated',
      'failed',
      undefined,
      undefined,
      undefined,
    ]);
    expect(new Set([...told(running, fakeId(99)), ...told(null)])).toEqual(new Set([undefined]));
  });
});
