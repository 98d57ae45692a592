import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Store } from '../../../db/store.ts';
import { practiceFaultSchema } from '../../../electron/contract/index.ts';
import { createHardware } from '../../../electron/host/practice-world/hardware.ts';
import { createPracticeWorld } from '../../../electron/host/practice-world/index.ts';
import { createSites } from '../../../electron/host/sites/index.ts';
import { Device } from '../../../native/devices/index.ts';
import { systemClock } from '../../../native/transport/index.ts';
import { connectInMemory } from '../../../native/virtual/index.ts';
import { newTestStore, nextId, siteData, someDay, testFolder } from '../../db/support/store.ts';

async function openBench() {
  const { store } = await newTestStore();
  const sites = createSites({ store, now: () => someDay, newId: nextId, person: () => 'Iris' });
  const siteId = sites.create(siteData('Kade'));
  return { store, sites, siteId, folder: testFolder() };
}

const listed = (devices: readonly { description: { kind: string; mac: string } }[]) =>
  devices.map(({ description: { kind, mac } }) => `${kind} ${mac}`);

describe('the virtual hardware', () => {
  it('is what the visited site plans, each as planned, and a few spare locks', async () => {
    const { store, sites, siteId, folder } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, {
      mac: '04.A3.00',
      activationCode: '04.A2.FF',
      model: 'IQ2',
    });
    sites.addDevice(siteId, 'lock', hub, { mac: '7C.1A.01', model: 'wall_reader' });
    sites.addDevice(siteId, 'lock', hub, { mac: 'NO MAC' });
    const hardware = createHardware({ store, folder });
    expect(hardware.here()).toEqual([]);
    hardware.visit(nextId());
    expect(hardware.here()).toEqual([]);
    hardware.visit(siteId);
    const devices = hardware.here();
    expect(listed(devices).slice(0, 2)).toEqual(['iq 04.A3.00', 'lock 7C.1A.01']);
    expect(devices).toHaveLength(5);
    expect(devices[0]?.description).toMatchObject({ activationCode: '04.A2.FF', model: 'IQ2' });
    expect(devices[1]?.description).toMatchObject({ radio: 'rf_net', model: 'wall_reader' });
    expect(hardware.find('04.A3.00')).toBe(devices[0]);
  });

  it('has a device for each place that has none, the same after a restart, and lets it be bound', async () => {
    const { store, sites, siteId, folder } = await openBench();
    const empty = createHardware({ store, folder });
    empty.visit(siteId);
    expect(empty.here().filter(({ description }) => description.kind === 'iq')).toHaveLength(1);

    const hub = sites.addDevice(siteId, 'iq', null, {});
    const hardware = createHardware({ store, folder });
    hardware.visit(siteId);
    const [spare] = hardware.here();
    const mac = spare?.description.mac ?? '';
    const again = createHardware({ store, folder });
    again.visit(siteId);
    expect(again.here()[0]?.description).toMatchObject({ kind: 'iq', mac });
    sites.bind(hub, { kind: 'iq', mac, model: 'IQ3' });
    expect(again.here()[0]?.description.mac).toBe(mac);
    expect(again.here()).toHaveLength(4);
  });

  it('keeps what was written to it, and goes where the person goes', async () => {
    const { store, sites, siteId, folder } = await openBench();
    sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00', activationCode: '04.A2.FF' });
    const other = sites.create(siteData('Gracht'));
    sites.addDevice(other, 'iq', null, { mac: '04.A3.01', activationCode: '04.A2.01' });
    const hardware = createHardware({ store, folder });
    hardware.visit(siteId);
    await setTimeZone(hardware.find('04.A3.00') ?? fail());
    hardware.visit(other);
    expect(listed(hardware.here())[0]).toBe('iq 04.A3.01');
    expect(hardware.find('04.A3.00')).toBeDefined();
    const later = createHardware({ store, folder });
    later.visit(siteId);
    expect(later.find('04.A3.00')?.flashReport.timeZone).toBe('Europe/Lisbon');
  });
});

/** The practice world beside a cloud that only has an address. */
function openWorld(store: Store, dataDir: string, answer: typeof fetch) {
  const cloud = {
    url: 'http://127.0.0.1:9',
    mailboxUrl: 'http://127.0.0.1:9/practice/mailbox',
    smtpDeliveries: () => 0,
    close: async () => {},
  };
  return createPracticeWorld({ store, dataDir, cloud, fetch: answer });
}

