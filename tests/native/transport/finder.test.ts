import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { createDeviceFinder, type DeviceFinder } from '../../../native/transport/index.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { iq, manufacturerData, StandInBle, StandInPorts } from './stand-ins.ts';

const KNOWN: [string, string] = ['2fe3', '0100'];
const STRANGER: [string, string] = ['0403', '6001'];
const KNOWN_PORT = '/dev/ttyACM0';
const PATH = '/tmp/port';

let clock: ManualClock;
let ports: StandInPorts;
let ble: StandInBle;
let finder: DeviceFinder;

beforeEach(() => {
  clock = manualClock();
  ports = new StandInPorts();
  ble = new StandInBle();
  finder = createDeviceFinder({
    clock,
    ble,
    knownUsb: { devices: [{ vendorId: KNOWN[0], productId: KNOWN[1] }] },
    identify: ports.identify,
    listPorts: ports.listPorts,
    openSerial: ports.openSerial,
    portStamp: ports.portStamp,
  });
});

const devices = () => finder.snapshot().devices;
const only = () => {
  expect(devices()).toHaveLength(1);
  return devices()[0];
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'succeeded',
    (error: unknown) => (error instanceof CodedError ? error.code : error),
  );
/** Waits for work that itself waits for the clock. */
async function during<T>(ms: number, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  await clock.advance(ms);
  return await work;
}

describe('USB', () => {
  test('speaks unasked to known ids only, shows what they say, and lists the rest', async () => {
    ports.plug(KNOWN_PORT, iq, KNOWN);
    ports.plug('/dev/ttyUSB0', iq, STRANGER);
    finder.start();
    await clock.advance(5_000);
    expect(ports.opened).toEqual([KNOWN_PORT]);
    expect([...ports.open].every((channel) => channel.closed)).toBe(true);
    expect(only()).toMatchObject({
      id: 'iq:04.A2.FF',
      transport: 'usb',
      place: KNOWN_PORT,
      ...iq,
      problem: null,
      connected: false,
    });
    expect(finder.snapshot().usb.ports).toEqual([
      { path: KNOWN_PORT, known: true, addedByPath: false, name: null },
      { path: '/dev/ttyUSB0', known: false, addedByPath: false, name: null },
    ]);
    ports.unplug(KNOWN_PORT);
    await clock.advance(1_000);
    expect(devices()).toEqual([]);
  });

  test('a port added by path is asked, shown as gone, and asked again when it is back', async () => {
    ports.plug(PATH, iq);
    finder.start();
    const found = await finder.addPort(PATH);
    expect(found).toMatchObject({ place: PATH, mac: iq.mac, problem: null });
    ports.unplug(PATH);
    await clock.advance(1_000);
    expect(only()).toMatchObject({
      mac: iq.mac,
      problem: { code: 'serial.port_gone', params: { path: PATH } },
    });
    ports.plug(PATH, { ...iq, mac: '01.02.03' });
    await clock.advance(2_000);
    expect(only()).toMatchObject({ mac: '01.02.03', problem: null });
    finder.removePort(PATH);
    expect(devices()).toEqual([]);
  });

  test('a port that is made anew between two looks is asked again', async () => {
    ports.plug(PATH, iq);
    finder.start();
    await finder.addPort(PATH);
    ports.plug(PATH, { ...iq, mac: '01.02.03' });
    await clock.advance(1_000);
    expect(only()?.mac).toBe('01.02.03');
  });

  test('a path where nothing is yet is watched all the same; one that cannot be is refused', async () => {
    finder.start();
    expect(await finder.addPort(PATH)).toMatchObject({
      kind: 'unknown',
      problem: { code: 'serial.no_such_port', params: { path: PATH } },
    });
    expect(ports.opened).toEqual([]);
    ports.plug(PATH, iq);
    await clock.advance(2_000);
    expect(only()).toMatchObject({ mac: iq.mac, problem: null });
    for (const path of ['', 'a\0b', 'x'.repeat(300)])
      expect(await codeOf(finder.addPort(path))).toBe('serial.no_such_port');
  });

  test('a busy port shows its problem and is found when it is free', async () => {
    const busy = new CodedError('serial.port_busy', { path: KNOWN_PORT });
    ports.plug(KNOWN_PORT, busy, KNOWN);
    finder.start();
    await clock.advance(1_000);
    expect(only()).toMatchObject({ kind: 'unknown', problem: busy.problem });
    ports.behind.set(KNOWN_PORT, iq);
    await clock.advance(3_000);
    expect(only()).toMatchObject({ mac: iq.mac, problem: null });
  });

  test('silence and noise are told apart, and asked again less and less often', async () => {
    ports.plug(KNOWN_PORT, 'silent', KNOWN);
    ports.plug(PATH, 'noisy');
    finder.start();
    expect(await finder.addPort(PATH)).toMatchObject({
      kind: 'unknown',
      mac: null,
      problem: { code: 'serial.noise', params: { path: PATH } },
    });
    await clock.advance(100_000);
    expect(devices().find((device) => device.place === KNOWN_PORT)?.problem).toEqual({
      code: 'serial.not_a_device',
      params: { path: KNOWN_PORT },
    });
    const asked = ports.opened.filter((path) => path === KNOWN_PORT).length;
    expect(asked).toBeGreaterThanOrEqual(5); // after 2, 4, 8, 16, 30 s
    expect(asked).toBeLessThanOrEqual(7);
  });

  test('an identification that never ends is cut off', async () => {
    ports.plug(PATH, iq);
    finder = createDeviceFinder({
      clock,
      ble: null,
      knownUsb: { devices: [] },
      identify: () => new Promise(() => {}),
      listPorts: ports.listPorts,
      openSerial: ports.openSerial,
      portStamp: ports.portStamp,
    });
    finder.start();
    const found = await during(8_000, finder.addPort(PATH));
    expect(found.problem?.code).toBe('serial.not_a_device');
    expect([...ports.open].every((channel) => channel.closed)).toBe(true);
  });

  test('lives with a list that fails or hangs', async () => {
    ports.plug(PATH, iq);
    ports.listFails = Promise.reject(new Error('no udevadm'));
    ports.listFails.catch(() => {});
    finder.start();
    await finder.addPort(PATH);
    ports.listFails = new Promise(() => {});
    ports.unplug(PATH);
    await clock.advance(7_000);
    expect(only()?.problem?.code).toBe('serial.port_gone');
  });
});

