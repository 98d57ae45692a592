import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { type FlashStore, VirtualDevice } from '../../../native/virtual/index.ts';
import { Bench, err, rc } from './bench.ts';

const lockItem = { id: '0A1B2C3D4E5F60', type: 3 };

/** Flash that outlives its device, as a chip does. */
function chip(content?: string): FlashStore & { content: string | undefined } {
  return {
    content,
    load() {
      return this.content;
    },
    save(next) {
      this.content = next;
    },
  };
}

async function paired(options: { readonly flashStore?: FlashStore } = {}) {
  const bench = new Bench();
  const device = bench.iq({}, options);
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

describe('A35 arguments', () => {
  it.each([
    {},
    { arm: 9 },
    { arm: 181 },
    { arm: true },
    { commit: false },
    { disarm: false },
    { disarm: 1 },
    { arm: 60, commit: true },
    { commit: true, disarm: true },
  ])('refuses %j with rc 3', async (data) => {
    const { app } = await paired();
    expect(await app.write('failsafe', data)).toEqual(rc(3));
  });

  it('answers left in whole seconds rounded up, 0 when idle', async () => {
    const { app, bench } = await paired();
    expect(await app.write('failsafe', { arm: 10 })).toEqual({ left: 10 });
    await bench.clock.pass(0.001);
    expect(await app.read('failsafe')).toEqual({ left: 10, end: 'none' });
    await bench.clock.pass(1);
    expect(await app.read('failsafe')).toEqual({ left: 9, end: 'none' });
    expect(await app.write('failsafe', { disarm: true })).toEqual({ left: 0 });
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'rolled_back' });
  });

  it('commit when idle is refused with 7, disarm when idle succeeds', async () => {
    const { app } = await paired();
    expect(await app.write('failsafe', { commit: true })).toEqual(err(7));
    expect(await app.write('failsafe', { disarm: true })).toEqual({ left: 0 });
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'none' });
  });
});

describe('A35, A37 rolling back', () => {
  const writes = async (app: Awaited<ReturnType<typeof paired>>['app']) => {
    await app.write('network', { wifi: { ssid: new Uint8Array([65]), sec: 'wpa2', psk: 'password' } });
    await app.write('clock', { utc: 1_700_000_000, tz: 'Europe/Berlin' });
    await app.write('tree', { rev: 0, items: [lockItem] });
    await app.write('attach', lockItem);
  };

  it.each([
    ['at the timer’s end', async ({ bench }: Awaited<ReturnType<typeof paired>>) => bench.clock.pass(60)],
    [
      'by disarm',
      async ({ app }: Awaited<ReturnType<typeof paired>>) =>
        void (await app.write('failsafe', { disarm: true })),
    ],
    [
      'by a restart (A39)',
      async ({ app, device, bench }: Awaited<ReturnType<typeof paired>>) => {
        device.restart();
        await bench.clock.pass(1);
        await app.pairWith();
      },
    ],
    [
      'by a power cut (A39)',
      async ({ app, device }: Awaited<ReturnType<typeof paired>>) => {
        device.powerOff();
        device.powerOn();
        app.reconnect();
        await app.pairWith();
      },
    ],
  ])('%s everything written since goes, but for UTC', async (_name, end) => {
    const parts = await paired();
    const { app } = parts;
    await app.write('failsafe', { arm: 60 });
    await writes(app);
    expect(await app.read('network')).toMatchObject({ wifi: { has_psk: true } });
    expect(await app.read('attach', { id: lockItem.id })).toEqual({ state: 'attach_pending' });
    await end(parts);
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'rolled_back' });
    expect(await app.read('network')).toEqual({ eth: { dhcp: true }, order: ['eth', 'wifi'] });
    expect(await app.read('tree')).toEqual({ rev: 0, items: [] });
    expect(await app.read('attach', { id: lockItem.id })).toEqual(err(10));
    const { utc, tz } = (await app.read('clock')) as { utc: number; tz: string };
    expect(utc).toBeGreaterThanOrEqual(1_700_000_000);
    expect(tz).toBe('Etc/UTC');
    expect(await app.identity()).toMatchObject({ state: 0 });
  });

  it('arming again restarts the timer and keeps the first state to return to', async () => {
    const { app, bench } = await paired();
    await app.write('failsafe', { arm: 60 });
    await writes(app);
    await bench.clock.pass(50);
    expect(await app.write('failsafe', { arm: 60 })).toEqual({ left: 60 });
    await bench.clock.pass(59);
    expect(await app.read('tree')).toMatchObject({ rev: 1 });
    await bench.clock.pass(1);
    expect(await app.read('tree')).toEqual({ rev: 0, items: [] });
  });

  it('the timer runs on without a connection (A37)', async () => {
    const { app, bench, device } = await paired();
    await app.write('failsafe', { arm: 60 });
    await writes(app);
    app.hangUp();
    await bench.clock.pass(60);
    expect(device.flashReport).toMatchObject({ armed: false, end: 'rolled_back', tree: { rev: 0 } });
  });

  it('commit keeps everything, through a power cut too, and that it did (A36)', async () => {
    const { app, bench, device } = await paired();
    await app.write('failsafe', { arm: 60 });
    await writes(app);
    expect(await app.write('failsafe', { commit: true })).toEqual({ left: 0 });
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'committed' });
    await bench.clock.pass(300);
    device.powerOff();
    device.powerOn();
    app.reconnect();
    await app.pairWith();
    expect(await app.read('tree')).toEqual({ rev: 1, items: [lockItem] });
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'committed' });
    expect(await app.read('attach', { id: lockItem.id })).toEqual({ state: 'attach_pending' });
  });

  it('whoever pairs again may commit (A37)', async () => {
    const { app } = await paired();
    await app.write('failsafe', { arm: 60 });
    await writes(app);
    app.reconnect();
    await app.pairWith();
    expect(await app.write('failsafe', { commit: true })).toEqual({ left: 0 });
    expect(await app.read('tree')).toMatchObject({ rev: 1 });
  });
});

