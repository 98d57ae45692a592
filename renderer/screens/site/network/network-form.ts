import type { Network } from '../../../../electron/contract/model.ts';

/** The ways a hub may take, in the order of a new form. */
export type Way = Network['order'][number];

/** What is typed about a hub's network; texts stay texts until they are sent. */
export interface NetworkForm {
  readonly order: readonly Way[];
  readonly eth: {
    readonly on: boolean;
    readonly dhcp: boolean;
    readonly addr: string;
    readonly mask: string;
    readonly gw: string;
    readonly dns: string;
  };
  readonly wifi: {
    readonly on: boolean;
    readonly ssid: string;
    readonly sec: 'open' | 'wpa' | 'wpa2';
    readonly psk: string;
  };
  readonly cell: { readonly on: boolean; readonly apn: string };
}

/** A form for a hub of which nothing was set: Ethernet by DHCP. */
export const emptyNetwork: NetworkForm = {
  order: ['eth', 'wifi', 'cell'],
  eth: { on: true, dhcp: true, addr: '', mask: '', gw: '', dns: '' },
  wifi: { on: false, ssid: '', sec: 'wpa2', psk: '' },
  cell: { on: false, apn: '' },
};

/** Fields that cannot be sent yet. */
export type NetworkFault = 'no_way' | 'addr' | 'mask' | 'gw' | 'dns' | 'ssid' | 'psk';

/** What is wrong with the form, first the gravest (A41). */
export function faultsOf(form: NetworkForm): NetworkFault[] {
  const faults: NetworkFault[] = [];
  if (!form.eth.on && !form.wifi.on && !form.cell.on) faults.push('no_way');
  if (form.eth.on && !form.eth.dhcp) {
    if (!isAddress(form.eth.addr)) faults.push('addr');
    if (!isMask(form.eth.mask)) faults.push('mask');
    if (!isAddress(form.eth.gw)) faults.push('gw');
    const servers = dnsOf(form.eth.dns);
    if (servers.length > 2 || !servers.every(isAddress)) faults.push('dns');
  }
  if (form.wifi.on) {
    const bytes = new TextEncoder().encode(form.wifi.ssid).length;
    if (bytes < 1 || bytes > 32) faults.push('ssid');
    if (form.wifi.sec !== 'open' && !isPassphrase(form.wifi.psk)) faults.push('psk');
  }
  return faults;
}

/** What is written to the hub. Only ways that are on are named. */
export function networkOf(form: NetworkForm): Network {
  const { eth, wifi, cell } = form;
  const servers = dnsOf(eth.dns);
  return {
    eth: !eth.on
      ? null
      : eth.dhcp
        ? { dhcp: true }
        : {
            dhcp: false,
            addr: eth.addr,
            mask: eth.mask,
            gw: eth.gw,
            ...(servers.length > 0 ? { dns: servers } : {}),
          },
    wifi: wifi.on
      ? {
          ssid: wifi.ssid,
          sec: wifi.sec,
          ...(wifi.sec === 'open' || wifi.psk === '' ? {} : { psk: wifi.psk }),
        }
      : null,
    cell: cell.on ? { apn: cell.apn } : null,
    order: form.order.filter((way) => form[way].on),
  };
}

/** Puts `way` one place nearer to the front, or further back. */
export function moved(order: readonly Way[], way: Way, by: -1 | 1): Way[] {
  const from = order.indexOf(way);
  const to = from + by;
  const next = [...order];
  const other = next[to];
  if (from < 0 || other === undefined) return next;
  next[to] = way;
  next[from] = other;
  return next;
}

function dnsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function isAddress(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isMask(text: string): boolean {
  if (!isAddress(text)) return false;
  const bits = text
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1+0*$/.test(bits);
}

function isPassphrase(text: string): boolean {
  return /^[\x20-\x7e]{8,63}$/.test(text) || /^[0-9a-fA-F]{64}$/.test(text);
}