describe('a channel for work', () => {
  beforeEach(async () => {
    ports.plug(KNOWN_PORT, iq, KNOWN);
    finder.start();
    await clock.advance(1_000);
  });

  test('has one owner, is left alone, and its device is asked again afterwards', async () => {
    const channel = await finder.open('iq:04.A2.FF');
    expect(only()?.connected).toBe(true);
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('finder.device_in_use');
    const openings = ports.opened.length;
    ports.behind.set(KNOWN_PORT, { ...iq, state: 'commissioned' });
    await clock.advance(60_000);
    expect(ports.opened).toHaveLength(openings);
    await channel.close();
    await clock.advance(1_000);
    expect(only()).toMatchObject({ connected: false, state: 'commissioned', problem: null });
  });

  test('opens by the id from before the device was recognised', async () => {
    const channel = await finder.open(`usb:${KNOWN_PORT}`);
    expect(channel.label).toBe(KNOWN_PORT);
  });

  test('keeps its row when the cable goes, until the channel has ended', async () => {
    const channel = await finder.open('iq:04.A2.FF');
    ports.unplug(KNOWN_PORT);
    await clock.advance(5_000);
    expect(only()).toMatchObject({ mac: iq.mac, connected: true });
    const [, standIn] = ports.open;
    standIn?.breakWith(new CodedError('serial.port_gone', { path: KNOWN_PORT }));
    expect(channel.closed).toBe(true);
    await clock.advance(1_000);
    expect(devices()).toEqual([]);
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('finder.not_found');
  });

  test('goes before our own question', async () => {
    ports.plug(PATH, 'silent');
    let asked = 0;
    finder = createDeviceFinder({
      clock,
      ble: null,
      knownUsb: { devices: [] },
      identify: () => {
        asked += 1;
        return new Promise(() => {});
      },
      listPorts: ports.listPorts,
      openSerial: ports.openSerial,
      portStamp: ports.portStamp,
    });
    finder.start();
    finder.addPort(PATH).catch(() => {});
    await clock.advance(100);
    expect(asked).toBe(1);
    const channel = await during(0, finder.open(`usb:${PATH}`));
    expect(channel.closed).toBe(false);
    expect([...ports.open].filter((other) => other.label === PATH && !other.closed)).toEqual([channel]);
  });

  test('that cannot be opened frees the device again', async () => {
    ports.behind.set(KNOWN_PORT, new CodedError('serial.port_busy', { path: KNOWN_PORT }));
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('serial.port_busy');
    expect(only()).toMatchObject({ connected: false, problem: { code: 'serial.port_busy' } });
    ports.behind.set(KNOWN_PORT, iq);
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('succeeded');
  });
});

