import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import {
  type Device,
  MemoryJournal,
  type Progress,
  type UpdatedFirmware,
  updateFirmware,
} from '../../../native/devices/index.ts';
import { readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { makeImage, type VirtualDevice } from '../../../native/virtual/index.ts';
import { codeOf, Room, story } from './bench.ts';

const image = readFirmwareImage(makeImage({ version: [2, 1, 0], bodyBytes: 20_000 }), 'hub.bin');
const STEPS = ['compare', 'battery', 'upload', 'test', 'restart', 'confirm'];

/** A device on the bench, and updates of it. */
class Update {
  readonly room = new Room();
  readonly device: VirtualDevice;
  readonly way: 'usb' | 'bluetooth';
  readonly journal = new MemoryJournal();
  readonly progress: Progress[] = [];
  controller = new AbortController();
  wrap: (channel: PacketChannel) => PacketChannel = (channel) => channel;
  onProgress: (progress: Progress) => void = () => {};

  constructor(kind: 'hub' | 'lock' = 'hub', way: 'usb' | 'bluetooth' = 'usb') {
    this.device = kind === 'hub' ? this.room.hub : this.room.lock();
    this.way = way;
  }

  connect = async (): Promise<Device> => {
    return this.room.connect(this.device, this.way, this.wrap);
  };

  start(): Promise<UpdatedFirmware> {
    this.controller = new AbortController();
    return updateFirmware({
      id: 'work',
      deviceId: this.device.description.mac,
      connect: this.connect,
      image,
      journal: this.journal,
      clock: this.room.clock,
      signal: this.controller.signal,
      onProgress: (progress) => {
        this.progress.push(progress);
        this.onProgress(progress);
      },
    });
  }

  run(): Promise<UpdatedFirmware> {
    return this.room.clock.run(this.start());
  }

  /** The steps as they ended. */
  get told(): string[] {
    const { mac } = this.device.description;
    return story(this.progress).map((line) => line.replace(` ${mac}`, ''));
  }
}

describe('updating the firmware of one device', () => {
  it('sends, tries, restarts, and keeps it once it runs', async () => {
    const update = new Update();
    expect(await update.run()).toMatchObject({ version: '2.1.0', changed: true });
    expect(update.told).toEqual(STEPS.map((step) => `${step} done`));
    expect(update.device.firmware).toBe('2.1.0');
    expect(update.device.writes).toMatchObject({ image_state: 2, reset: 1 });
    const fractions = update.progress.flatMap(({ fraction }) => fraction ?? []);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    update.device.restart();
    await update.room.clock.pass(1_000);
    expect(update.device.firmware).toBe('2.1.0');
  });

  it('does nothing to a device that has it already', async () => {
    const update = new Update();
    await update.run();
    const writes = { ...update.device.writes };
    update.progress.length = 0;
    expect(await update.run()).toMatchObject({ changed: false });
    expect(update.told).toEqual(['compare done', ...STEPS.slice(1).map((step) => `${step} skipped`)]);
    expect({ ...update.device.writes, pair: writes.pair }).toEqual(writes);
  });

  it('updates a lock over Bluetooth, which waits for a hand after its restart', async () => {
    const update = new Update('lock', 'bluetooth');
    await update.run();
    expect(update.device.firmware).toBe('2.1.0');
  });

  it('never begins while the battery is low', async () => {
    const update = new Update('lock', 'bluetooth');
    update.device.faults.set({ kind: 'flat_battery' });
    expect(await codeOf(update.run())).toBe('firmware.battery_low');
    expect(update.device.writes).not.toHaveProperty('image_upload');
  });

  it('says that the device went back where the new firmware does not start', async () => {
    const update = new Update();
    update.device.faults.set({ kind: 'image_does_not_start' });
    expect(await codeOf(update.run())).toBe('firmware.did_not_start');
    expect(update.device.firmware).toBe('1.0.0');
  });

  it('starts nothing where the device finds another hash', async () => {
    const update = new Update();
    update.device.faults.set({ kind: 'wrong_image_hash' });
    expect(await codeOf(update.run())).toBe('firmware.hash_refused');
    expect(update.device.writes).not.toHaveProperty('image_state');
    expect(update.device.firmware).toBe('1.0.0');
  });

  it.each(STEPS)(
    'is cancelled in %s, and leaves the old firmware or the new, never one in between',
    async (step) => {
      const update = new Update();
      update.onProgress = (now) => {
        if (now.step === step && now.state === 'running') update.controller.abort();
      };
      const code = await codeOf(update.run());
      update.onProgress = () => {};
      // A restart that was asked for happens, cancelled or not.
      await update.room.clock.pass(2_000);
      // A cancel that comes in the last step, or after it, finds the work done.
      expect(['commission.cancelled', 'no error']).toContain(code);
      update.device.restart();
      await update.room.clock.pass(2_000);
      expect(update.device.firmware).toBe(code === 'no error' ? '2.1.0' : '1.0.0');
      await update.run();
      expect(update.device.firmware).toBe('2.1.0');
    },
  );

  it.each([1, 3, 5, 8, 13, 16])(
    'goes on after the link broke at packet %i, and sends nothing again that the device has',
    async (packets) => {
      const update = new Update();
      let left = packets + 8; // opening and pairing take eight
      update.wrap = (channel) => ({
        ...channel,
        get closed() {
          return channel.closed;
        },
        send: async (packet) => {
          left -= 1;
          if (left === 0) update.room.clock.setTimer(() => update.device.powerOff(), 0);
          return channel.send(packet);
        },
      });
      const code = await codeOf(update.run());
      update.device.powerOn();
      update.wrap = (channel) => channel;
      if (code !== 'no error') await update.run();
      expect(update.device.firmware).toBe('2.1.0');
    },
  );

  it('goes on in the middle of an upload after the cable was out', async () => {
    const update = new Update();
    const channels: PacketChannel[] = [];
    update.wrap = (channel) => {
      channels.push(channel);
      return channel;
    };
    update.onProgress = ({ step, fraction = 0 }) => {
      if (step === 'upload' && fraction > 0.4) void channels[0]?.close();
    };
    expect(await codeOf(update.run())).toBe('serial.port_gone');
    update.onProgress = () => {};
    const before = update.device.writes.image_upload ?? 0;
    await update.run();
    const pieces = Math.ceil(image.bytes.length / 1974);
    expect(before).toBeGreaterThan(3);
    expect((update.device.writes.image_upload ?? 0) - before).toBeLessThanOrEqual(pieces - before + 3);
    expect(update.device.firmware).toBe('2.1.0');
  });

  it('finishes what an earlier run left between restart and confirmation', async () => {
    const update = new Update();
    const device = await update.room.paired(update.device);
    await update.room.clock.run(
      (async () => {
        const { uploadImage } = await import('../../../native/devices/upload-image.ts');
        await uploadImage({
          server: device.server,
          bytes: image.bytes,
          sha: image.sha,
          signal: new AbortController().signal,
        });
        await device.tryImage(image.hash);
        await device.reset();
        await device.close();
      })(),
    );
    await update.room.clock.pass(2_000);
    expect(update.device.firmware).toBe('2.1.0');
    await update.run();
    expect(update.told).toEqual([
      'compare done',
      'battery skipped',
      'upload skipped',
      'test skipped',
      'restart skipped',
      'confirm done',
    ]);
    update.device.restart();
    await update.room.clock.pass(2_000);
    expect(update.device.firmware).toBe('2.1.0');
  });
});

/** What can happen between two steps. Each leaves the device alone afterwards. */
const FAULTS = ['link lost', 'host killed', 'device restarted', 'power lost', 'device silent'] as const;

/** Lets something happen at a moment of a run; `over` puts right what a person would. */
function disturb(update: Update, fault: (typeof FAULTS)[number], channels: readonly PacketChannel[]) {
  const { device } = update;
  if (fault === 'device restarted') device.restart();
  else if (fault === 'power lost') device.powerOff();
  else if (fault === 'device silent') device.faults.set({ kind: 'silence', afterAnswers: 0 });
  else void channels.at(-1)?.close();
}

describe('a fault at every boundary of a firmware update', () => {
  const boundaries = STEPS.flatMap((step) => [`${step} running`, `${step} done`]);
  it.each(
    (['hub usb', 'lock bluetooth'] as const).flatMap((on) => FAULTS.map((fault) => [on, fault] as const)),
  )(
    '%s, %s: the old firmware runs or the new, and a second run finishes',
    { timeout: 60_000 },
    async (on, fault) => {
      for (const boundary of boundaries) {
        const update = on === 'hub usb' ? new Update('hub', 'usb') : new Update('lock', 'bluetooth');
        const { device, room } = update;
        const channels: PacketChannel[] = [];
        const connect = update.connect;
        let happened = false;
        update.wrap = (channel) => {
          channels.push(channel);
          return channel;
        };
        update.onProgress = ({ step, state }) => {
          if (happened || `${step} ${state}` !== boundary) return;
          happened = true;
          disturb(update, fault, channels);
          // Who was killed never comes back to undo anything.
          if (fault === 'host killed')
            update.connect = () => Promise.reject(new CodedError('device.disconnected'));
        };
        const code = await codeOf(update.run());
        expect(happened, boundary).toBe(true);
        update.connect = connect;
        update.onProgress = () => {};
        device.faults.clear();
        device.powerOn();
        await room.clock.pass(5_000);
        expect(['1.0.0', '2.1.0'], boundary).toContain(device.firmware);
        const pieces = device.writes.image_upload ?? 0;
        const second = await codeOf(update.run());
        expect(`${boundary}: ${code}, then ${second}`).toBe(`${boundary}: ${code}, then no error`);
        // Once the whole is there, no piece of it is sent again.
        if (STEPS.indexOf(boundary.split(' ')[0] ?? '') > STEPS.indexOf('upload'))
          expect(device.writes.image_upload, boundary).toBe(pieces);
        device.restart();
        await room.clock.pass(2_000);
        expect(device.firmware, boundary).toBe('2.1.0');
      }
    },
  );
});
