import { describe, expect, it } from 'vitest';
import { decodeMap } from '../../../native/smp/index.ts';
import { RadioField, VirtualDevice } from '../../../native/virtual/index.ts';
import { type App, Bench, err, rc } from './bench.ts';

const LOCK = '0A1B2C3D4E5F60';
const lockItem = { id: LOCK, type: 3 };

/** An IQ and a lock, both paired and armed; the lock stands in the IQ's tree. */
async function armedPair(lockPlan = {}) {
  const bench = new Bench();
  const [iq, lock] = [bench.iq(), bench.lock(lockPlan)];
  const [hub, door] = [bench.app(iq), bench.app(lock)];
  await hub.pairWith();
  await door.pairWith();
  await hub.write('failsafe', { arm: 180 });
  await door.write('failsafe', { arm: 180 });
  await hub.write('tree', { rev: 0, items: [{ id: lock.description.mac, type: 3 }] });
  return { bench, iq, lock, hub, door };
}

async function keyOf(door: App): Promise<Uint8Array> {
  return ((await door.read('join')) as { key: Uint8Array }).key;
}

async function ticketFor(hub: App, id: string, key: Uint8Array): Promise<Uint8Array> {
  return ((await hub.write('attach', { id, type: 3, key })) as { ticket: Uint8Array }).ticket;
}

async function attached() {
  const parts = await armedPair();
  const { hub, door, bench } = parts;
  await door.write('join', { ticket: await ticketFor(hub, LOCK, await keyOf(door)) });
  await bench.clock.pass(1);
  return parts;
}

async function committed() {
  const parts = await attached();
  await parts.door.write('failsafe', { commit: true });
  await parts.hub.write('failsafe', { commit: true });
  return parts;
}

