import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareVersions, firmwareModelOf } from '../../../electron/contract/index.ts';
import { createFirmwareLibrary, type FirmwareLibrary } from '../../../electron/host/firmware/index.ts';
import { addPracticeFirmware } from '../../../electron/host/practice-world/firmware.ts';
import { makeImage } from '../../../native/virtual/index.ts';
import { nextId, someDay, testFolder } from '../../db/support/store.ts';
import { problemOf } from '../commissioning/bench.ts';

function openLibrary(folder = testFolder(), readOnly = false): FirmwareLibrary {
  return createFirmwareLibrary({ folder, readOnly, now: () => someDay, newId: nextId });
}

const content = (version: readonly [number, number, number]) => makeImage({ version, bodyBytes: 5_000 });
const file = { fileName: 'hub.bin', model: 'IQ3' as const };

describe('the firmware of this laptop', () => {
  it('is kept whole through a restart, of each model the newest first', () => {
    const folder = testFolder();
    const library = openLibrary(folder);
    let told = 0;
    library.subscribe(() => {
      told += 1;
    });
    const old = library.add({ ...file, content: content([1, 2, 0]) });
    const newer = library.add({ ...file, content: content([1, 10, 0]) });
    library.add({ ...file, model: 'escutcheon', content: content([1, 9, 0]) });
    expect(told).toBe(3);
    const again = openLibrary(folder);
    expect(again.list()).toEqual(library.list());
    expect(again.list().map(({ model, version }) => `${model} ${version}`)).toEqual([
      'escutcheon 1.9.0',
      'IQ3 1.10.0',
      'IQ3 1.2.0',
    ]);
    expect(again.newest()).toEqual(
      new Map([
        ['escutcheon', '1.9.0'],
        ['IQ3', '1.10.0'],
      ]),
    );
    expect(again.open(old.id)).toMatchObject({ model: 'IQ3', content: { version: '1.2.0' } });
    expect(newer).toMatchObject({ fileName: 'hub.bin', bytes: content([1, 10, 0]).length });
  });

  it('holds the same file once for a model, and forgets what is removed', async () => {
    const folder = testFolder();
    const library = openLibrary(folder);
    const first = library.add({ ...file, content: content([1, 0, 0]) });
    expect(library.add({ ...file, content: content([1, 0, 0]) })).toEqual(first);
    library.add({ ...file, model: 'IQ2', content: content([1, 0, 0]) });
    expect(library.list()).toHaveLength(2);
    library.remove(first.id);
    library.remove(first.id);
    expect(library.list().map(({ model }) => model)).toEqual(['IQ2']);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await problemOf((async () => library.open(first.id))())).toMatchObject({
      code: 'firmware.image_gone',
    });
  });

  it.each([
    ['no image', new Uint8Array(100), 'firmware.not_an_image'],
    ['a changed byte', content([1, 0, 0]).with(900, (content([1, 0, 0])[900] ?? 0) ^ 1), 'firmware.damaged'],
    ['its end missing', content([1, 0, 0]).slice(0, -1), 'firmware.damaged'],
    ['more than 10 MB', new Uint8Array(10 * 1024 * 1024 + 1), 'firmware.too_large'],
  ])('takes no file with %s, and keeps nothing of it', async (_, bytes, code) => {
    const folder = testFolder();
    const library = openLibrary(folder);
    expect(await problemOf((async () => library.add({ ...file, content: bytes }))())).toMatchObject({
      code,
      params: { file: 'hub.bin' },
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is bounded in number', async () => {
    const library = openLibrary();
    for (let minor = 0; minor < 64; minor += 1) library.add({ ...file, content: content([1, minor, 0]) });
    const more = async () => library.add({ ...file, content: content([2, 0, 0]) });
    expect(await problemOf(more())).toEqual({ code: 'firmware.too_many', params: { limit: 64 } });
  });

  it('does not open what the disk has changed', async () => {
    const folder = testFolder();
    const { id } = openLibrary(folder).add({ ...file, content: content([1, 0, 0]) });
    writeFileSync(join(folder, `${id}.bin`), content([1, 0, 1]));
    const open = async () => openLibrary(folder).open(id);
    expect(await problemOf(open())).toMatchObject({ code: 'firmware.image_gone' });
  });

  it('sweeps away what a copy that was cut off left, unless another process may be at it', () => {
    const folder = testFolder();
    const { id } = openLibrary(folder).add({ ...file, content: content([1, 0, 0]) });
    const left = ['half.bin', 'half.json.next', `${nextId()}.json`];
    for (const name of left) writeFileSync(join(folder, name), '{"id":');
    mkdirSync(join(folder, 'stray'));
    expect(openLibrary(folder, true).list()).toHaveLength(1);
    expect(readdirSync(folder)).toHaveLength(6);
    openLibrary(folder);
    expect(readdirSync(folder).sort()).toEqual([`${id}.bin`, `${id}.json`]);
  });

  it('offers something newer for every model in practice, once', () => {
    const folder = testFolder();
    const library = openLibrary(folder);
    addPracticeFirmware(library);
    const before = library.list();
    expect(new Set(before.map(({ model }) => model)).size).toBe(7);
    expect(before.every(({ version }) => (compareVersions('1.0.0', version) ?? 0) < 0)).toBe(true);
    addPracticeFirmware(library);
    expect(library.list()).toEqual(before);
  });
});

describe('versions', () => {
  it.each([
    ['1.0.0', '1.0.1', -1],
    ['1.10.0', '1.9.9', 1],
    ['v2.0', '2.0.0', 0],
    ['2.0.0+3', '2.0.0.4', -1],
    ['1.0.0', 'nightly', undefined],
    ['', '1.0.0', undefined],
  ])('%s against %s', (one, other, sign) => {
    const compared = compareVersions(one, other);
    expect(compared === undefined ? undefined : Math.sign(compared)).toBe(sign);
  });

  it('are of the model that a device names, with a keypad or without', () => {
    expect([firmwareModelOf('cylinder_pin'), firmwareModelOf('IQ3 Mini'), firmwareModelOf(null)]).toEqual([
      'cylinder',
      'IQ3 Mini',
      undefined,
    ]);
  });
});
