import { describe, expect, it } from 'vitest';
import { RadioField, VirtualDevice } from '../../../native/virtual/index.ts';
import { armedPair, attached, committed, keyOf, LOCK, lockItem, ticketFor } from './attaching-bench.ts';
import { Bench, err, rc } from './bench.ts';

describe('A38 several devices', () => {
  it('both roll back, each by its own failsafe: nothing is left of the attachment', async () => {
    const { hub, door, bench, iq, lock } = await attached();
    await bench.clock.pass(180);
    expect(iq.flashReport).toMatchObject({ commissioned: false, attachments: {}, tree: { rev: 0 } });
    expect(lock.flashReport).toMatchObject({ commissioned: false, membership: { state: 'detached' } });
    expect(await door.read('join')).toMatchObject({ state: 'detached' });
    expect(await hub.read('tree')).toEqual({ rev: 0, items: [] });
  });

  it('join makes a new key after a roll-back, so that the old ticket is bad (A48)', async () => {
    const { hub, door } = await armedPair();
    const key = await keyOf(door);
    const ticket = await ticketFor(hub, LOCK, key);
    await door.write('failsafe', { disarm: true });
    expect(await keyOf(door)).not.toEqual(key);
    await door.write('failsafe', { arm: 180 });
    expect(await door.write('join', { ticket })).toEqual(err(11));
  });

  it('a lock that committed first is attached again without a new ticket', async () => {
    const { hub, door, bench, iq } = await attached();
    const key = await keyOf(door);
    await door.write('failsafe', { commit: true });
    await bench.clock.pass(180);
    expect(iq.flashReport).toMatchObject({ end: 'rolled_back', attachments: {} });
    expect(await keyOf(door)).toEqual(key);
    await hub.write('failsafe', { arm: 180 });
    await hub.write('tree', { rev: 0, items: [lockItem] });
    await hub.write('attach', { ...lockItem, key });
    await bench.clock.pass(5);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached' });
    expect(await hub.write('failsafe', { commit: true })).toEqual({ left: 0 });
    expect(iq.flashReport).toMatchObject({ attachments: { [LOCK]: 'attached' } });
  });

  it('what was committed outlives both devices’ power', async () => {
    const { bench, iq, lock, hub } = await committed();
    for (const device of [iq, lock]) {
      device.powerOff();
      device.powerOn();
    }
    hub.reconnect();
    await hub.pairWith();
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attached' });
    await bench.clock.pass(6);
    expect(await hub.read('attach', { id: LOCK })).toEqual({
      state: 'attached',
      rssi: -40,
      heard: expect.any(Number),
    });
  });
});

describe('the maintenance card', () => {
  it('attaches an RFnet lock without a ticket, at once and for good', async () => {
    const bench = new Bench();
    const [iq, lock] = [bench.iq(), bench.lock({ mac: '22.33.44', radio: 'rf_net' })];
    const hub = bench.app(iq);
    await hub.pairWith();
    expect(lock.presentCard()).toBe(false);
    await hub.write('failsafe', { arm: 180 });
    await hub.write('tree', { rev: 0, items: [{ id: '22.33.44', type: 3 }] });
    expect(await hub.write('attach', { id: '22.33.44', type: 3 })).toEqual({});
    await bench.clock.pass(10);
    expect(await hub.read('attach', { id: '22.33.44' })).toEqual({ state: 'attach_pending' });
    expect(lock.presentCard()).toBe(true);
    expect(await hub.read('attach', { id: '22.33.44' })).toMatchObject({ state: 'attached', rssi: -40 });
    await hub.write('failsafe', { commit: true });
    expect(lock.flashReport.membership).toEqual({ state: 'attached', iq: '04.A2.FF' });
    expect(lock.state).toBe(2);
  });

  it('out of reach it flashes red, and changes nothing', async () => {
    const bench = new Bench();
    const [iq, lock] = [bench.iq(), bench.lock({ mac: '22.33.44', radio: 'rf_net' })];
    bench.field.place('22.33.44', { x: 1000, y: 0 });
    const hub = bench.app(iq);
    await hub.pairWith();
    await hub.write('failsafe', { arm: 180 });
    await hub.write('tree', { rev: 0, items: [{ id: '22.33.44', type: 3 }] });
    await hub.write('attach', { id: '22.33.44', type: 3 });
    expect(lock.presentCard()).toBe(false);
    expect(await hub.read('attach', { id: '22.33.44' })).toEqual({ state: 'attach_pending' });
  });

  it('is no way round a ticket', async () => {
    const { hub, door, lock } = await armedPair();
    await ticketFor(hub, LOCK, await keyOf(door));
    expect(lock.presentCard()).toBe(false);
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attach_pending' });
  });
});

