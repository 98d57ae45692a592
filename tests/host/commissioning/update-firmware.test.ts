import { describe, expect, it } from 'vitest';
import type { FirmwareModel } from '../../../electron/contract/index.ts';
import { makeImage, type PlannedDevice } from '../../../native/virtual/index.ts';
import { type Bench, hubMac, type Laptop, lockMac, openBench, openLaptop, problemOf } from './bench.ts';
import { siteOf } from './look.ts';

const lock = (index: number): PlannedDevice => ({ kind: 'lock', mac: lockMac(index) });
const one = lockMac(1);
const two = lockMac(2);
const bodyBytes = 30_000;

/** Keeps an image on the laptop. */
function keep(
  { firmware }: Laptop,
  model: FirmwareModel,
  version: readonly [number, number, number] = [1, 1, 0],
) {
  return firmware.add({ fileName: `${model}.bin`, model, content: makeImage({ version, bodyBytes }) }).id;
}

/** Updates devices by their MAC to the images of their models. */
function update(bench: Bench, ...macs: readonly string[]): Promise<void> {
  const images = { hub: keep(bench, 'IQ3'), lock: keep(bench, 'escutcheon') };
  return bench.commissioning.updateFirmware(
    bench.siteId,
    macs.map((mac) => ({
      deviceId: bench.planned(mac).id,
      imageId: mac === hubMac ? images.hub : images.lock,
    })),
  );
}

/** Holds the card at whatever lock waits for one. */
function person({ commissioning }: Laptop, bench: Bench): void {
  commissioning.subscribe(() => {
    const work = commissioning.current();
    if (work?.needs !== 'present_card') return;
    const device = bench.air.devices.find(
      ({ description: { mac } }) => bench.planned(mac).id === work.deviceIds[0],
    );
    device?.presentCard();
  });
}

const outcomes = ({ commissioning }: Laptop) =>
  commissioning.current()?.results.map(({ outcome, problem }) => problem?.code ?? outcome);

describe('updating the firmware of several devices', () => {
  it('goes through hub and locks, tells one result each, and the rule has nothing to say any more', async () => {
    const bench = await openBench([lock(1), lock(2)]);
    await bench.pair();
    await bench.attach(one, two);
    person(bench, bench);
    const old = () => {
      const { findings } = siteOf(bench.store, bench.siteId, 0, bench.firmware.newest());
      return findings.filter(({ code }) => code === 'FIRMWARE_OLD').map(({ params }) => params);
    };
    keep(bench, 'IQ3');
    keep(bench, 'escutcheon');
    expect(old()).toEqual(
      [hubMac, one, two].map((device) => ({ device, installed: '1.0.0', available: '1.1.0' })),
    );
    await update(bench, two, one, hubMac);
    expect(bench.commissioning.current()).toMatchObject({ kind: 'update_firmware', state: 'done' });
    // In the tree's order, whatever order was asked for.
    expect(bench.commissioning.current()?.results.map(({ deviceId }) => deviceId)).toEqual(
      [hubMac, one, two].map((mac) => bench.planned(mac).id),
    );
    expect(outcomes(bench)).toEqual(['updated', 'updated', 'updated']);
    expect([hubMac, one, two].map((mac) => bench.virtual(mac).firmware)).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    expect(old()).toEqual([]);
    expect(bench.shown.some(({ fraction }) => fraction !== null && fraction > 0 && fraction < 1)).toBe(true);

    await update(bench, hubMac);
    expect(outcomes(bench)).toEqual(['unchanged']);
  });

  it('stops no other where one fails, and says how many did', async () => {
    const bench = await openBench([lock(1), lock(2)]);
    await bench.pair();
    bench.virtual(one).faults.set({ kind: 'flat_battery' });
    expect(await problemOf(update(bench, hubMac, one, two))).toEqual({
      code: 'firmware.some_failed',
      params: { failed: 1, count: 3 },
    });
    expect(outcomes(bench)).toEqual(['updated', 'firmware.battery_low', 'updated']);
    expect(bench.commissioning.current()?.results[1]?.problem?.params).toMatchObject({ device: one });
    expect(bench.virtual(one).writes).not.toHaveProperty('image_upload');
    expect(bench.planned(one)).toMatchObject({ batteryPercent: 3, batteryAt: expect.any(Number) });
    expect([bench.planned(one).firmware, bench.planned(two).firmware]).toEqual([null, '1.1.0']);
  });

  it('begins nothing below a hub that has not come back', async () => {
    const bench = await openBench([lock(1)]);
    await bench.pair();
    const updating = problemOf(update(bench, hubMac, one));
    await bench.when(({ fraction }) => fraction !== null && fraction > 0.3);
    bench.virtual(hubMac).powerOff();
    expect(await updating).toMatchObject({ code: 'firmware.some_failed' });
    expect(outcomes(bench)).toEqual(['serial.port_gone', 'firmware.hub_gone']);
    expect(bench.virtual(one).writes).not.toHaveProperty('image_upload');
  });

  it('sends nothing to a device of another model, and nothing of an image that is gone', async () => {
    const bench = await openBench();
    await bench.pair();
    const deviceId = bench.planned(hubMac).id;
    const { siteId, commissioning, firmware } = bench;
    const imageId = keep(bench, 'IQ2');
    expect(await problemOf(commissioning.updateFirmware(siteId, [{ deviceId, imageId }]))).toEqual({
      code: 'firmware.other_model',
      params: { device: hubMac, model: 'IQ3', image: 'IQ2' },
    });
    firmware.remove(imageId);
    expect(await problemOf(commissioning.updateFirmware(siteId, [{ deviceId, imageId }]))).toMatchObject({
      code: 'firmware.image_gone',
    });
    expect(bench.virtual(hubMac).writes).not.toHaveProperty('image_upload');
  });

  it('is cancelled in the middle of an upload; the devices run what they ran, and a second run goes on', async () => {
    const bench = await openBench();
    await bench.pair();
    const updating = problemOf(update(bench, hubMac));
    const { id } = await bench.when(({ fraction }) => fraction !== null && fraction > 0.3);
    bench.commissioning.cancel(id);
    expect(await updating).toMatchObject({ code: 'commission.cancelled' });
    expect(bench.virtual(hubMac).firmware).toBe('1.0.0');
    await update(bench, hubMac);
    expect(bench.virtual(hubMac).firmware).toBe('1.1.0');
  });
});

