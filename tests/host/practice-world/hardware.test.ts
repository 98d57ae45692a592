import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHardware } from '../../../electron/host/practice-world/hardware.ts';
import { createPracticeWorld } from '../../../electron/host/practice-world/index.ts';
import { addSite, newDevice, newTestStore } from '../../db/support/store.ts';

const cloud = { url: '', mailboxUrl: '', smtpDeliveries: () => 0, close: async () => {} };

it('stands there as planned: a lock with PIN names its model without it, and its keypad (A16)', async () => {
  const { store, dataDir } = await newTestStore();
  const siteId = addSite(store);
  const hub = newDevice(siteId, { mac: '04.A3.00' });
  store.devices.insert(hub, 1);
  const models = [
    'cylinder',
    'cylinder_pin',
    'escutcheon',
    'escutcheon_pin',
    'wall_reader',
    'wall_reader_pin',
  ] as const;
  for (const [position, model] of models.entries()) {
    const mac = `01FFEE0011220${position}`;
    const place = { parentId: hub.id, position, kind: 'lock', name: model, model, mac } as const;
    store.devices.insert(newDevice(siteId, place), 1);
  }
  const hardware = createHardware({ store, folder: join(dataDir, 'devices') });
  hardware.visit(siteId);
  const said = models.map((_, position) => {
    const { description } = hardware.find(`01FFEE0011220${position}`) ?? {};
    return [description?.model, description?.capabilities.includes('pin')];
  });
  expect(said).toEqual([
    ['cylinder', false],
    ['cylinder', true],
    ['escutcheon', false],
    ['escutcheon', true],
    ['wall_reader', false],
    ['wall_reader', true],
  ]);

  const world = createPracticeWorld({ store, dataDir, cloud, fetch });
  world.visit(siteId);
  const shown = new Map(world.view().devices.map(({ mac, model }) => [mac, model]));
  expect(models.map((_, position) => shown.get(`01FFEE0011220${position}`))).toEqual(models);
});
