import type { Store } from '../../../db/store.ts';
import type { DeviceFinder, FoundDevice as Find } from '../../../native/transport/index.ts';
import { CodedError, type Discovery as DiscoveryView, type FoundDevice } from '../../contract/index.ts';
import { createSignal } from '../watch.ts';

/** Ports that a person added by path; watched again after a restart. */
const portsSetting = 'discovery.ports';
/** So many ports by path are kept. */
const portsMax = 32;

export interface DiscoveryDeps {
  readonly finder: DeviceFinder;
  readonly store: Store;
  /** Virtual devices are always on the air. */
  readonly practice: boolean;
}

/** What the cable and the radio show, beside what the plan knows of it. */
export interface Discovery {
  start(): void;
  view(): DiscoveryView;
  subscribe(listener: () => void): () => void;
  /** The find with this id; `work.device_not_found` where it is gone. */
  get(foundId: string): Find;
  /** The find that calls itself by this MAC, if it is there now. */
  byMac(mac: string): Find | undefined;
  addPort(path: string): Promise<void>;
  removePort(path: string): void;
}

/** Makes the discovery part. */
export function createDiscovery({ finder, store, practice }: DiscoveryDeps): Discovery {
  const changed = createSignal();
  finder.onChange(changed.notify);

  const storedPorts = (): string[] => {
    const ports = store.settings.get(portsSetting);
    return Array.isArray(ports) ? ports.filter((port) => typeof port === 'string').slice(0, portsMax) : [];
  };

  const shown = (find: Find): FoundDevice => ({
    id: find.id,
    transport: find.transport,
    place: find.place,
    kind: find.kind,
    mac: find.mac,
    model: find.model,
    serial: find.serial,
    state: find.state,
    rssi: find.rssi,
    firstSeenAt: new Date(find.firstSeenAt).toISOString(),
    lastSeenAt: new Date(find.lastSeenAt).toISOString(),
    problem: problemOf(find),
    connected: find.connected,
    ways: find.ways.map((way) => ({
      ...way,
      lastSeenAt: new Date(way.lastSeenAt).toISOString(),
      problem: problemOf(way),
    })),
    planned: plannedFor(find.mac, store),
  });

  const get = (foundId: string): Find => {
    const find = finder.snapshot().devices.find((device) => device.id === foundId);
    if (find === undefined) throw new CodedError('work.device_not_found');
    return find;
  };

  return {
    start() {
      finder.start();
      // A port that is gone today shows its problem in the list; it must not keep the app from starting.
      for (const path of storedPorts()) finder.addPort(path).catch(() => {});
    },
    view() {
      const { devices, bluetooth, bluetoothProblem, usb } = finder.snapshot();
      return {
        devices: devices.map(shown),
        ports: usb.ports.map((port) => ({ ...port })),
        bluetooth: practice ? 'on' : bluetooth,
        bluetoothProblem: practice ? null : problemOf({ problem: bluetoothProblem }),
      };
    },
    subscribe(listener) {
      const endOwn = changed.subscribe(listener);
      const endStore = store.onChange(({ siteIds }) => siteIds.size > 0 && listener());
      return () => {
        endOwn();
        endStore();
      };
    },
    get,
    byMac: (mac) => finder.snapshot().devices.find((device) => device.mac === mac && device.problem === null),
    async addPort(path) {
      const before = new Set(storedPorts());
      if (!before.has(path) && before.size >= portsMax)
        throw new CodedError('work.too_many_ports', { limit: portsMax });
      await finder.addPort(path);
      // Others may have come or gone while this one was asked who it is.
      store.settings.set(portsSetting, [...new Set([...storedPorts(), path])]);
    },
    removePort(path) {
      finder.removePort(path);
      store.settings.set(
        portsSetting,
        storedPorts().filter((port) => port !== path),
      );
    },
  };
}

function problemOf({ problem }: Pick<Find, 'problem'>): FoundDevice['problem'] {
  return problem === null ? null : { ...problem, params: { ...problem.params } };
}

function plannedFor(mac: string | null, store: Store): FoundDevice['planned'] {
  if (mac === null) return null;
  const device = store.devices.findByMac(mac)[0];
  const site = device && store.sites.get(device.siteId);
  if (device === undefined || site === undefined) return null;
  return { siteId: site.id, siteName: site.name, deviceId: device.id, deviceName: device.name };
}
