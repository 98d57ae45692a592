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
  /** Whether it answers commands. */
  answers = true;
  stopped = false;
  readonly _bindings = {
    stop: () => {
      this.stopped = true;
    },
  };
  startScanning() {
    this.scans.push(true);
    if (this.answers) this.emit('scanStart');
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
/** What the next driver is, and how often one was made. */
let make: () => StandInNoble;
let made: number;
let peripheral: StandInPeripheral;
let port: BlePort;

beforeEach(async () => {
  clock = manualClock();
  made = 0;
  make = () => new StandInNoble();
  peripheral = new StandInPeripheral();
  const load = async () => {
    made += 1;
    noble = make();
    return noble as unknown as Noble;
  };
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

/** A driver whose adapter answers nothing from the start, or only its scan not. */
const mute = (state: string) => () => Object.assign(new StandInNoble(), { state, answers: false });

test('an adapter that answers no command is stuck, and its driver is made anew', async () => {
  const old = noble;
  noble.answers = false;
  await clock.advance(20_000);
  expect(port.adapterState).toBe('on'); // The first look only begins the scan again.
  await clock.advance(10_000);
  expect(old.stopped).toBe(true);
  expect(
    old.listenerCount('discover') + old.listenerCount('stateChange') + old.listenerCount('scanStart'),
  ).toBe(0);
  expect(made).toBe(2);
  expect(port.adapterState).toBe('on');
  // What the old driver heard is nothing to the new one.
  expect(await outcome(port.connect('a', 'x'), 0)).toBe('ble.unreachable');
  noble.emit('discover', peripheral as unknown as Peripheral);
  expect(await outcome(port.connect('a', 'x'), 0)).toBe('connected');
});

test('a driver that stays mute is made anew three times at once, then once a minute, until it answers', async () => {
  const states: string[] = [];
  port.onAdapterState((state) => states.push(state));
  make = mute('unknown');
  noble.answers = false;
  await clock.advance(100_000);
  expect(states).toEqual(['stuck']);
  expect(port.adapterProblem).toMatchObject({ code: 'ble.adapter_stuck' });
  await expect(port.connect('a', 'x')).rejects.toMatchObject({ code: 'ble.adapter_stuck' });
  expect(made).toBe(4);
  await clock.advance(600_000);
  expect(made).toBeLessThanOrEqual(4 + 8);
  make = () => new StandInNoble();
  await clock.advance(90_000);
  expect(states).toEqual(['stuck', 'on']);
  expect(port.adapterProblem).toBeNull();
});

test('a driver that heard something, and nothing for a minute, is made anew once: the room may be empty', async () => {
  await clock.advance(50_000);
  expect(made).toBe(1);
  await clock.advance(20_000);
  expect(made).toBe(2);
  expect(port.adapterState).toBe('on');
  await clock.advance(600_000);
  expect(made).toBe(2);
});

test('a driver that carries a connection is left alone, however deaf or mute its scan is', async () => {
  const link = await port.connect('a', 'x');
  noble.answers = false;
  await clock.advance(300_000);
  expect(made).toBe(1);
  await link.close();
  await clock.advance(30_000);
  expect(made).toBe(2);
});

test('a connection under way fails at once when the adapter goes', async () => {
  peripheral.connects = () => new Promise(() => {});
  const failed = outcome(port.connect('a', 'x'), 0);
  await clock.advance(0);
  noble.emit('stateChange', 'poweredOff');
  expect(await failed).toBe('ble.adapter_off');
  expect(peripheral.state).toBe('disconnected');
});

test('an adapter that was off is not suspected, and is used when it comes on', async () => {
  noble.emit('stateChange', 'poweredOff');
  await clock.advance(300_000);
  expect(made).toBe(1);
  noble.emit('stateChange', 'poweredOn');
  expect(port.adapterState).toBe('on');
  expect(noble.scans.at(-1)).toBe(true);
});

test('where there is no driver, one is looked for once a minute: an adapter may be plugged in', async () => {
  await port.close();
  let present = false;
  const load = async () => {
    if (!present) throw Object.assign(new Error('no'), { code: 'ENODEV' });
    return new StandInNoble() as unknown as Noble;
  };
  port = createNoblePort({ clock, load, adapterExists: () => true });
  port.startScan();
  await clock.advance(0);
  expect(port.adapterState).toBe('absent');
  present = true;
  await clock.advance(60_000);
  expect(port.adapterState).toBe('on');
});
