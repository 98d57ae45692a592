import { p256 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import type { CborMap } from '../../../native/smp/index.ts';
import { Bench, err, rc } from './bench.ts';

async function commission(bench: Bench, device: ReturnType<Bench['device']>): Promise<void> {
  const app = bench.app(device);
  await app.pairWith();
  await app.write('failsafe', { arm: 60 });
  await app.write('failsafe', { commit: true });
  app.hangUp();
}

async function begin(app: ReturnType<Bench['app']>): Promise<CborMap> {
  const begun = await app.pair({ step: 0 });
  if (begun === 'silence') throw new Error('silence');
  return begun;
}

describe('A21 when pairing is open', () => {
  it('over USB always', async () => {
    const bench = new Bench();
    for (const device of [bench.iq(), bench.lock(), bench.repeater()]) {
      await commission(bench, device);
      await bench.clock.pass(121);
      expect(await bench.app(device).pair({ step: 0 })).toMatchObject({ left: 5 });
    }
  });

  it('over Bluetooth on an IQ for 2 minutes after its button', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const app = bench.app(device, 'bluetooth');
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    device.pressButton();
    await bench.clock.pass(119);
    expect(await app.pair({ step: 0 })).toMatchObject({ left: 5 });
    await bench.clock.pass(1);
    expect(await app.pair({ step: 0 })).toEqual(err(1));
  });

  it('over Bluetooth on a lock in factory state; afterwards only by a hand at it (A22)', async () => {
    const bench = new Bench();
    const device = bench.lock();
    const app = bench.app(device, 'bluetooth');
    expect(await app.pair({ step: 0 })).toMatchObject({ left: 5 });
    await commission(bench, device);
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    device.presentCard();
    expect(device.state).toBe(1);
    expect(await app.pair({ step: 0 })).toMatchObject({ left: 5 });
    await bench.clock.pass(120);
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    device.powerOff();
    device.powerOn();
    app.reconnect();
    expect(await app.pair({ step: 0 })).toMatchObject({ left: 5 });
  });

  it('a restart by software is no hand', async () => {
    const bench = new Bench();
    const device = bench.lock();
    await commission(bench, device);
    device.restart();
    await bench.clock.pass(1);
    expect(await bench.app(device, 'bluetooth').pair({ step: 0 })).toEqual(err(1));
  });
});

describe('A24 salt and rounds', () => {
  it('are fixed for a device', async () => {
    const bench = new Bench();
    const first = await begin(bench.app(bench.iq()));
    const again = await begin(bench.app(bench.iq()));
    expect(first.salt).toEqual(again.salt);
    expect(await begin(bench.app(bench.iq({ serial: 'other' })))).not.toEqual(first);
  });
});

describe('A25 points', () => {
  it('refuses what is no point with 3, spends no try, and keeps the attempt', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    const prover = await app.prover(await begin(app));
    const offCurve = p256.Point.BASE.toBytes(false).map((byte, at) => (at === 64 ? byte ^ 1 : byte));
    for (const x of [new Uint8Array(65), offCurve, new Uint8Array(64), p256.Point.BASE.toBytes(true)]) {
      expect(await app.pair({ step: 1, x })).toEqual(err(3));
    }
    expect(await app.pair({ step: 1, x: prover.shareP })).toMatchObject({ left: 4 });
  });

  it('refuses a cp of another length with rc 3', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    expect(await app.pair({ step: 2, cp: new Uint8Array(31) })).toEqual(rc(3));
  });
});

