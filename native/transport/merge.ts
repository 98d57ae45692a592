import type { FoundDevice, FoundWay, Sighting } from './finder-types.ts';

/** What a device says that has lost its own MAC: not good to tell devices apart. */
const NO_MAC = '00.00.00';

/** A row of the list and the ways behind it, the preferred one first. */
export interface FoundGroup {
  readonly device: FoundDevice;
  readonly ways: readonly [Sighting, ...Sighting[]];
}

/** Makes one row of all sightings of the same device, in the order they were first seen. */
export function mergeSightings(sightings: readonly Sighting[]): FoundGroup[] {
  const byDevice = new Map<string, [Sighting, ...Sighting[]]>();
  for (const sighting of sightings) {
    const id = deviceIdOf(sighting);
    const group = byDevice.get(id);
    if (group === undefined) byDevice.set(id, [sighting]);
    else group.push(sighting);
  }
  return [...byDevice]
    .map(([id, group]) => groupOf(id, group))
    .sort((a, b) => a.device.firstSeenAt - b.device.firstSeenAt || (a.device.id < b.device.id ? -1 : 1));
}

function deviceIdOf({ key, kind, mac }: Sighting): string {
  return mac === null || mac === NO_MAC ? key : `${kind}:${mac}`;
}

function groupOf(id: string, group: [Sighting, ...Sighting[]]): FoundGroup {
  group.sort((a, b) => rank(a) - rank(b) || a.firstSeenAt - b.firstSeenAt);
  const [first] = group;
  const { key: _, ...preferred } = first;
  const device: FoundDevice = {
    ...preferred,
    id,
    model: group.map((way) => way.model).find((model) => model !== null) ?? null,
    serial: group.map((way) => way.serial).find((serial) => serial !== null) ?? null,
    // An advertisement tells the state as it is; over USB it is as old as the last question.
    state: group.find((way) => way.transport === 'bluetooth')?.state ?? first.state,
    rssi: group.map((way) => way.rssi).find((rssi) => rssi !== null) ?? null,
    firstSeenAt: Math.min(...group.map((way) => way.firstSeenAt)),
    lastSeenAt: Math.max(...group.map((way) => way.lastSeenAt)),
    connected: group.some((way) => way.connected),
    ways: group.map(wayOf),
  };
  return { device, ways: group };
}

/** What a person may know of a way. */
export function wayOf({ transport, place, rssi, lastSeenAt, problem }: Sighting): FoundWay {
  return { transport, place, rssi, lastSeenAt, problem };
}

/** A way in use comes first, then one without a problem, then USB: it is faster and needs no button. */
function rank(way: Sighting): number {
  return (way.connected ? 0 : 4) + (way.problem === null ? 0 : 2) + (way.transport === 'usb' ? 0 : 1);
}
