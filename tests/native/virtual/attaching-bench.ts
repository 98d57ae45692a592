import { type App, Bench } from './bench.ts';

export const LOCK = '0A1B2C3D4E5F60';
export const lockItem = { id: LOCK, type: 3 };

/** An IQ and a lock, both paired and armed; the lock stands in the IQ's tree. */
export async function armedPair(lockPlan = {}) {
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

export async function keyOf(door: App): Promise<Uint8Array> {
  return ((await door.read('join')) as { key: Uint8Array }).key;
}

export async function ticketFor(hub: App, id: string, key: Uint8Array): Promise<Uint8Array> {
  return ((await hub.write('attach', { id, type: 3, key })) as { ticket: Uint8Array }).ticket;
}

export async function attached() {
  const parts = await armedPair();
  const { hub, door, bench } = parts;
  await door.write('join', { ticket: await ticketFor(hub, LOCK, await keyOf(door)) });
  await bench.clock.pass(1);
  return parts;
}

export async function committed() {
  const parts = await attached();
  await parts.door.write('failsafe', { commit: true });
  await parts.hub.write('failsafe', { commit: true });
  return parts;
}