describe('one device by two ways', () => {
  const wayOf = () => only()?.ways.map(({ transport, problem }) => [transport, problem?.code ?? null]);
  beforeEach(async () => {
    ports.plug(KNOWN_PORT, iq, KNOWN);
    finder.start();
    ble.become('on');
    ble.hear('a', { data: manufacturerData(), rssi: -61 });
    await clock.advance(1_000);
  });

  test('is one find with both, and the cable first', () => {
    expect(only()).toMatchObject({ transport: 'usb', place: KNOWN_PORT, rssi: -61, mac: iq.mac });
    expect(wayOf()).toEqual([
      ['usb', null],
      ['bluetooth', null],
    ]);
  });

  test('the cable pulled: the radio is left, and it is told for a minute', async () => {
    ports.unplug(KNOWN_PORT);
    await clock.advance(1_000);
    expect(only()).toMatchObject({ id: 'iq:04.A2.FF', transport: 'bluetooth', problem: null });
    expect(wayOf()).toEqual([
      ['bluetooth', null],
      ['usb', 'serial.port_gone'],
    ]);
    const channel = await finder.open('iq:04.A2.FF');
    expect(channel.transport).toBe('bluetooth');
    await clock.advance(59_000);
    expect(wayOf()).toHaveLength(2);
    await clock.advance(3_000);
    expect(wayOf()).toEqual([['bluetooth', null]]);
    ports.plug(KNOWN_PORT, iq, KNOWN);
    await clock.advance(2_000);
    expect(wayOf()).toEqual([
      ['bluetooth', null],
      ['usb', null],
    ]);
    // One owner, whatever the way.
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('finder.device_in_use');
    await channel.close();
    expect(wayOf()?.[0]).toEqual(['usb', null]);
  });

  test('a way that cannot be gone is left for the next; the first reason is told where none can', async () => {
    ports.behind.set(KNOWN_PORT, new CodedError('serial.port_busy', { path: KNOWN_PORT }));
    const channel = await finder.open('iq:04.A2.FF');
    expect(channel.transport).toBe('bluetooth');
    await channel.close();
    ble.connectFails = new CodedError('ble.unreachable', { device: iq.mac });
    ports.behind.set(KNOWN_PORT, iq);
    await clock.advance(3_000);
    ports.behind.set(KNOWN_PORT, new CodedError('serial.port_stuck', { path: KNOWN_PORT }));
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('serial.port_stuck');
    expect(only()?.connected).toBe(false);
  });
});

describe('Bluetooth', () => {
  beforeEach(() => {
    finder.start();
    ble.become('on');
  });

  test('shows a device when advertisement and scan response are there, in either order', async () => {
    expect(ble.scanning).toBe(true);
    ble.hear('a', {});
    expect(devices()).toEqual([]);
    ble.hear('a', { service: false, data: manufacturerData() });
    ble.hear('b', {
      service: false,
      data: manufacturerData({ kind: 3, state: 0, id: [1, 2, 3, 4, 5, 6, 7] }),
    });
    ble.hear('b', {});
    expect(devices()).toMatchObject([
      { transport: 'bluetooth', place: '', kind: 'iq', mac: '04.A2.FF', state: 'pairing_open', model: null },
      { kind: 'lock', mac: '01020304050607', state: 'factory' },
    ]);
  });

  test('smooths the strength, follows the state, and forgets after ten seconds of silence', async () => {
    for (const rssi of [-60, -62, -95, -61, -63, null]) ble.hear('a', { data: manufacturerData(), rssi });
    expect(only()?.rssi).toBe(-62);
    await clock.advance(9_000);
    ble.hear('a', { data: manufacturerData({ state: 2 }), rssi: -70 });
    expect(only()).toMatchObject({ state: 'commissioned' });
    await clock.advance(10_000);
    expect(devices()).toHaveLength(1);
    await clock.advance(1_001);
    expect(devices()).toEqual([]);
  });

  test('shows an unknown version as unknown, and does not speak to it', async () => {
    ble.hear('a', { data: manufacturerData({ version: 2 }) });
    expect(only()).toMatchObject({
      kind: 'unknown',
      mac: null,
      problem: { code: 'ble.unknown_version', params: { version: 2 } },
    });
    expect(await codeOf(finder.open('bluetooth:a'))).toBe('ble.unknown_version');
    expect(ble.links).toEqual([]);
  });

  test('tells the adapter, and forgets what it cannot hear any more', async () => {
    ble.hear('a', { data: manufacturerData() });
    for (const state of ['off', 'forbidden', 'absent', 'unknown'] as const) {
      ble.become(state);
      expect(finder.snapshot()).toMatchObject({ bluetooth: state, devices: [] });
    }
  });

  test('keeps the row while connected, and for ten seconds after', async () => {
    ble.hear('a', { data: manufacturerData() });
    const channel = await finder.open('iq:04.A2.FF');
    expect(channel).toMatchObject({ transport: 'bluetooth', label: '04.A2.FF' });
    await clock.advance(60_000);
    expect(only()).toMatchObject({ connected: true });
    const ended = new Promise<CodedError>((done) => channel.onClose(done));
    ble.links[0]?.lose();
    expect((await ended).problem).toEqual({ code: 'ble.lost', params: { device: '04.A2.FF' } });
    await clock.advance(9_000);
    expect(only()).toMatchObject({ connected: false });
    await clock.advance(3_000);
    expect(devices()).toEqual([]);
  });

  test('a connection that fails frees the device', async () => {
    ble.hear('a', { data: manufacturerData() });
    ble.connectFails = new CodedError('ble.unreachable', { device: '04.A2.FF' });
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('ble.unreachable');
    ble.connectFails = null;
    expect(await codeOf(finder.open('iq:04.A2.FF'))).toBe('succeeded');
  });

  test('is closed with the finder', async () => {
    await finder.stop();
    expect(ble).toMatchObject({ closed: true, scanning: false });
  });
});

