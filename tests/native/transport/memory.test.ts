import { expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { createDeviceFinder, type MemoryDevice } from '../../../native/transport/index.ts';
import { manualClock } from './manual-clock.ts';
import { iq, StandInPorts, standInChannel } from './stand-ins.ts';

test('devices of this process are found, opened and lost like any other', async () => {
  const clock = manualClock();
  const ports = new StandInPorts();
  let reachable = true;
  let rssi = -55;
  const hub: MemoryDevice = {
    transport: 'usb',
    describe: () => ({ ...iq, rssi: null }),
    connect: () => standInChannel('practice'),
  };
  const lock: MemoryDevice = {
    transport: 'bluetooth',
    describe: () => ({ kind: 'lock', mac: '01020304050607', model: 'cylinder', state: 'factory', rssi }),
    connect: () => {
      if (!reachable) throw new CodedError('ble.unreachable', { device: '01020304050607' });
      return standInChannel('01020304050607', 'bluetooth');
    },
  };
  let present = [hub, lock];
  const finder = createDeviceFinder({
    clock,
    ble: null,
    knownUsb: { devices: [] },
    identify: ports.identify,
    listPorts: ports.listPorts,
    openSerial: ports.openSerial,
    portStamp: ports.portStamp,
    memory: { devices: () => present },
  });
  finder.start();
  const devices = () => finder.snapshot().devices;
  expect(devices()).toMatchObject([
    { id: 'iq:04.A2.FF', transport: 'usb', place: '', model: 'IQ3', serial: 'IQ3-000001', rssi: null },
    { id: 'lock:01020304050607', transport: 'bluetooth', model: null, rssi: -55 },
  ]);

  const channel = await finder.open('lock:01020304050607');
  await expect(finder.open('lock:01020304050607')).rejects.toMatchObject({ code: 'finder.device_in_use' });
  present = [hub];
  rssi = -80;
  await clock.advance(5_000);
  expect(devices()).toMatchObject([{ connected: false }, { connected: true }]);
  await channel.close();
  expect(devices()).toHaveLength(1);

  present = [lock];
  reachable = false;
  await clock.advance(1_000);
  expect(devices()).toMatchObject([{ kind: 'lock', rssi: -80 }]);
  await expect(finder.open('lock:01020304050607')).rejects.toMatchObject({ code: 'ble.unreachable' });
  expect(devices()).toMatchObject([{ connected: false }]);
  await finder.stop();
});
