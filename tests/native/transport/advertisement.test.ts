import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAdvertisement, SMP_SERVICE_UUID } from '../../../native/transport/index.ts';
import { manufacturerData } from './stand-ins.ts';

const services = ['180a', SMP_SERVICE_UUID];

describe('an advertisement (A15)', () => {
  test('reads the example of the clause', () => {
    const onAir = new Uint8Array([0xff, 0xff, 1, 1, 2, 0, 0, 0, 0, 0x04, 0xa2, 0xff]);
    expect(parseAdvertisement(services, onAir)).toEqual({
      known: true,
      kind: 'iq',
      state: 'commissioned',
      mac: '04.A2.FF',
    });
  });

  test('spells a BLUEnet lock id with 14 characters', () => {
    const data = manufacturerData({ kind: 3, state: 0, id: [0x00, 0x1f, 0x2e, 0x3d, 0x4c, 0x5b, 0x6a] });
    expect(parseAdvertisement(services, data)).toMatchObject({ kind: 'lock', mac: '001F2E3D4C5B6A' });
  });

  test('ignores more bytes, and is incomplete without either part', () => {
    const longer = new Uint8Array([...manufacturerData({ kind: 2 }), 9, 9, 9]);
    expect(parseAdvertisement(services, longer)).toMatchObject({ kind: 'repeater', mac: '04.A2.FF' });
    expect(parseAdvertisement(services, null)).toBeNull();
    expect(parseAdvertisement([], longer)).toBeNull();
  });

  test('tells another version, whatever follows', () => {
    expect(parseAdvertisement(services, new Uint8Array([0xff, 0xff, 7]))).toEqual({
      known: false,
      version: 7,
    });
  });

  test.each([
    ['another company', new Uint8Array([0x4c, 0x00, ...manufacturerData().slice(2)])],
    ['company bytes the wrong way round', new Uint8Array([0xff, 0x00, ...manufacturerData().slice(2)])],
    ['a byte too few', manufacturerData().slice(0, 11)],
    ['no version', new Uint8Array([0xff, 0xff])],
    ['an unknown kind', manufacturerData({ kind: 4 })],
    ['kind 0', manufacturerData({ kind: 0 })],
    ['an unknown state', manufacturerData({ state: 3 })],
    ['nothing', new Uint8Array()],
  ])('is not ours with %s', (_, data) => {
    expect(parseAdvertisement(services, data)).toBeNull();
  });

  test('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        const read = parseAdvertisement(services, data);
        if (read?.known) expect(read.mac).toMatch(/^(?:[0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/);
      }),
    );
  });
});
