import { type CborInput, CommissioningCommand, encodeMap, Group } from '../../smp/index.ts';
import type { InterfaceName } from '../flash.ts';
import type { Internals } from '../internals.ts';
import { ssidBytes, type WifiNetwork } from '../surroundings.ts';
import type { Command } from './command.ts';
import { wifiKey } from './network.ts';

const SCAN_MS = 1_500;
const REACH_MS = 800;
const MAX_NETWORKS = 32;
const ANSWER_MS = 24;
/** Of the addresses set aside for documentation. */
const GIVEN_ADDRESS = '192.0.2.40';
const USABLE_SECURITIES: readonly string[] = ['open', 'wpa', 'wpa2'];

/** What the device hears and reaches, committed or not (A42, A43). */
export const reachabilityCommands: readonly Command[] = [
  {
    name: 'scan',
    group: Group.commissioning,
    command: CommissioningCommand.scan,
    read: async ({ timers, description, surroundings }, _body, context) => {
      if (!description.capabilities.includes('wifi')) return { nets: [] };
      await timers.wait(SCAN_MS);
      return fitting(heardNetworks(surroundings.wifi), context.maxDataBytes, (nets) => ({ nets }));
    },
  },
  {
    name: 'reach',
    group: Group.commissioning,
    command: CommissioningCommand.reach,
    read: async (device) => {
      await device.timers.wait(REACH_MS);
      return reachAnswer(device);
    },
  },
];

/** The longest beginning of a list whose answer is small enough: a device never makes a larger one (A7). */
export function fitting<T>(
  items: readonly T[],
  maxBytes: number,
  answer: (items: T[]) => CborInput,
): CborInput {
  let count = items.length;
  while (count > 0 && encodeMap(answer(items.slice(0, count))).length > maxBytes) count -= 1;
  return answer(items.slice(0, count));
}

function heardNetworks(networks: readonly WifiNetwork[]) {
  const strongest = networks
    .filter((network) => network.hidden !== true && network.channel >= 1 && network.channel <= 14)
    .sort((a, b) => b.rssi - a.rssi)
    .map((network) => ({
      ssid: ssidBytes(network.ssid),
      rssi: network.rssi,
      ch: network.channel,
      sec: network.security,
    }));
  const seen = new Set<string>();
  return strongest
    .filter(({ ssid, sec }) => {
      const name = `${sec} ${Buffer.from(ssid).toString('hex')}`;
      return !seen.has(name) && seen.add(name);
    })
    .slice(0, MAX_NETWORKS);
}

function reachAnswer(device: Internals): CborInput {
  const { surroundings, flash, description } = device;
  const link = linkInUse(device);
  const internet = link !== undefined && surroundings.internet;
  const modem = description.capabilities.includes('cell') ? surroundings.mobileRssi : undefined;
  const fixed = link === 'eth' && flash.kept.network.eth?.dhcp === false;
  return {
    link: link ?? 'none',
    ip: link === undefined ? '' : ((fixed ? flash.kept.network.eth?.addr : undefined) ?? GIVEN_ADDRESS),
    gw: link !== undefined,
    dns: internet,
    tcp: surroundings.targets.map(({ host, port, open }) => {
      const ok = internet && open;
      return { host, port, ok, ms: ok ? ANSWER_MS : 0 };
    }),
    update: { ok: internet },
    time: { ok: internet },
    cell: modem === undefined ? undefined : { rssi: modem },
  };
}

/** The first interface of the order that is set up and finds its counterpart. */
export function linkInUse({
  flash,
  surroundings,
}: Pick<Internals, 'flash' | 'surroundings'>): InterfaceName | undefined {
  const { network } = flash.kept;
  const works: Readonly<Record<InterfaceName, () => boolean>> = {
    eth: () => network.eth !== undefined && surroundings.cable,
    wifi: () => surroundings.wifi.some((heard) => letsIn(heard, network.wifi)),
    cell: () => network.cell !== undefined && surroundings.mobileRssi !== undefined,
  };
  return network.order.find((name) => works[name]());
}

function letsIn(heard: WifiNetwork, wifi: { ssid: string; key?: string | undefined } | undefined): boolean {
  const ssid = ssidBytes(heard.ssid);
  if (wifi === undefined || wifi.ssid !== Buffer.from(ssid).toString('hex')) return false;
  if (!USABLE_SECURITIES.includes(heard.security)) return false;
  return heard.password === undefined || wifi.key === wifiKey(heard.password, ssid);
}
