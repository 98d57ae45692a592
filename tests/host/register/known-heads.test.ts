import { describe, expect, it } from 'vitest';
import { csv, openRegisterBench } from './bench.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const foreign = bytes('Objekt;Bezeichnung;Art;PLZ\nRathaus;Hub;iq;01067\n');
/** The same columns in another order. */
const shuffled = bytes('PLZ;Art;Bezeichnung;Objekt\n01069;iq;Hub;Theater\n');

describe('a head that is not ours', () => {
  it('is asked about once for each set of column names, whatever their order', async () => {
    const { register, store } = await openRegisterBench();
    await expect(register.preview('doors.csv', foreign)).rejects.toMatchObject({
      code: 'register.column_missing',
    });
    const question = await register.read('doors.csv', foreign);
    if (question.step !== 'columns') throw new Error('not asked');
    expect(question.places).toEqual({ site: 0, kind: 2, postcode: 3 });
    expect(question.head[1]).toEqual({ name: 'Bezeichnung', sample: 'Hub' });
    expect(() => register.accept(question.previewId)).toThrow('register.preview_gone');

    const { previewId } = await register.map(question.previewId, { ...question.places, device: 1 });
    expect(register.accept(previewId)).toEqual({ sites: 1, devices: 1 });
    const again = await register.read('more.csv', shuffled);
    if (again.step !== 'preview') throw new Error('asked again');
    expect(again).toMatchObject({ mapped: true, sites: [{ name: 'Theater', change: 'new', hubs: 1 }] });
    expect(await register.columns(again.previewId)).toMatchObject({
      places: { site: 3, device: 2, kind: 1, postcode: 0 },
    });
    expect(store.sites.findByName('Rathaus')?.address.postcode).toBe('01067');
  });

  it('is not read without what every register needs, nor with one column for two', async () => {
    const { register } = await openRegisterBench();
    const { previewId } = await register.read('doors.csv', foreign);
    for (const [places, code] of [
      [{ site: 0, device: 1 }, 'register.column_missing'],
      [{ site: 0, device: 1, kind: 1 }, 'register.column_twice'],
      [{ site: 0, device: 1, kind: 9 }, 'register.preview_gone'],
    ] as const) {
      await expect(register.map(previewId, places)).rejects.toMatchObject({ code });
    }
  });

  it('tells what differs from what is there, cell by cell, codes never', async () => {
    const { register, import: accept } = await openRegisterBench();
    await accept([
      { site: 'A', street: 'Kade 1', device: 'Hub', kind: 'iq', activation_code: '7K.2M.9Q' },
      { device: 'Front', kind: 'lock', floor: '0' },
      { device: 'Back', kind: 'lock' },
    ]);
    const rows = [
      { site: 'A', street: 'Kade 2', device: 'Hub', kind: 'iq', activation_code: '8K.2M.9Q' },
      { device: 'Front', kind: 'lock', floor: '1' },
      { device: 'Side', kind: 'lock' },
    ];
    const { sites } = await register.preview('a.csv', csv(rows));
    expect(sites).toMatchObject([{ change: 'changed', differenceCount: 4, unnamed: 1 }]);
    expect(sites[0]?.differences).toEqual([
      { row: 2, device: null, column: 'street', before: 'Kade 1', after: 'Kade 2' },
      { row: 2, device: 'Hub', column: 'activation_code', before: null, after: null },
      { row: 3, device: 'Front', column: 'floor', before: '0', after: '1' },
      { row: 4, device: 'Side', column: null, before: null, after: 'lock' },
    ]);
  });
});
