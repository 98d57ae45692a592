import { describe, expect, it } from 'vitest';
import { encodeMap, encodePacket } from '../../../native/smp/index.ts';
import { Bench, err, rc } from './bench.ts';

const health = encodePacket({ op: 0, version: 1, group: 64, sequence: 9, command: 15 }, encodeMap({}));

async function paired(bench = new Bench()) {
  const device = bench.iq();
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

describe('A31 drop or error', () => {
  it('without a session answers no_session in the open', async () => {
    const { app } = await paired();
    const packet = app.outer(app.sealPacket(health));
    const bench = new Bench();
    const stranger = bench.app(bench.iq());
    const [answer] = await stranger.raw(packet);
    expect(Buffer.from(answer ?? []).toString('hex')).toContain(
      Buffer.from(encodeMap(err(5))).toString('hex'),
    );
  });

  it('with one drops what is malformed, repeated, stepping back or not authentic, and counts it', async () => {
    const { app } = await paired();
    const [first, second] = [app.sealPacket(health), app.sealPacket(health)];
    expect(await app.raw(app.outer(second))).toHaveLength(1);
    expect(await app.raw(app.outer(second))).toEqual([]);
    expect(await app.raw(app.outer(first))).toEqual([]);
    for (const body of [{}, { n: 9 }, { n: '9', c: new Uint8Array(20) }, { n: 0, c: new Uint8Array(20) }]) {
      expect(await app.raw(app.outer(body))).toEqual([]);
    }
    expect(await app.raw(app.outer({ n: 1000, c: new Uint8Array(40) }))).toEqual([]);
    expect(await app.raw(app.outer({ n: 1000, c: new Uint8Array(3) }))).toEqual([]);
    const noCbor = { op: 2, version: 1, group: 64, sequence: 5, command: 2 };
    expect(await app.raw(encodePacket(noCbor, Uint8Array.of(0xff)))).toEqual([]);
    // The answers' own numbers went on meanwhile: the app's side takes gaps (A29).
    expect(await app.read('health')).toMatchObject({ dropped: 9 });
  });

  it('a forged packet with a high number does not lock the app out (A29)', async () => {
    const { app } = await paired();
    await app.raw(app.outer({ n: Number.MAX_SAFE_INTEGER, c: new Uint8Array(64) }));
    expect(await app.read('health')).toMatchObject({ dropped: 1 });
  });

  it('a malformed one without a session is refused as any body is (A17)', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    expect(await app.open({ op: 2, group: 64, command: 2, data: { n: 0, c: new Uint8Array() } })).toEqual(
      rc(3),
    );
  });
});

describe('A30 associated data', () => {
  it('binds op, group and command, but neither version nor sequence nor flags', async () => {
    const { app } = await paired();
    const packet = app.outer(app.sealPacket(health), { version: 0, sequence: 200 });
    packet[1] = 0xaa;
    expect(await app.raw(packet)).toHaveLength(1);
    expect(await app.raw(app.outer(app.sealPacket(health), { op: 0 }))).toHaveLength(1);
    expect(await app.read('health')).toMatchObject({ dropped: 0 });
  });
});

describe('A32 inner packet', () => {
  it.each([
    ['too short for a header', health.subarray(0, 7)],
    ['of another length than it says', Uint8Array.from([...health, 0])],
    ['a response', Uint8Array.from([0x09, ...health.subarray(1)])],
  ])('%s is dropped and counted', async (_name, inner) => {
    const { app } = await paired();
    expect(await app.raw(app.outer(app.sealPacket(inner)))).toEqual([]);
    expect(await app.read('health')).toMatchObject({ dropped: 1 });
  });

  it('may be an open command', async () => {
    const { app } = await paired();
    expect(await app.read('identity')).toMatchObject({ serial: 'IQ3-000001' });
    expect(await app.sealed({ op: 0, group: 0, command: 6 })).toEqual({ buf_size: 2048, buf_count: 4 });
  });
});

describe('A33 sessions', () => {
  it('a new pairing voids the old keys when step 2 succeeds, not before', async () => {
    const { app, bench, device } = await paired();
    const other = bench.app(device);
    const begun = await other.pair({ step: 0 });
    expect(await app.read('failsafe')).toMatchObject({ left: 0 });
    if (begun === 'silence') throw new Error('silence');
    await other.pairWith('000000');
    expect(await app.read('failsafe')).toMatchObject({ left: 0 });
    await other.pairWith();
    const [answer] = await app.raw(app.outer(app.sealPacket(health)));
    expect(Buffer.from(answer ?? []).includes(Buffer.from(encodeMap(err(5))))).toBe(true);
    expect(await other.read('failsafe')).toMatchObject({ left: 0 });
  });

  it('keys are good on their own connection alone', async () => {
    const { app, bench, device } = await paired();
    const thief = bench.app(device);
    thief.stealSealOf(app);
    const [answer] = await thief.raw(thief.outer(thief.sealPacket(health)));
    expect(Buffer.from(answer ?? []).includes(Buffer.from(encodeMap(err(5))))).toBe(true);
  });

  it('keys die with the connection (A11)', async () => {
    const { app } = await paired();
    app.reconnect();
    const [answer] = await app.raw(app.outer(app.sealPacket(health)));
    expect(Buffer.from(answer ?? []).includes(Buffer.from(encodeMap(err(5))))).toBe(true);
  });

  it('pairing does not touch the failsafe', async () => {
    const { app, bench, device } = await paired();
    await app.write('failsafe', { arm: 60 });
    const other = bench.app(device);
    await other.pairWith();
    expect(await other.read('failsafe')).toEqual({ left: 60, end: 'none' });
  });
});

describe('A11 sessions on a line that tells no hang-up', () => {
  it('end after 300 s without an authentic packet, and live on with one every 120 s', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq(), 'usb', false);
    await app.pairWith();
    for (let turn = 0; turn < 5; turn++) {
      await bench.clock.pass(120);
      expect(await app.read('failsafe')).toMatchObject({ left: 0 });
    }
    // A forged packet keeps nothing alive.
    await bench.clock.pass(200);
    await app.raw(app.outer({ n: 10_000, c: new Uint8Array(40) }));
    await bench.clock.pass(101);
    const [answer] = await app.raw(app.outer(app.sealPacket(health)));
    expect(Buffer.from(answer ?? []).includes(Buffer.from(encodeMap(err(5))))).toBe(true);
  });

  it('live on where the hang-up can be seen', async () => {
    const { app, bench } = await paired();
    await bench.clock.pass(3600);
    expect(await app.read('failsafe')).toMatchObject({ left: 0 });
  });
});

describe('A13 reset', () => {
  it('is answered, then the device restarts within 1 s and the session is over', async () => {
    const { app, bench } = await paired();
    expect(await app.sealed({ op: 2, group: 0, command: 5 })).toEqual({});
    await bench.clock.pass(1);
    const [answer] = await app.raw(app.outer(app.sealPacket(health)));
    expect(Buffer.from(answer ?? []).includes(Buffer.from(encodeMap(err(5))))).toBe(true);
    await app.pairWith();
    expect(await app.read('health')).toMatchObject({ up: 0 });
  });

  it('drops a Bluetooth connection', async () => {
    const bench = new Bench();
    const device = bench.lock();
    const app = bench.app(device, 'bluetooth');
    await app.pairWith();
    await app.sealed({ op: 2, group: 0, command: 5 });
    await bench.clock.pass(1);
    expect(app.dropped).toBe(true);
    app.reconnect();
    expect(await app.identity()).toMatchObject({ state: 0 });
  });
});
