import type { DeviceRecord } from '../../../db/types.ts';
import {
  brokenLink,
  configureNetwork,
  type Reach as DeviceReach,
  type NetworkToWrite,
} from '../../../native/devices/index.ts';
import {
  CodedError,
  type HeardNetwork,
  type HeardNetworks,
  type HubNetwork,
  type LastWifi,
  type Network,
  networkWays,
  type Reach,
  ssidHexOf,
  ssidText,
  wifiProblem,
} from '../../contract/index.ts';
import { type Bench, openDevice, openSite, touchSite } from './bench.ts';
import { hubInWork } from './hub-in-work.ts';
import { stageTeller } from './stages.ts';

/** What a hub heard speaks for or against a network for so long; after that it may have been moved. */
const scanHoldsMs = 10 * 60_000;

/** The network of hubs: what they hear, what they have, and what they are given. */
export interface HubNetworks {
  scan(deviceId: string, signal?: AbortSignal): Promise<HeardNetworks>;
  read(deviceId: string, signal?: AbortSignal): Promise<HubNetwork>;
  write(deviceId: string, network: Network, prove: boolean): Promise<Reach>;
  lastWifi(): LastWifi | null;
  forgetWifi(): void;
}

/** Makes the network part of commissioning. */
export function createHubNetworks(bench: Bench): HubNetworks {
  const { store, clock, looks } = bench;
  const heardBy = new Map<string, { at: number; networks: readonly HeardNetwork[] }>();

  /** Refused before anything is sent, where the hub was just heard to be unable to join. */
  const assertJoinable = (hub: DeviceRecord, { wifi }: Network): void => {
    const heard = heardBy.get(hub.id);
    if (wifi === null || heard === undefined || clock.now() - heard.at > scanHoldsMs) return;
    const problem = wifiProblem(wifi, heard.networks);
    if (problem !== null) throw new CodedError(problem.code, problem.params);
  };

  return {
    scan: async (deviceId, signal) => {
      const hub = openHub(bench, deviceId);
      return looks.look(async () => {
        const device = await bench.connectHub(hub, neverAborted);
        const networks = (await device.scan()).map(
          ({ ssid, rssi, ch, sec }): HeardNetwork => ({
            ssid: ssidText(ssid),
            ssidHex: hexOf(ssid),
            rssi,
            channel: ch,
            security: sec,
          }),
        );
        networks.sort((one, other) => other.rssi - one.rssi);
        const at = clock.now();
        heardBy.set(hub.id, { at, networks });
        return { at: new Date(at).toISOString(), networks };
      }, signal);
    },
    read: async (deviceId, signal) => {
      const hub = openHub(bench, deviceId);
      return looks.look(async () => {
        const device = await bench.connectHub(hub, neverAborted);
        const { eth, wifi, cell, order } = await device.network();
        const { caps } = device.identity;
        return {
          ways: networkWays.filter((way) => caps.includes(way)),
          eth: eth ?? null,
          wifi:
            wifi === undefined
              ? null
              : {
                  ssid: ssidText(wifi.ssid),
                  ssidHex: hexOf(wifi.ssid),
                  sec: wifi.sec,
                  hasPassphrase: wifi.has_psk,
                },
          cell: cell ?? null,
          order,
        };
      }, signal);
    },
    write: async (deviceId, network, prove) => {
      const hub = openHub(bench, deviceId);
      assertJoinable(hub, network);
      return writeNetwork(bench, hub, network, prove);
    },
    lastWifi() {
      const last = store.wifi.last();
      if (last === undefined) return null;
      const { ssidHex, security, passphrase, savedAt } = last;
      return {
        ssid: ssidText(Buffer.from(ssidHex, 'hex')),
        ssidHex,
        sec: security,
        hasPassphrase: passphrase !== null,
        savedAt: new Date(savedAt).toISOString(),
      };
    },
    forgetWifi: store.wifi.forget,
  };
}

