import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import {
  attachChildren,
  type ChildPlan,
  Device,
  type Journal,
  MemoryJournal,
  updateFirmware,
} from '../../../native/devices/index.ts';
import { readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';
import {
  createDeviceFinder,
  createNoblePort,
  type DeviceFinder,
  openSerialChannel,
  systemClock,
} from '../../../native/transport/index.ts';
import { makeImage } from '../../../native/virtual/index.ts';
import { doorstepJson } from '../../cli/doorstep.ts';
import { type Program, startProgram } from '../../e2e/support/program.ts';
import { missingForRadioBench, openRadioBench, type RadioBench } from './radio-bench.ts';

const missing = missingForRadioBench();
if (missing !== null && process.env.CI) throw new Error(`${missing} is missing`);

const HUB = { mac: '04.A2.FF', code: '7C.0B.E8' } as const;
const LOCK = '01FFEE0011227F';
/** What a piece of firmware carries to a lock at least: its buffer of 1024 bytes, less both headers (A7). */
const LEAST_PIECE_BYTES = 900;
const noSignal = new AbortController().signal;

/**
 * Work on a lock that is reached by the real noble and stands on the air through the real bleno, over BlueZ's emulated
 * controllers; its hub is on a cable of the real serial port driver. In this order: each test goes on from the one before.
 */
describe.skipIf(missing !== null)('work on a lock over Bluetooth', () => {
  let bench: RadioBench;
  let devices: Program;
  let finder: DeviceFinder;
  let folder: string;

  beforeAll(async () => {
    bench = await openRadioBench();
    folder = bench.folder;
    devices = startProgram(
      'electron/cli/virtual-device.ts',
      [
        ...['iq', '--pty', join(folder, 'hub'), '--mac', HUB.mac, '--code', HUB.code],
        ...['lock', '--mac', LOCK, '--ble', '--helpful-hand'],
      ],
      await bench.controller(),
    );
    await devices.line((line) => line.includes(LOCK), 'the lock');
    Object.assign(process.env, await bench.controller());
    finder = createDeviceFinder({
      ble: createNoblePort(),
      knownUsb: { devices: [] },
      listPorts: async () => [],
      identify: () => Promise.reject(new Error('there is no port')),
    });
    finder.start();
  }, 60_000);

  afterAll(async () => {
    await finder?.stop();
    await devices?.stop();
    await bench?.dispose();
  }, 60_000);

  const tell = (control: object) => devices.ask({ mac: LOCK, ...control });
  const stats = async (mac: string) =>
    (await devices.ask({ do: 'stats', mac })) as {
      writes: Record<string, number>;
      flash: {
        armed: boolean;
        attachments: object;
        membership: { state: string; iq?: string };
        tree: { items: object[] };
      };
    };

  /** The lock once it is in the list and nobody is connected. */
  const seen = () =>
    new Promise<string>((done) => {
      const look = () => {
        const found = finder.snapshot().devices.find(({ mac, connected }) => mac === LOCK && !connected);
        if (found === undefined) return;
        stop();
        done(found.id);
      };
      const stop = finder.onChange(look);
      look();
    });

  const connectLock = async (signal = noSignal) => {
    const channel = await finder.open(await seen(), { signal });
    const device = await Device.open(channel, { clock: systemClock });
    try {
      await device.pair(LOCK);
      return device;
    } catch (caught) {
      await device.close();
      throw caught;
    }
  };

  async function attach(journal: Journal): Promise<void> {
    const hub = await Device.open(await openSerialChannel(join(folder, 'hub')), { clock: systemClock });
    await hub.pair(HUB.code);
    const plan: ChildPlan = { id: LOCK, kind: 'lock', way: { kind: 'channel', connect: connectLock } };
    try {
      await attachChildren({
        id: 'work',
        hub,
        children: [plan],
        time: { utcSeconds: () => Math.floor(Date.now() / 1000), timeZone: 'Europe/Berlin' },
        journal,
        clock: systemClock,
        signal: noSignal,
        onAttached: () => {},
      });
    } finally {
      await hub.close();
    }
  }

  test('pairs, and knows who it is from inside the seal', async () => {
    const device = await connectLock();
    expect(device.identity).toMatchObject({ mac: LOCK, kind: 3, state: 0 });
    expect(device.channel.transport).toBe('bluetooth');
    expect((await device.health()).bat).toBeGreaterThan(0);
    await device.close();
  }, 60_000);

  test('a wrong code is told with the tries that are left, and nothing is lost', async () => {
    const channel = await finder.open(await seen());
    const device = await Device.open(channel, { clock: systemClock });
    const refused = await device.pair('00112233445566').catch((caught: unknown) => caught);
    expect(refused).toMatchObject({ problem: { code: 'pairing.wrong_code', params: { left: 4 } } });
    await device.close();
  }, 60_000);

  test('a link that is lost in the middle leaves both as they were', async () => {
    await tell({ do: 'fault', set: { kind: 'restart', command: 'join', moment: 'after' } });
    const failure = await attach(new MemoryJournal()).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(CodedError);
    expect((failure as CodedError).code).toMatch(/^(ble\.lost|device\.(timeout|disconnected))$/);
    expect((await stats(HUB.mac)).flash).toMatchObject({ armed: false, attachments: {} });
    // It goes back when it has started again (A39).
    await expect.poll(async () => (await stats(LOCK)).flash.armed, { timeout: 20_000 }).toBe(false);
    expect((await stats(LOCK)).flash.membership.state).toBe('detached');
  }, 120_000);

  test('is attached wholly, tested, and confirmed on both sides', async () => {
    const before = (await stats(LOCK)).writes;
    await attach(new MemoryJournal());
    const lock = await stats(LOCK);
    expect(lock.flash).toMatchObject({ armed: false, membership: { state: 'attached', iq: HUB.mac } });
    expect(lock.writes.join).toBe((before.join ?? 0) + 1);
    const hub = await stats(HUB.mac);
    expect(hub.flash).toMatchObject({ armed: false, attachments: { [LOCK]: 'attached' } });
    expect(hub.flash.tree.items).toEqual([{ id: LOCK, type: 3 }]);
  }, 120_000);

  test('takes firmware, goes on after a lost link without sending it again, and keeps what runs', async () => {
    const bytes = makeImage({ version: [9, 1, 0], bodyBytes: 24_000 });
    const image = readFirmwareImage(bytes, 'lock.bin');
    const journal = new MemoryJournal();
    let given: Device | undefined;
    let cut = false;
    const update = () =>
      updateFirmware({
        id: 'work',
        deviceId: LOCK,
        connect: async (signal) => {
          // A commissioned lock lets somebody in after a hand at the lock alone (A21).
          await tell({ do: 'card' });
          given = await connectLock(signal);
          return given;
        },
        image,
        journal,
        clock: systemClock,
        signal: noSignal,
        onProgress: ({ step, fraction = 0 }) => {
          if (step !== 'upload' || fraction < 0.4 || cut) return;
          cut = true;
          void tell({ do: 'hang_up' });
        },
      });
    const failure = await update().catch((caught: unknown) => caught);
    expect(cut).toBe(true);
    expect(failure).toBeInstanceOf(CodedError);
    const updated = await update();
    expect(updated).toMatchObject({ version: '9.1.0', changed: true });
    // As many pieces as it has, and the questions where to go on.
    const pieces = Math.ceil(bytes.length / LEAST_PIECE_BYTES);
    expect((await stats(LOCK)).writes.image_upload).toBeLessThan(pieces + 4);
    await updated.device.close();
  }, 180_000);

  test('is spoken to from the command line', async () => {
    await finder.stop();
    // A laptop of its own.
    Object.assign(process.env, await bench.controller());
    const answer = await doorstepJson(['device', '--ble', LOCK, 'echo', 'hello']);
    expect(answer).toEqual({ code: 0, json: { echo: 'hello' } });
  }, 60_000);
});
