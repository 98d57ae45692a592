import { expect, it } from 'vitest';
import { modelsOfKind } from '../../electron/host/rules/index.ts';
import en from '../../renderer/i18n/en.json';
import { lockModels, modelOfFind, modelText } from '../../renderer/parts/models.ts';
import { drawingOf } from '../../renderer/parts/states.ts';

const texts: Readonly<Record<string, string>> = en;
const named = (model: string) => modelText((id) => texts[id] ?? '', model);

it('offers every lock there is, each with a name and a drawing of its own', () => {
  expect([...lockModels].sort()).toEqual([...modelsOfKind.lock].sort());
  const mac = '01FFEE00112233';
  const drawings = lockModels.map((model) => drawingOf({ kind: 'lock', model, mac }));
  expect(drawings).toEqual(lockModels);
  expect(lockModels.map(named)).toEqual([
    'Cylinder',
    'Cylinder with PIN',
    'Escutcheon',
    'Escutcheon with PIN',
    'Wall reader',
    'Wall reader with PIN',
  ]);
  expect(drawingOf({ kind: 'lock', model: null, mac })).toBe('escutcheon');
  expect(drawingOf({ kind: 'lock', model: 'escutcheon_pin', mac: null })).toBe('no_lock');
});

it.each([
  ['escutcheon', 'escutcheon_pin', 'escutcheon_pin'],
  [null, 'escutcheon_pin', 'escutcheon_pin'],
  ['wall_reader', 'escutcheon_pin', 'wall_reader'],
  ['escutcheon', null, 'escutcheon'],
  [null, null, null],
])('takes a find that names %s on a place planned as %s for %s', (found, planned, model) => {
  expect(modelOfFind(found, planned)).toBe(model);
});