/** A look is left to finish, whoever asked (A8). */
const neverAborted = new AbortController().signal;

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function openHub({ store }: Bench, deviceId: string): DeviceRecord {
  const hub = openDevice(store, deviceId);
  if (hub.kind !== 'iq') throw new CodedError('site.kind_differs', { found: hub.kind, planned: 'iq' });
  return hub;
}

async function writeNetwork(
  bench: Bench,
  hub: DeviceRecord,
  network: Network,
  prove: boolean,
): Promise<Reach> {
  const { store, clock, work } = bench;
  const site = openSite(store, hub.siteId);
  const toWrite = networkToWrite(bench, network);
  const measured = { last: undefined as Reach | undefined };
  /** Shown as it is measured, and still after a restart; the settings of a failed work went back. */
  const keep = (reach: DeviceReach, kept: boolean): Reach => {
    const now = clock.now();
    measured.last = reachOf(reach, now, kept);
    store.devices.change(hub.id, { reach: measured.last, heardAt: now }, now);
    return measured.last;
  };
  await work.run({ kind: 'configure_network', siteId: site.id, deviceIds: [hub.id] }, async (handle) => {
    const device = await hubInWork(bench, hub, handle);
    const reach = await configureNetwork({
      id: handle.id,
      hub: device,
      network: toWrite,
      prove,
      onReach: (each) => keep(each, false),
      journal: handle.journal,
      clock,
      signal: handle.signal,
      onProgress: stageTeller(handle),
    });
    const proven = brokenLink(reach) === undefined;
    store.transaction(() => {
      const now = clock.now();
      keep(reach, true);
      store.devices.change(hub.id, { state: 'configured', networkProven: proven }, now);
      if (toWrite.wifi) keepWifi(bench, toWrite.wifi, now);
      touchSite(store, site, now);
      bench.audit(site.id, 'hub.network_set', { device: hub.name, proven });
    });
  });
  if (measured.last === undefined) throw new CodedError('device.bad_response');
  return measured.last;
}

/** For the next hub. A network whose passphrase is not known here, for it is in the hub alone, is not kept. */
function keepWifi({ store }: Bench, wifi: NonNullable<NetworkToWrite['wifi']>, now: number): void {
  const ssidHex = hexOf(wifi.ssid);
  if (wifi.sec !== 'open' && wifi.psk === undefined) return;
  store.wifi.keep(
    { ssidHex, security: wifi.sec, passphrase: wifi.sec === 'open' ? null : (wifi.psk ?? null) },
    now,
  );
}

function networkToWrite({ store }: Bench, { eth, wifi, cell, order }: Network): NetworkToWrite {
  return {
    eth,
    wifi: wifi === null ? null : wifiToWrite(store, wifi),
    cell,
    ...(order.length > 0 ? { order } : {}),
  };
}

function wifiToWrite(
  store: Bench['store'],
  wifi: NonNullable<Network['wifi']>,
): NonNullable<NetworkToWrite['wifi']> {
  const ssidHex = ssidHexOf(wifi);
  const { sec } = wifi;
  const psk = wifi.reuse === true ? keptPassphrase(store, ssidHex) : wifi.psk;
  return {
    ssid: new Uint8Array(Buffer.from(ssidHex, 'hex')),
    sec,
    ...(psk === undefined || sec === 'open' ? {} : { psk }),
  };
}

function keptPassphrase(store: Bench['store'], ssidHex: string): string {
  const last = store.wifi.last();
  if (last?.ssidHex !== ssidHex || last.passphrase === null) throw new CodedError('work.no_wifi_kept');
  return last.passphrase;
}

function reachOf({ link, ip, gw, dns, tcp, update, time }: DeviceReach, at: number, kept: boolean): Reach {
  return {
    at: new Date(at).toISOString(),
    link,
    ip,
    gateway: gw,
    dns,
    targets: tcp,
    update: update.ok,
    time: time.ok,
    kept,
  };
}
