import { describe, expect, it } from 'vitest';
import { decodeMap } from '../../../native/smp/index.ts';
import { armedPair, attached, keyOf, LOCK, lockItem, ticketFor } from './attaching-bench.ts';
import { err, rc } from './bench.ts';

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
