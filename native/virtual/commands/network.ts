import { pbkdf2Sync } from 'node:crypto';
import { type CborInput, CommissioningCommand, Group } from '../../smp/index.ts';
import type { InterfaceName, NetworkState } from '../flash.ts';
import { groupRefusal } from '../refusal.ts';
import { type RequestBody, textIn } from '../request-body.ts';
import type { Command } from './command.ts';

const INTERFACES = ['eth', 'wifi', 'cell'] as const;
const WIFI_SECURITIES = ['open', 'wpa', 'wpa2'] as const;
const IPV4_BYTES = [7, 15] as const;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d|0\d\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d|0\d\d)$/;
/** 8–63 printable ASCII characters, or the 64 hex digits of the key itself (A41). */
const PASSWORD = /^(?:[\x20-\x7e]{8,63}|[0-9A-Fa-f]{64})$/;
const RAW_KEY = /^[0-9A-Fa-f]{64}$/;

/** The network, written key by key (A40, A41). */
export const networkCommand: Command = {
  name: 'network',
  group: Group.commissioning,
  command: CommissioningCommand.network,
  read: ({ flash }) => networkAnswer(flash.kept.network),
  write: ({ flash, description }, body) => {
    const change = readChange(body, flash.kept.network);
    const asked = [...INTERFACES.filter((name) => change[name] !== undefined), ...(change.order ?? [])];
    for (const name of asked) {
      const removes = change[name] === null;
      if (!removes && !description.capabilities.includes(name)) throw groupRefusal('value');
    }
    flash.change(({ network }) => apply(network, change));
    return {};
  },
};

/** The pre-shared key that 802.11 derives from a password, as hex; the password itself is not kept. */
export function wifiKey(password: string, ssid: Uint8Array): string {
  if (RAW_KEY.test(password)) return password.toLowerCase();
  return pbkdf2Sync(password, ssid, 4096, 32, 'sha1').toString('hex');
}

interface NetworkChange {
  eth?: NonNullable<NetworkState['eth']> | null;
  wifi?: NonNullable<NetworkState['wifi']> | null;
  cell?: NonNullable<NetworkState['cell']> | null;
  order?: InterfaceName[];
}

function networkAnswer({ eth, wifi, cell, order }: NetworkState): CborInput {
  return {
    eth,
    wifi: wifi && {
      ssid: new Uint8Array(Buffer.from(wifi.ssid, 'hex')),
      sec: wifi.sec,
      has_psk: wifi.key !== undefined,
    },
    cell,
    order,
  };
}

function readChange(body: RequestBody, now: NetworkState): NetworkChange {
  const change: NetworkChange = {};
  if (body.has('eth')) change.eth = body.isNull('eth') ? null : readEthernet(body.map('eth'));
  if (body.has('wifi')) change.wifi = body.isNull('wifi') ? null : readWifi(body.map('wifi'), now.wifi);
  if (body.has('cell')) {
    change.cell = body.isNull('cell') ? null : { apn: body.map('cell').text('apn', [0, 100]) };
  }
  if (body.has('order')) change.order = body.words('order', [1, 3], INTERFACES);
  return change;
}

function readEthernet(body: RequestBody): NonNullable<NetworkState['eth']> {
  const dhcp = body.boolean('dhcp');
  const address = (key: string) =>
    body.has(key) || !dhcp ? { [key]: body.text(key, IPV4_BYTES, IPV4) } : undefined;
  const dns = body.has('dns')
    ? { dns: body.list('dns', [0, 2]).map((value) => textIn(value, IPV4_BYTES, IPV4)) }
    : undefined;
  return { dhcp, ...address('addr'), ...address('mask'), ...address('gw'), ...dns };
}

/** A write without a password keeps the stored one of the same ssid (A41). */
function readWifi(body: RequestBody, now: NetworkState['wifi']): NonNullable<NetworkState['wifi']> {
  const ssid = body.bytes('ssid', [1, 32]);
  const sec = body.word('sec', WIFI_SECURITIES);
  const hex = Buffer.from(ssid).toString('hex');
  if (body.has('psk')) {
    return { ssid: hex, sec, key: wifiKey(body.text('psk', [8, 64], PASSWORD), ssid) };
  }
  const stored = now?.ssid === hex ? now.key : undefined;
  return { ssid: hex, sec, ...(stored !== undefined && { key: stored }) };
}

function apply(network: NetworkState, change: NetworkChange): void {
  if (change.eth !== undefined) setOrRemove(network, 'eth', change.eth);
  if (change.wifi !== undefined) setOrRemove(network, 'wifi', change.wifi);
  if (change.cell !== undefined) setOrRemove(network, 'cell', change.cell);
  if (change.order !== undefined) network.order = change.order;
}

function setOrRemove<K extends InterfaceName>(
  network: NetworkState,
  name: K,
  value: NonNullable<NetworkState[K]> | null,
): void {
  if (value === null) delete network[name];
  else network[name] = value;
}