describe('repeaters', () => {
  it('carry a lock’s calls once they are attached themselves', async () => {
    const bench = new Bench();
    const [iq, repeater, lock] = [bench.iq(), bench.repeater(), bench.lock()];
    bench.field.place('11.22.33', { x: 60, y: 0 });
    bench.field.place(LOCK, { x: 120, y: 0 });
    const hub = bench.app(iq);
    await hub.pairWith();
    await hub.write('failsafe', { arm: 180 });
    await hub.write('tree', {
      rev: 0,
      items: [
        { id: '11.22.33', type: 2 },
        { ...lockItem, parent: '11.22.33' },
      ],
    });
    await hub.write('attach', lockItem);
    await hub.write('attach', { id: '11.22.33', type: 2 });
    expect(lock.presentCard()).toBe(false);
    expect(repeater.presentCard()).toBe(true);
    expect(lock.presentCard()).toBe(true);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached', rssi: -88 });
    repeater.powerOff();
    await bench.clock.pass(30);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ heard: expect.any(Number) });
    const { heard } = (await hub.read('attach', { id: LOCK })) as { heard: number };
    expect(heard).toBeGreaterThanOrEqual(29);
  });

  it('join with a ticket like a lock', async () => {
    const bench = new Bench();
    const [hub, app] = [bench.app(bench.iq()), bench.app(bench.repeater())];
    await hub.pairWith();
    await app.pairWith();
    await hub.write('failsafe', { arm: 180 });
    await app.write('failsafe', { arm: 180 });
    await hub.write('tree', { rev: 0, items: [{ id: '11.22.33', type: 2 }] });
    const { ticket } = (await hub.write('attach', { id: '11.22.33', type: 2, key: await keyOf(app) })) as {
      ticket: Uint8Array;
    };
    expect(await app.write('join', { ticket })).toEqual({ state: 'attach_pending' });
    await bench.clock.pass(1);
    expect(await hub.read('attach', { id: '11.22.33' })).toMatchObject({ state: 'attached' });
  });
});