describe('the list', () => {
  test('shows a device on USB and Bluetooth once, and prefers USB unless it has a problem', async () => {
    ports.plug(KNOWN_PORT, iq, KNOWN);
    finder.start();
    ble.become('on');
    await clock.advance(1_000);
    ble.hear('a', { data: manufacturerData({ state: 1 }), rssi: -50 });
    expect(only()).toMatchObject({
      id: 'iq:04.A2.FF',
      transport: 'usb',
      place: KNOWN_PORT,
      serial: iq.serial,
      state: 'pairing_open',
      rssi: -50,
    });
    const channel = await finder.open('iq:04.A2.FF');
    expect(channel.transport).toBe('usb');
    ports.behind.set(KNOWN_PORT, new CodedError('serial.port_busy', { path: KNOWN_PORT }));
    await channel.close();
    await clock.advance(3_000);
    ble.hear('a', { data: manufacturerData(), rssi: -50 });
    expect((await finder.open('iq:04.A2.FF')).transport).toBe('bluetooth');
  });

  test('does not make one of two devices that have both lost their MAC', async () => {
    finder.start();
    ble.become('on');
    const data = manufacturerData({ id: [0, 0, 0, 0, 0, 0, 0] });
    ble.hear('a', { data });
    ble.hear('b', { data });
    expect(devices().map(({ id, mac }) => [id, mac])).toEqual([
      ['bluetooth:a', '00.00.00'],
      ['bluetooth:b', '00.00.00'],
    ]);
  });

  test('tells changes at most ten times a second, the last one always, and strength once a second', async () => {
    finder.start();
    ble.become('on');
    await clock.advance(1_000);
    const told: number[] = [];
    const remove = finder.onChange((snapshot) => told.push(snapshot.devices.length));
    for (let index = 0; index < 100; index += 1) {
      ble.hear(`p${index}`, { data: manufacturerData({ id: [0, 0, 0, 0, 1, 2, index] }) });
      await clock.advance(10);
    }
    await clock.advance(100);
    expect(told.length).toBeGreaterThan(5);
    expect(told.length).toBeLessThanOrEqual(12);
    expect(told.at(-1)).toBe(100);
    told.length = 0;
    for (let index = 0; index < 20; index += 1) {
      ble.hear('p1', { data: manufacturerData({ id: [0, 0, 0, 0, 1, 2, 1] }), rssi: -index });
      await clock.advance(100);
    }
    expect(told.length).toBeLessThanOrEqual(3);
    remove();
    told.length = 0;
    await clock.advance(15_000);
    expect(told).toEqual([]);
  });

  test('says nothing after stop', async () => {
    ports.plug(KNOWN_PORT, iq, KNOWN);
    finder.start();
    await during(2_000, Promise.resolve());
    await finder.stop();
    const told: unknown[] = [];
    finder.onChange((snapshot) => told.push(snapshot));
    ports.unplug(KNOWN_PORT);
    await clock.advance(10_000);
    expect(told).toEqual([]);
  });
});