describe('an update that was cut off', () => {
  /** Pieces of an image that a device was sent, the header that asks among them. */
  const piecesOf = (bench: Bench, mac: string) => bench.virtual(mac).writes.image_upload ?? 0;

  it('goes on by itself after the host died, with what is not done, and sends nothing again', async () => {
    const whole = await openBench([lock(1)]);
    await update(whole, one);
    const pieces = piecesOf(whole, one);

    const bench = await openBench([lock(1), lock(2)]);
    await bench.pair();
    update(bench, hubMac, one).catch(() => {});
    await bench.when(({ fraction, results }) => results.length === 1 && fraction !== null && fraction > 0.5);
    const hubPieces = piecesOf(bench, hubMac);
    await bench.die();
    const sent = piecesOf(bench, one);

    const later = await openLaptop(bench.dataDir, bench.air);
    await later.commissioning.resume();
    expect(later.commissioning.current()).toMatchObject({ kind: 'update_firmware', state: 'done' });
    expect(outcomes(later)).toEqual(['updated', 'updated']);
    expect(bench.virtual(one).firmware).toBe('1.1.0');
    expect(piecesOf(bench, hubMac)).toBe(hubPieces);
    // The header that asks where to go on, and at most what was in flight when the host died.
    expect(piecesOf(bench, one) - sent).toBeLessThanOrEqual(pieces - sent + 3);
    expect(later.store.work.unfinished()).toEqual([]);
  });

  it.each(['usb', 'bluetooth'] as const)(
    'by a device that lost its power in the middle goes on there in a second run: %s',
    async (way) => {
      const mac = way === 'usb' ? hubMac : one;
      const bench = await openBench([lock(1)]);
      await bench.pair();
      const updating = problemOf(update(bench, mac));
      await bench.when(({ fraction }) => fraction !== null && fraction > 0.5);
      bench.virtual(mac).powerOff();
      expect(await updating).toMatchObject({ code: way === 'usb' ? 'serial.port_gone' : 'ble.lost' });
      const sent = piecesOf(bench, mac);
      bench.virtual(mac).powerOn();
      expect(bench.virtual(mac).firmware).toBe('1.0.0');
      await update(bench, mac);
      expect(bench.virtual(mac).firmware).toBe('1.1.0');
      const room = way === 'usb' ? 1_900 : 850;
      expect(piecesOf(bench, mac)).toBeLessThanOrEqual(Math.ceil(bodyBytes / room) + 1 + 4);
      expect(sent).toBeGreaterThan(0.5 * Math.floor(bodyBytes / 2_000));
    },
  );

  it('between restart and confirmation is kept by the next run, not tried for ever', async () => {
    const bench = await openBench();
    await bench.pair();
    update(bench, hubMac).catch(() => {});
    await bench.when(({ steps }) => steps.some(({ id, state }) => id === 'confirm' && state === 'running'));
    await bench.die();
    const later = await openLaptop(bench.dataDir, bench.air);
    await later.commissioning.resume();
    expect(outcomes(later)).toHaveLength(1);
    bench.virtual(hubMac).powerOff();
    bench.virtual(hubMac).powerOn();
    expect(bench.virtual(hubMac).firmware).toBe('1.1.0');
  });
});
