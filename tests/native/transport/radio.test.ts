import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import { encodePacket } from '../../../native/smp/index.ts';
import {
  createDeviceFinder,
  createNoblePort,
  type DeviceFinder,
  type FinderSnapshot,
  type FoundDevice,
} from '../../../native/transport/index.ts';
import { missingForRadioBench, openRadioBench, type RadioBench } from './radio-bench.ts';

const missing = missingForRadioBench();
if (missing !== null) {
  const message = `Bluetooth over the emulated radio is not tested here: ${missing} is missing.`;
  if (process.env.CI) throw new Error(message);
  console.warn(message);
}

const ID = '001F2E3D4C5B6A';

describe.skipIf(missing !== null)(
  'the real noble and the real bleno over BlueZ’s emulated controllers',
  () => {
    let bench: RadioBench;
    let device: ChildProcess;
    let finder: DeviceFinder;
    const written: number[] = [];

    beforeAll(async () => {
      bench = await openRadioBench();
      const env = { ...process.env, ...(await bench.controller()) };
      device = fork(join(import.meta.dirname, 'bleno-device.ts'), { env });
      device.on('message', (message: { written?: number }) => {
        if (message.written !== undefined) written.push(message.written);
      });
      Object.assign(process.env, await bench.controller());
      finder = createDeviceFinder({
        ble: createNoblePort(),
        knownUsb: { devices: [] },
        listPorts: async () => [],
        identify: () => Promise.reject(new Error('there is no port')),
      });
      finder.start();
    });

    afterAll(async () => {
      await finder?.stop();
      device?.disconnect();
      await bench?.dispose();
    });

    const until = (isSo: (snapshot: FinderSnapshot) => boolean) =>
      new Promise<FinderSnapshot>((done) => {
        const look = (snapshot: FinderSnapshot) => {
          if (!isSo(snapshot)) return;
          remove();
          done(snapshot);
        };
        const remove = finder.onChange(look);
        look(finder.snapshot());
      });
    const found = (state: FoundDevice['state']) =>
      until(({ devices }) => devices.some((found) => found.mac === ID && found.state === state));

    test('finds what advertises, connects, exchanges packets, and notices the end', async () => {
      const snapshot = await found('factory');
      expect(snapshot.bluetooth).toBe('on');
      expect(snapshot.devices).toMatchObject([{ transport: 'bluetooth', kind: 'lock', rssi: null }]);

      const channel = await finder.open(`lock:${ID}`);
      const answer = new Promise<Uint8Array>((done) => channel.onPacket(done));
      const data = Uint8Array.from({ length: 1_000 }, (_, index) => index % 256);
      const header = { version: 1, group: 64, sequence: 7, command: 0 };
      await channel.send(encodePacket({ ...header, op: 0 }, data));
      expect(await answer).toEqual(encodePacket({ ...header, op: 1 }, data));
      expect(written).toEqual([253, 253, 253, 249]); // MTU 256, every fragment full but the last

      const ended = new Promise<CodedError>((done) => channel.onClose(done));
      device.send('disconnect');
      expect((await ended).problem).toEqual({ code: 'ble.lost', params: { device: ID } });
      expect(channel.closed).toBe(true);
    });

    test('connects again, closes, and follows what the device advertises next', async () => {
      await until(({ devices }) => devices.some((found) => found.mac === ID && !found.connected));
      const channel = await finder.open(`lock:${ID}`);
      await channel.close();
      device.send('state:1');
      await found('pairing_open');
    });
  },
);