describe('A37 unarmed', () => {
  it.each([
    ['tree', { rev: 0, items: [] }],
    ['attach', lockItem],
    ['factory', { sure: true }],
  ] as const)('%s is refused with 6', async (command, data) => {
    const { app } = await paired();
    expect(await app.write(command, data)).toEqual(err(6));
  });

  it('join is refused with 6', async () => {
    const bench = new Bench();
    const app = bench.app(bench.lock());
    await app.pairWith();
    expect(await app.write('join', { ticket: new Uint8Array(100) })).toEqual(err(6));
  });

  it('network, clock and settings are kept at once', async () => {
    const bench = new Bench();
    const device = bench.lock();
    const app = bench.app(device);
    await app.pairWith();
    expect(await app.write('settings', { open_s: 9 })).toEqual({});
    expect(await app.write('clock', { utc: 1, tz: 'Europe/Paris' })).toEqual({});
    // Armed afterwards and rolled back: what was kept before stays.
    await app.write('failsafe', { arm: 60 });
    await app.write('settings', { open_s: 10 });
    await app.write('failsafe', { disarm: true });
    expect(await app.read('settings')).toMatchObject({ open_s: 9 });
    expect(await app.read('clock')).toMatchObject({ tz: 'Europe/Paris' });
  });
});

