import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../db/store.ts';
import { createDiscovery } from '../../../electron/host/discovery/index.ts';
import { createSites } from '../../../electron/host/sites/index.ts';
import { Device } from '../../../native/devices/index.ts';
import { createDeviceFinder, identityOf, systemClock } from '../../../native/transport/index.ts';
import { memorySource, VirtualDevice } from '../../../native/virtual/index.ts';
import { newTestStore, nextId, siteData, someDay } from '../../db/support/store.ts';
import { until } from '../commissioning/bench.ts';

/** A real finder over devices of this process, with what the store plans beside it. */
function open(store: Store, devices: readonly VirtualDevice[] = []) {
  const finder = createDeviceFinder({
    knownUsb: { devices: [] },
    ble: null,
    listPorts: async () => [],
    memory: memorySource(() => devices),
    identify: async (channel) => identityOf((await Device.open(channel, { clock: systemClock })).identity),
  });
  const discovery = createDiscovery({ finder, store, practice: false });
  discovery.start();
  onTestFinished(() => finder.stop());
  return discovery;
}

const ports = (discovery: ReturnType<typeof open>) =>
  discovery
    .view()
    .devices.map(({ place, problem }) => `${place} ${problem?.code}`)
    .toSorted();

describe('discovery', () => {
  it('shows what is found beside its place in the plan, as the plan changes', async () => {
    const { store } = await newTestStore();
    const sites = createSites({ store, now: () => someDay, newId: nextId, person: () => 'Iris' });
    const siteId = sites.create(siteData('Kade'));
    const discovery = open(store, [
      new VirtualDevice({ kind: 'iq', mac: '04.A3.00', model: 'IQ3' }),
      new VirtualDevice({ kind: 'lock', mac: '01FFEE00112233' }),
    ]);
    const shown = (mac: string) => discovery.view().devices.find((device) => device.mac === mac);
    const hub = await until(discovery.subscribe, () => shown('04.A3.00'));
    expect(hub).toMatchObject({
      transport: 'usb',
      kind: 'iq',
      model: 'IQ3',
      state: 'factory',
      planned: null,
    });
    const deviceId = sites.addDevice(siteId, 'iq', null, { name: 'IQ basement' });
    let told = 0;
    onTestFinished(discovery.subscribe(() => (told += 1)));
    sites.bind(deviceId, discovery.get(hub.id));
    expect(told).toBe(1);
    expect(shown('04.A3.00')?.planned).toEqual({
      siteId,
      siteName: 'Kade',
      deviceId,
      deviceName: 'IQ basement',
    });
    const lock = await until(discovery.subscribe, () => discovery.byMac('01FFEE00112233'));
    expect(lock).toMatchObject({ transport: 'bluetooth', rssi: expect.any(Number) });
    expect(discovery.byMac('01FFEE00119999')).toBeUndefined();
    expect(() => discovery.get('iq:00.00.01')).toThrow('work.device_not_found');
    expect(discovery.view().bluetooth).toBe('absent');
  });

  it('watches a port that was added by its path until it is removed, over restarts, and says what hinders', async () => {
    const { store, dataDir } = await newTestStore();
    const missing = `${dataDir}/no-port`;
    const folder = dataDir;
    const discovery = open(store);
    await Promise.all([missing, folder, missing].map((path) => discovery.addPort(path)));
    const rows = ports(discovery);
    expect(rows).toHaveLength(2);
    expect(rows).toContain(`${missing} serial.no_such_port`);
    const later = open(store);
    await until(later.subscribe, () => (ports(later).length === 2 ? true : undefined));
    later.removePort(missing);
    later.removePort(folder);
    expect(open(store).view().devices).toEqual([]);
  });

  it('watches so many ports by path and no more, and refuses what can be no path', async () => {
    const { store, dataDir } = await newTestStore();
    const discovery = open(store);
    for (let index = 0; index < 32; index += 1) await discovery.addPort(`${dataDir}/port-${index}`);
    await expect(discovery.addPort(`${dataDir}/port-32`)).rejects.toMatchObject({
      code: 'work.too_many_ports',
      params: { limit: 32 },
    });
    await discovery.addPort(`${dataDir}/port-0`);
    discovery.removePort(`${dataDir}/port-0`);
    await expect(discovery.addPort('a\0b')).rejects.toMatchObject({ code: 'serial.no_such_port' });
    await discovery.addPort(`${dataDir}/port-32`);
    expect(discovery.view().devices).toHaveLength(32);
  });

  it('starts although its stored ports are not what was stored', async () => {
    const { store } = await newTestStore();
    store.settings.set('discovery.ports', ['/dev/none', 7, { path: 'x' }]);
    expect(open(store).view().devices.length).toBeLessThanOrEqual(1);
    store.settings.set('discovery.ports', 'ports');
    expect(open(store).view().devices).toEqual([]);
  });
});
