import { EventEmitter } from 'node:events';
import type { Noble, Peripheral } from '@abandonware/noble/with-custom-binding.js';
import { beforeEach, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { type BlePort, createNoblePort } from '../../../native/transport/index.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

/** A driver as noble shows itself, for what no emulator does on demand. */
class StandInNoble extends EventEmitter {
  state = 'poweredOn';
  scans: boolean[] = [];
  readonly _bindings = {};
  startScanning() {
    this.scans.push(true);
  }
  stopScanning() {
    this.scans.push(false);
  }
}

class StandInPeripheral extends EventEmitter {
  readonly id = 'a';
  readonly advertisement = {};
  readonly rssi = 127;
  readonly mtu = null;
  state = 'disconnected';
  attempts = 0;
  connects: () => Promise<void> = async () => {};
  discovers: () => Promise<{ characteristics: EventEmitter[] }> = async () => ({
    characteristics: [new EventEmitter()],
  });
  async connectAsync() {
    this.attempts += 1;
    this.state = 'connecting';
    await this.connects();
    this.state = 'connected';
  }
  cancelConnect() {
    this.state = 'disconnected';
  }
  async disconnectAsync() {
    this.state = 'disconnected';
    this.emit('disconnect');
  }
  discoverSomeServicesAndCharacteristicsAsync() {
    return this.discovers();
  }
}

let clock: ManualClock;
let noble: StandInNoble;
let peripheral: StandInPeripheral;
let port: BlePort;

beforeEach(async () => {
  clock = manualClock();
  noble = new StandInNoble();
  peripheral = new StandInPeripheral();
  const load = async () => noble as unknown as Noble;
  port = createNoblePort({ clock, load, adapterExists: () => true });
  port.startScan();
  await clock.advance(0);
  noble.emit('discover', peripheral as unknown as Peripheral);
});

const outcome = async (work: Promise<unknown>, ms: number) => {
  const settled = work.then(
    () => 'connected',
    (error: unknown) => (error instanceof CodedError ? error.code : error),
  );
  await clock.advance(ms);
  return settled;
};
const failing = (times: number) => async () => {
  if (peripheral.attempts <= times) throw new Error('Connection Failed to be Established');
};

test('a connection that fails at once is tried again, three times in all', async () => {
  peripheral.connects = failing(2);
  expect(await outcome(port.connect('a', 'x'), 2_000)).toBe('connected');
  expect(peripheral.attempts).toBe(3);
  peripheral.state = 'disconnected';
  peripheral.connects = failing(100);
  expect(await outcome(port.connect('a', 'x'), 2_000)).toBe('ble.unreachable');
  expect(peripheral.attempts).toBe(6);
});

test('does not scan while it connects, and scans again afterwards', async () => {
  expect(noble.scans).toEqual([true]);
  await outcome(port.connect('a', 'x'), 0);
  expect(noble.scans).toEqual([true, false, true]);
});

test('begins a scan again in which nothing is heard', async () => {
  await clock.advance(10_000);
  expect(noble.scans).toEqual([true, true]);
});

test('a device without the service is no device, and is let go', async () => {
  peripheral.discovers = () => Promise.reject('Could not find all requested services');
  expect(await outcome(port.connect('a', 'x'), 0)).toBe('ble.not_a_device');
  expect(peripheral.state).toBe('disconnected');
  peripheral.discovers = async () => ({ characteristics: [] });
  expect(await outcome(port.connect('a', 'x'), 0)).toBe('ble.not_a_device');
});

test('what takes too long, ends in the middle or is aborted leaves no connection', async () => {
  peripheral.connects = () => new Promise(() => {});
  expect(await outcome(port.connect('a', 'x'), 16_000)).toBe('ble.unreachable');
  expect(peripheral.state).toBe('disconnected');

  peripheral.connects = async () => {};
  peripheral.discovers = () => new Promise(() => {});
  const ended = outcome(port.connect('a', 'x'), 0);
  await clock.advance(0);
  await peripheral.disconnectAsync();
  expect(await ended).toBe('ble.lost');

  const abort = new AbortController();
  const aborted = outcome(port.connect('a', 'x', abort.signal), 0);
  await clock.advance(0);
  abort.abort();
  expect(await aborted).toBe('commission.cancelled');
  expect(peripheral.state).toBe('disconnected');
});

test('all links are lost with the adapter, which the driver does not tell', async () => {
  const link = await port.connect('a', 'x');
  expect(link.mtu).toBe(23);
  let lost = 0;
  link.onLost(() => {
    lost += 1;
  });
  noble.emit('stateChange', 'poweredOff');
  expect(port.adapterState).toBe('off');
  expect(lost).toBe(1);
  await expect(link.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'ble.lost' });
  await expect(port.connect('a', 'x')).rejects.toMatchObject({ code: 'ble.adapter_off' });
});

test('a closed port can be started again', async () => {
  await port.close();
  noble.emit('discover', peripheral as unknown as Peripheral);
  await expect(port.connect('a', 'x')).rejects.toMatchObject({ code: 'ble.adapter_absent' });
  port.startScan();
  await clock.advance(0);
  noble.emit('discover', peripheral as unknown as Peripheral);
  expect(await outcome(port.connect('a', 'x'), 0)).toBe('connected');
});