describe('A49 detach', () => {
  it('on the IQ waits for the lock’s confirmation; both are detached then', async () => {
    const { hub, door, bench } = await committed();
    const key = await keyOf(door);
    expect(await hub.write('detach', { id: LOCK })).toEqual({ state: 'detach_pending' });
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'detach_pending' });
    await bench.clock.pass(6);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'detached' });
    expect(await door.read('join')).toMatchObject({ state: 'detached' });
    expect(await keyOf(door)).not.toEqual(key);
    expect(await hub.write('detach', { id: LOCK })).toEqual({ state: 'detached' });
  });

  it('forced, it is detached at once; the lock does not know it yet', async () => {
    const { hub, door } = await committed();
    expect(await hub.write('detach', { id: LOCK, force: true })).toEqual({ state: 'detached' });
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'detached' });
    expect(await door.read('join')).toMatchObject({ state: 'attached' });
    await hub.write('failsafe', { arm: 60 });
    expect(await hub.write('tree', { rev: 1, items: [] })).toEqual({ rev: 2 });
  });

  it('on the lock means itself, and waits for the hub', async () => {
    const { hub, door, bench } = await committed();
    expect(await door.write('detach', {})).toEqual({ state: 'detach_pending' });
    await bench.clock.pass(1);
    expect(await door.read('join')).toMatchObject({ state: 'detached' });
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'detached' });
  });

  it('on the lock forced does not wait', async () => {
    const { door, iq } = await committed();
    iq.powerOff();
    expect(await door.write('detach', { force: true })).toEqual({ state: 'detached' });
  });

  it('rolls back like the rest where it was armed (A37)', async () => {
    const { hub } = await committed();
    await hub.write('failsafe', { arm: 60 });
    await hub.write('detach', { id: LOCK, force: true });
    await hub.write('failsafe', { disarm: true });
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached' });
  });

  it('refuses a missing id on an IQ, an unknown one, and an id on a lock', async () => {
    const { hub, door } = await armedPair();
    expect(await hub.write('detach', {})).toEqual(rc(3));
    expect(await hub.write('detach', { id: 'FFFFFFFFFFFFFF' })).toEqual(err(10));
    expect(await door.write('detach', { id: LOCK })).toEqual(rc(3));
    expect(await door.write('detach', { force: 1 })).toEqual(rc(3));
    expect(await door.write('detach', {})).toEqual({ state: 'detached' });
  });

  it('a pending detach takes no attach', async () => {
    const { hub, iq, lock } = await committed();
    lock.powerOff();
    await hub.write('detach', { id: LOCK });
    await hub.write('failsafe', { arm: 60 });
    expect(await hub.write('attach', lockItem)).toEqual(rc(6));
    expect(iq.flashReport.attachments).toEqual({ [LOCK]: 'detach_pending' });
  });
});

it('two hubs in one field keep their networks apart', async () => {
  const field = new RadioField();
  const bench = new Bench();
  const options = { environment: bench.environment, field };
  const first = new VirtualDevice({ kind: 'iq', mac: '00.00.01' }, options);
  const second = new VirtualDevice({ kind: 'iq', mac: '00.00.02' }, options);
  const lock = new VirtualDevice({ kind: 'lock', mac: LOCK }, options);
  const [one, other, door] = [bench.app(first), bench.app(second), bench.app(lock)];
  for (const app of [one, other, door]) await app.pairWith();
  for (const app of [one, other, door]) await app.write('failsafe', { arm: 180 });
  for (const app of [one, other]) await app.write('tree', { rev: 0, items: [lockItem] });
  const key = await keyOf(door);
  await ticketFor(other, LOCK, key);
  await door.write('join', { ticket: await ticketFor(one, LOCK, key) });
  await bench.clock.pass(1);
  expect(await one.read('attach', { id: LOCK })).toMatchObject({ state: 'attached' });
  expect(await other.read('attach', { id: LOCK })).toEqual({ state: 'attach_pending' });
});

it('a lock of the hub’s old network is a stranger in its new one', async () => {
  const { hub, bench, iq, lock } = await committed();
  await hub.write('failsafe', { arm: 60 });
  await hub.write('factory', { sure: true });
  await hub.write('failsafe', { commit: true });
  await bench.clock.pass(5);
  await hub.pairWith();
  await hub.write('failsafe', { arm: 180 });
  await hub.write('tree', { rev: 0, items: [lockItem] });
  await hub.write('attach', lockItem);
  await bench.clock.pass(30);
  expect(lock.flashReport.membership).toEqual({ state: 'attached', iq: '04.A2.FF' });
  expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attach_pending' });
  expect(lock.presentCard()).toBe(true);
  expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached' });
  expect(iq.writes.factory).toBe(1);
});

it('writes that took effect are counted by command, refused ones are not', async () => {
  const { iq, hub } = await armedPair();
  await hub.write('tree', { rev: 7, items: [] });
  await hub.read('tree');
  expect(iq.writes).toEqual({ pair: 3, failsafe: 1, tree: 1 });
});
