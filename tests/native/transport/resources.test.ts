import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { transportErrors } from '../../../electron/contract/errors/transport.ts';
import texts from '../../../resources/texts/en/transport.json' with { type: 'json' };
import known from '../../../resources/usb-devices.json' with { type: 'json' };

test('the list of known USB devices is well formed, without doubles', () => {
  for (const device of known.devices) {
    expect(device.vendorId).toMatch(/^[0-9a-f]{4}$/);
    expect(device.productId).toMatch(/^[0-9a-f]{4}$/);
  }
  const ids = known.devices.map(({ vendorId, productId }) => `${vendorId}:${productId}`);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the udev rule opens exactly the known devices', async () => {
  const rules = await readFile(
    join(import.meta.dirname, '../../../resources/linux/70-doorstep.rules'),
    'utf8',
  );
  const ids = [...rules.matchAll(/ATTRS\{idVendor\}=="(\w+)", ATTRS\{idProduct\}=="(\w+)"/g)].map(
    ([, vendorId, productId]) => ({ vendorId, productId }),
  );
  expect(ids).toEqual(known.devices.map(({ vendorId, productId }) => ({ vendorId, productId })));
});

test('every code of this area has a text', () => {
  expect(Object.keys(texts).sort()).toEqual(Object.keys(transportErrors).sort());
});

test('on Linux no driver has to be built for Electron: each brings one for Node-API, which fits every runtime', async () => {
  const modules = join(import.meta.dirname, '../../../node_modules');
  for (const driver of ['@abandonware/bluetooth-hci-socket', '@serialport/bindings-cpp']) {
    for (const platform of ['linux-x64', 'linux-arm64']) {
      const folder = join(modules, driver, 'prebuilds', platform);
      const built = (await readdir(folder)).filter((name) => name.endsWith('.node'));
      expect(built, folder).not.toEqual([]);
      for (const name of built) {
        const text = await readFile(join(folder, name), 'latin1');
        expect(text.includes('napi_create_function'), name).toBe(true);
        // What ties a driver to one version of the engine.
        expect(text.includes('_ZN2v8'), name).toBe(false);
      }
    }
  }
});
