import type {
  DeviceAct,
  DeviceLogEntry,
  HeardNetwork,
  HeardNetworks,
  HubNetwork,
  LastWifi,
  Measure,
  Network,
  Reach,
} from '../../electron/contract/model.ts';
import { ssidHexOf } from '../../electron/contract/wifi.ts';
import { ago, DAY_MS, MINUTE_MS } from './fake-times.ts';

const heard = (
  ssid: string,
  rssi: number,
  channel: number,
  security: HeardNetwork['security'],
): HeardNetwork => ({ ssid, ssidHex: ssidHexOf({ ssid }), rssi, channel, security });

/** What a hub in a plant room hears: some that it can join, some that it cannot, one without a readable name. */
export const fakeHeard = (): HeardNetworks => ({
  at: ago(MINUTE_MS),
  networks: [
    heard('Alte-Post-Technik', -54, 6, 'wpa2'),
    heard('FRITZ!Box 7590 ABXYZ Gastzugang', -63, 11, 'wpa2'),
    heard('Gäste', -71, 11, 'open'),
    { ssid: '', ssidHex: 'ff00fe41', rssi: -74, channel: 3, security: 'wpa2' },
    heard('eduroam', -76, 1, 'enterprise'),
    heard('Neubau', -80, 3, 'wpa3'),
    heard('Drucker', -86, 9, 'wep'),
  ],
});

/** A hub on the cable by DHCP, with a Wi-Fi to fall back on, and no modem. */
export const fakeHubNetwork = (): HubNetwork => ({
  ways: ['eth', 'wifi'],
  eth: { dhcp: true },
  wifi: {
    ssid: 'Alte-Post-Alt',
    ssidHex: ssidHexOf({ ssid: 'Alte-Post-Alt' }),
    sec: 'wpa2',
    hasPassphrase: true,
  },
  cell: null,
  order: ['eth', 'wifi'],
});

/** The Wi-Fi of the hub before. */
export const fakeLastWifi = (): LastWifi => ({
  ssid: 'Alte-Post-Technik',
  ssidHex: ssidHexOf({ ssid: 'Alte-Post-Technik' }),
  sec: 'wpa2',
  hasPassphrase: true,
  savedAt: ago(DAY_MS),
});

/** What a hub measures behind a firewall that drops one port; over Wi-Fi all of it holds. */
export function fakeReach(network: Network, kept: boolean): Reach {
  const open = network.order[0] === 'wifi';
  return {
    at: new Date().toISOString(),
    link: open ? 'wifi' : 'eth',
    ip: '192.168.20.57',
    gateway: true,
    dns: true,
    targets: [
      { host: 'cloud.example', port: 40000, ok: true, ms: 41 },
      { host: 'cloud.example', port: 40001, ok: open, ms: open ? 44 : 0 },
    ],
    update: true,
    time: true,
    kept,
  };
}

const codes = ['start', 'armed', 'attached', 'committed', 'card', 'motor_jam'];

/** A log that has lost its beginning and a piece of its middle. */
export const fakeLog = (): DeviceLogEntry[] =>
  Array.from({ length: 40 }, (_, index) => ({
    number: 57 + index + (index > 20 ? 12 : 0),
    at: index === 0 ? null : ago((60 - index) * 40 * MINUTE_MS),
    code: codes[index % codes.length] ?? 'start',
    detail: index % 6 === 5 ? { turns: '3', side: 'inner' } : {},
    lostBefore: index === 0 ? 56 : index === 21 ? 12 : 0,
  }));

/** A lock that was asked through its hub and by itself. */
export const fakeMeasure = (): Measure => ({
  heard: { rssi: -61, secondsAgo: 4 },
  health: {
    at: new Date().toISOString(),
    upSeconds: 93_600,
    lamp: 'flash_green',
    dropped: 0,
    batteryPercent: 91,
    rssi: -60,
    celsius: 19,
    door: 'closed',
  },
  problem: null,
});

/** What was done with a lock. */
export const fakeHistory = (): DeviceAct[] => [
  { at: ago(20 * MINUTE_MS), person: 'Marek Visser', action: 'door.checked' },
  { at: ago(40 * MINUTE_MS), person: 'Marek Visser', action: 'device.attached' },
  { at: ago(2 * DAY_MS), person: 'Iris Wijngaarden-van der Meulen', action: 'device.bound' },
];