describe('A47, A48 attaching with a ticket', () => {
  it('goes from detached over attach_pending to attached', async () => {
    const { hub, door, bench } = await armedPair();
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'detached' });
    const key = await keyOf(door);
    const ticket = await ticketFor(hub, LOCK, key);
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attach_pending' });
    expect(await door.write('join', { ticket })).toEqual({ state: 'attach_pending' });
    expect(await door.read('join')).toEqual({ key, state: 'attach_pending' });
    await bench.clock.pass(1);
    expect(await door.read('join')).toEqual({ key, state: 'attached' });
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attached', rssi: -40, heard: 0 });
    await bench.clock.pass(4);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ heard: 4 });
  });

  it('the ticket is sealed for this lock alone, as A48 says: opened here by WebCrypto', async () => {
    const { hub, door } = await armedPair();
    const key = await keyOf(door);
    expect(await keyOf(door)).toEqual(key);
    const own = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const ownKey = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
    const ticket = await ticketFor(hub, LOCK, ownKey);
    expect(ticket[0]).toBe(1);
    const ephemeral = ticket.slice(1, 66);
    const peer = await crypto.subtle.importKey(
      'raw',
      ephemeral,
      { name: 'ECDH', namedCurve: 'P-256' },
      false,
      [],
    );
    const x = await crypto.subtle.deriveBits({ name: 'ECDH', public: peer }, own.privateKey, 256);
    const ikm = await crypto.subtle.importKey('raw', x, 'HKDF', false, ['deriveBits']);
    const okm = new Uint8Array(
      await crypto.subtle.deriveBits(
        {
          name: 'HKDF',
          hash: 'SHA-256',
          salt: new Uint8Array([...ephemeral, ...ownKey]),
          info: new TextEncoder().encode('doorstep ticket 1'),
        },
        ikm,
        28 * 8,
      ),
    );
    const aes = await crypto.subtle.importKey('raw', okm.slice(0, 16), 'AES-GCM', false, ['decrypt']);
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: okm.slice(16), additionalData: new TextEncoder().encode(LOCK) },
      aes,
      ticket.slice(66),
    );
    expect(decodeMap(new Uint8Array(plain))).toEqual({
      net: expect.objectContaining({ length: 16 }),
      iq: '04.A2.FF',
      ch: expect.any(Number),
    });
    // And the lock, whose key it was not sealed for, refuses it.
    expect(await door.write('join', { ticket })).toEqual(err(11));
  });

  it('writing again with the same id and key gives a ticket again and changes no state', async () => {
    const { hub, door, bench } = await armedPair();
    const key = await keyOf(door);
    const first = await ticketFor(hub, LOCK, key);
    const second = await ticketFor(hub, LOCK, key);
    expect(first).not.toEqual(second);
    await door.write('join', { ticket: first });
    await bench.clock.pass(1);
    await ticketFor(hub, LOCK, key);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached' });
  });

  it('a ticket is good once, and a bad one changes nothing', async () => {
    const { hub, door } = await armedPair();
    const ticket = await ticketFor(hub, LOCK, await keyOf(door));
    const bad = [
      ticket.map((byte, at) => (at === ticket.length - 1 ? byte ^ 1 : byte)),
      ticket.map((byte, at) => (at === 0 ? 2 : byte)),
      ticket.map((byte, at) => (at === 65 ? byte ^ 1 : byte)),
      ticket.subarray(0, 70),
      new Uint8Array(256),
    ];
    for (const wrong of bad) expect(await door.write('join', { ticket: wrong })).toEqual(err(11));
    expect(await door.read('join')).toMatchObject({ state: 'detached' });
    expect(await door.write('join', { ticket })).toEqual({ state: 'attach_pending' });
    expect(await door.write('join', { ticket })).toEqual(err(11));
    expect(await door.write('join', { ticket: new Uint8Array(257) })).toEqual(rc(3));
    expect(await door.write('join', { ticket: new Uint8Array() })).toEqual(rc(3));
  });

  it('a ticket for another lock’s id is bad', async () => {
    const { hub, door } = await armedPair();
    const other = { id: 'FFFFFFFFFFFFFF', type: 3 };
    await hub.write('tree', { rev: 1, items: [lockItem, other] });
    expect(await door.write('join', { ticket: await ticketFor(hub, other.id, await keyOf(door)) })).toEqual(
      err(11),
    );
  });

  it('refuses unknown ids with 10, another type with 12, a key that is no point with rc 3', async () => {
    const { hub, door } = await armedPair();
    const key = await keyOf(door);
    expect(await hub.write('attach', { id: 'FFFFFFFFFFFFFF', type: 3, key })).toEqual(err(10));
    expect(await hub.read('attach', { id: 'FFFFFFFFFFFFFF' })).toEqual(err(10));
    expect(await hub.write('attach', { id: LOCK, type: 2, key })).toEqual(err(12));
    expect(await hub.write('attach', { id: LOCK, type: 3, key: new Uint8Array(65) })).toEqual(rc(3));
    expect(await hub.write('attach', { id: LOCK, type: 3, key: key.subarray(1) })).toEqual(rc(3));
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'detached' });
  });

  it('a lock out of the hub’s reach stays attach_pending until it is carried nearer', async () => {
    const { hub, door, bench } = await armedPair();
    bench.field.place(LOCK, { x: 500, y: 0 });
    await door.write('join', { ticket: await ticketFor(hub, LOCK, await keyOf(door)) });
    await bench.clock.pass(20);
    expect(await hub.read('attach', { id: LOCK })).toEqual({ state: 'attach_pending' });
    bench.field.place(LOCK, { x: 40, y: 0 });
    await bench.clock.pass(2);
    expect(await hub.read('attach', { id: LOCK })).toEqual({
      state: 'attached',
      rssi: -83,
      heard: expect.any(Number),
    });
  });

  it('a weak radio is heard weaker', async () => {
    const { hub, door, bench, lock } = await armedPair();
    lock.faults.set({ kind: 'weak_radio', lossDb: 45 });
    await door.write('join', { ticket: await ticketFor(hub, LOCK, await keyOf(door)) });
    await bench.clock.pass(1);
    expect(await hub.read('attach', { id: LOCK })).toMatchObject({ state: 'attached', rssi: -85 });
    expect(await door.read('health')).toMatchObject({ rssi: -85 });
  });
});

describe('A45 an item that is not detached', () => {
  it('may not go, move or change, but others may come', async () => {
    const { hub } = await attached();
    const repeater = { id: '11.22.33', type: 2 };
    expect(await hub.write('tree', { rev: 1, items: [] })).toEqual(err(9));
    expect(
      await hub.write('tree', { rev: 1, items: [repeater, { ...lockItem, parent: repeater.id }] }),
    ).toEqual(err(9));
    expect(await hub.write('tree', { rev: 1, items: [{ ...lockItem, type: 2 }] })).toEqual(err(9));
    expect(await hub.write('tree', { rev: 1, items: [repeater, lockItem] })).toEqual({ rev: 2 });
  });
});

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