describe('A26 tries', () => {
  it('are spent when step 1 is answered, told in steps 0 and 1, and given back when step 2 is right', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    expect(await app.pairWith('000000')).toEqual(err(2));
    const begun = await begin(app);
    expect(begun.left).toBe(4);
    const prover = await app.prover(begun);
    expect(await app.pair({ step: 1, x: prover.shareP })).toMatchObject({ left: 3 });
    expect(await app.pairWith()).toEqual({});
    expect(await begin(app)).toMatchObject({ left: 5 });
  });

  it('five wrong codes close the device until its button is pressed', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const app = bench.app(device);
    for (let guess = 0; guess < 5; guess++) expect(await app.pairWith('000000')).toEqual(err(2));
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    expect(await app.pair({ step: 1, x: p256.Point.BASE.toBytes(false) })).toEqual(err(1));
    device.restart();
    await bench.clock.pass(1);
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    device.pressButton();
    expect(await app.pairWith()).toEqual({});
  });

  it('the right code is not taken any more once all are spent', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    for (let guess = 0; guess < 5; guess++) await app.pairWith('000000');
    expect(await app.pairWith()).toEqual(err(1));
  });

  it('come back with the power', async () => {
    const bench = new Bench();
    const device = bench.lock();
    const app = bench.app(device);
    for (let guess = 0; guess < 5; guess++) await app.pairWith('000000');
    device.presentCard();
    expect(await app.pair({ step: 0 })).toEqual(err(1));
    device.powerOff();
    device.powerOn();
    app.reconnect();
    expect(await app.pair({ step: 0 })).toMatchObject({ left: 5 });
  });

  it('a living session is not touched by wrong codes of another (A33)', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const honest = bench.app(device);
    await honest.pairWith();
    const guesser = bench.app(device);
    for (let guess = 0; guess < 6; guess++) await guesser.pairWith('000000');
    expect(await honest.read('failsafe')).toEqual({ left: 0, end: 'none' });
  });
});

describe('A27 order', () => {
  it('refuses what is out of order with 4', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    const point = p256.Point.BASE.toBytes(false);
    expect(await app.pair({ step: 1, x: point })).toEqual(err(4));
    expect(await app.pair({ step: 2, cp: new Uint8Array(32) })).toEqual(err(4));
    const begun = await begin(app);
    expect(await app.pair({ step: 2, cp: new Uint8Array(32) })).toEqual(err(4));
    const prover = await app.prover(begun);
    await app.pair({ step: 1, x: prover.shareP });
    expect(await app.pair({ step: 1, x: prover.shareP })).toEqual(err(4));
  });

  it('step 2 uses step 1 up, right or wrong', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    const prover = await app.prover(await begin(app));
    const answered = await app.pair({ step: 1, x: prover.shareP });
    if (answered === 'silence') throw new Error('silence');
    const { confirmP } = prover.finish(answered.y as Uint8Array, answered.cv as Uint8Array);
    expect(await app.pair({ step: 2, cp: new Uint8Array(32) })).toEqual(err(2));
    expect(await app.pair({ step: 2, cp: confirmP })).toEqual(err(4));
  });

  it.each([
    [60, {}],
    [60.001, err(4)],
  ])('step 2 after %s s', async (seconds, expected) => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    const prover = await app.prover(await begin(app));
    const answered = await app.pair({ step: 1, x: prover.shareP });
    if (answered === 'silence') throw new Error('silence');
    const { confirmP } = prover.finish(answered.y as Uint8Array, answered.cv as Uint8Array);
    await bench.clock.pass(seconds);
    expect(await app.pair({ step: 2, cp: confirmP })).toEqual(expected);
  });

  it('a step 0 of another connection ends the attempt', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const [one, other] = [bench.app(device), bench.app(device)];
    const prover = await one.prover(await begin(one));
    await begin(other);
    expect(await one.pair({ step: 1, x: prover.shareP })).toEqual(err(4));
    expect(await other.pair({ step: 1, x: prover.shareP })).toMatchObject({ left: 4 });
  });

  it.each([{}, { step: 3 }, { step: -1 }, { step: '0' }, { step: 1 }, { step: 1, x: 'point' }])(
    'refuses %j with rc 3 (A6)',
    async (data) => {
      const bench = new Bench();
      expect(await bench.app(bench.iq()).pair(data)).toEqual(rc(3));
    },
  );
});