describe('the practice world', () => {
  it('takes the cloud away as a dead network would, and gives it back', async () => {
    const { store, folder } = await openBench();
    const answer = vi.fn<typeof fetch>(async () => new Response('here'));
    const world = openWorld(store, folder, answer);
    const changed = vi.fn();
    onTestFinished(world.subscribe(changed));
    expect(await (await world.fetch('http://127.0.0.1:9/v1')).text()).toBe('here');
    world.setReachable(false);
    await expect(world.fetch('http://127.0.0.1:9/v1')).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ENETUNREACH' },
    });
    expect(world.view().cloudReachable).toBe(false);
    world.setReachable(true);
    await world.fetch('http://127.0.0.1:9/v1');
    expect(answer).toHaveBeenCalledTimes(2);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('shows the labels of the devices here, and is the hand at them', async () => {
    const { store, sites, siteId, folder } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00', activationCode: '04.A2.FF' });
    sites.addDevice(siteId, 'lock', hub, { mac: '01FFEE00112233' });
    const world = openWorld(store, folder, fetch);
    expect(world.view().devices).toEqual([]);
    world.visit(siteId);
    const [shown] = world.view().devices;
    expect(shown).toMatchObject({ mac: '04.A3.00', kind: 'iq', activationCode: '04.A2.FF', powered: true });
    const stateOf = (mac: string) =>
      world.memory
        .devices()
        .map((device) => device.describe())
        .find((device) => device.mac === mac)?.state;
    expect(stateOf('04.A3.00')).toBe('factory');
    world.pressButton('04.A3.00');
    expect(stateOf('04.A3.00')).toBe('pairing_open');
    world.presentCard('01FFEE00112233');
    expect(() => world.presentCard('01FFEE00119999')).toThrow('work.device_not_found');
    expect(() => world.pressButton('00.00.01')).toThrow('work.device_not_found');
  });

  it('switches every fault of a device on and off, and makes everything well again', async () => {
    const { store, sites, siteId, folder } = await openBench();
    sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00', activationCode: '04.A2.FF' });
    const world = openWorld(store, folder, fetch);
    world.visit(siteId);
    const hub = () => world.view().devices[0];
    for (const fault of practiceFaultSchema.options) world.setFault('04.A3.00', fault, true);
    expect(hub()?.faults).toEqual(practiceFaultSchema.options);
    world.setFault('04.A3.00', 'silence', false);
    expect(hub()?.faults).not.toContain('silence');
    world.setPower('04.A3.00', false);
    world.setSurroundings({ cable: false, internet: false });
    expect(hub()).toMatchObject({ powered: false, led: 'off', rssi: null });
    expect(world.memory.devices().filter((each) => each.describe().mac === '04.A3.00')).toEqual([]);
    world.makeWell();
    expect(hub()).toMatchObject({ powered: true, faults: [], led: 'steady_white', metres: 3, rssi: -53 });
    expect(world.view().surroundings).toEqual({ cable: true, internet: true });
    expect(() => world.setFault('00.00.01', 'silence', true)).toThrow('work.device_not_found');
  });

  it('is heard as far as it stands: weaker with each metre, and not at all behind the last', async () => {
    const { store, sites, siteId, folder } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00', activationCode: '04.A2.FF' });
    sites.addDevice(siteId, 'lock', hub, { mac: '01FFEE00112233' });
    const world = openWorld(store, folder, fetch);
    world.visit(siteId);
    const lock = () => world.memory.devices().find((each) => each.describe().mac === '01FFEE00112233');
    expect(lock()?.describe().rssi).toBe(-53);
    world.setDistance('01FFEE00112233', 30);
    expect(lock()?.describe().rssi).toBe(-80);
    world.setFault('01FFEE00112233', 'weak_radio', true);
    expect(lock()).toBeUndefined();
    world.setFault('01FFEE00112233', 'weak_radio', false);
    const near = lock();
    world.setDistance('01FFEE00112233', 200);
    expect(lock()).toBeUndefined();
    expect(() => near?.connect()).toThrow('ble.unreachable');
    // A cable carries however far the radio reaches.
    world.setDistance('04.A3.00', 200);
    expect(world.memory.devices().map((each) => each.transport)).toContain('usb');
  });

  it('stands where work was left unfinished, so that it can go on', async () => {
    const { store, sites, siteId, folder } = await openBench();
    const hub = sites.addDevice(siteId, 'iq', null, { mac: '04.A3.00' });
    const life = { state: 'running', startedAt: 1, endedAt: null, problem: null } as const;
    store.work.start({ id: 'w', kind: 'attach', siteId, deviceIds: [hub], ...life });
    expect(openWorld(store, folder, fetch).view().devices[0]).toMatchObject({ mac: '04.A3.00' });
  });
});

async function setTimeZone(hub: Parameters<typeof connectInMemory>[0]): Promise<void> {
  const device = await Device.open(connectInMemory(hub), { clock: systemClock });
  await device.pair('04.A2.FF');
  await device.writeClock({ utc: 1_760_000_000, tz: 'Europe/Lisbon' });
  await device.close();
}

function fail(): never {
  throw new Error('not there');
}