describe('A35 flash', () => {
  it('a power cut while armed leaves what was committed, whenever it comes', async () => {
    const store = chip();
    const { app } = await paired({ flashStore: store });
    await app.write('failsafe', { arm: 60 });
    await app.write('tree', { rev: 0, items: [lockItem] });
    // What a cut at this moment leaves on the chip, and a new life of the same device on it.
    const bench = new Bench();
    const reborn = bench.iq({}, { flashStore: chip(store.content) });
    const again = bench.app(reborn);
    await again.pairWith();
    expect(await again.read('tree')).toEqual({ rev: 0, items: [] });
    expect(await again.read('failsafe')).toEqual({ left: 0, end: 'rolled_back' });
    // The number given before the cut is not given again (A45).
    await again.write('failsafe', { arm: 60 });
    expect(await again.write('tree', { rev: 0, items: [] })).toEqual({ rev: 2 });
  });

  it('holds neither the activation code nor a Wi-Fi password', async () => {
    const store = chip();
    const { app } = await paired({ flashStore: store });
    await app.write('network', { wifi: { ssid: new Uint8Array([65]), sec: 'wpa2', psk: 'topsecret99' } });
    expect(store.content).toContain('"ssid":"41"');
    expect(store.content).not.toContain('topsecret99');
    expect(store.content).not.toContain(Buffer.from('topsecret99').toString('hex'));
    expect(store.content).not.toMatch(/04\.?A2\.?FF/i);
  });

  it('that holds something else is refused with a code', () => {
    for (const content of ['', 'no JSON', '{"version":1}', '{"version":2}']) {
      expect(() => new VirtualDevice({ kind: 'iq', mac: '04.A2.FF' }, { flashStore: chip(content) })).toThrow(
        CodedError,
      );
    }
  });
});

describe('A54 factory', () => {
  const commissioned = async () => {
    const parts = await paired();
    const { app } = parts;
    await app.write('failsafe', { arm: 60 });
    await app.write('clock', { utc: 5000, tz: 'Europe/Berlin' });
    await app.write('tree', { rev: 0, items: [lockItem] });
    await app.write('failsafe', { commit: true });
    return parts;
  };

  it('is staged, answered, then done at the commit: everything goes but log and serial', async () => {
    const { app, bench, device } = await commissioned();
    await app.write('failsafe', { arm: 60 });
    expect(await app.write('factory', { sure: true })).toEqual({});
    expect(await app.read('tree')).toMatchObject({ rev: 1 });
    expect(await app.write('failsafe', { commit: true })).toEqual({ left: 0 });
    await bench.clock.pass(5);
    expect(device.flashReport).toMatchObject({ commissioned: false, tree: { rev: 0, items: [] } });
    await app.pairWith();
    expect(await app.read('identity')).toMatchObject({ state: 0, serial: 'IQ3-000001' });
    expect(await app.read('clock')).toEqual({ utc: 0, tz: 'Etc/UTC' });
    const log = await app.read('log', { after: 0 });
    expect(JSON.stringify(log)).toContain('committed');
    // Numbers that were given stay given (A45).
    await app.write('failsafe', { arm: 60 });
    expect(await app.write('tree', { rev: 0, items: [] })).toEqual({ rev: 2 });
  });

  it('is undone like the rest', async () => {
    const { app, bench } = await commissioned();
    await app.write('failsafe', { arm: 60 });
    await app.write('factory', { sure: true });
    await app.write('failsafe', { disarm: true });
    await app.write('failsafe', { arm: 60 });
    await app.write('failsafe', { commit: true });
    await bench.clock.pass(10);
    expect(await app.read('tree')).toMatchObject({ rev: 1 });
  });

  it('a power cut between the commit and the erasing does not keep anything', async () => {
    const { app, device } = await commissioned();
    await app.write('failsafe', { arm: 60 });
    await app.write('factory', { sure: true });
    await app.write('failsafe', { commit: true });
    device.powerOff();
    device.powerOn();
    expect(device.flashReport).toMatchObject({ commissioned: false, tree: { rev: 0 } });
  });

  it('within 2 minutes of a physical reset is accepted unarmed and done at once', async () => {
    const { app, bench, device } = await commissioned();
    device.pressReset();
    await bench.clock.pass(120);
    expect(await app.write('factory', { sure: true })).toEqual({});
    expect(device.flashReport).toMatchObject({ commissioned: false });
    await bench.clock.pass(5);
    await app.pairWith();
    expect(await app.write('factory', { sure: true })).toEqual(err(6));
  });

  it('later than that it is not', async () => {
    const { app, bench, device } = await commissioned();
    device.pressReset();
    await bench.clock.pass(120.001);
    expect(await app.write('factory', { sure: true })).toEqual(err(6));
    expect(await app.write('factory', { sure: false })).toEqual(rc(3));
    expect(await app.write('factory', {})).toEqual(rc(3));
  });
});
