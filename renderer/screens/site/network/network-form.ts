import type { HeardNetwork, HubNetwork, LastWifi, Network } from '../../../../electron/contract/model.ts';
import { isPassphrase, ssidHexOf, wifiProblem } from '../../../../electron/contract/wifi.ts';

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
    /** The name's bytes where it is no text; then `ssid` is blank. */
    readonly ssidHex: string | null;
    readonly sec: 'open' | 'wpa' | 'wpa2';
    readonly psk: string;
    /** Takes the passphrase that the last hub was given. */
    readonly reuse: boolean;
    /** It does not tell its name. */
    readonly hidden: boolean;
  };
  readonly cell: { readonly on: boolean; readonly apn: string };
}

/** What the form is held against: what the hub hears, and what it has. Null where it was not asked. */
export interface NetworkContext {
  readonly heard: readonly HeardNetwork[] | null;
  readonly now: HubNetwork | null;
}

/** A form for a hub of which nothing was set: Ethernet by DHCP. */
export const emptyNetwork: NetworkForm = {
  order: ['eth', 'wifi', 'cell'],
  eth: { on: true, dhcp: true, addr: '', mask: '', gw: '', dns: '' },
  wifi: { on: false, ssid: '', ssidHex: null, sec: 'wpa2', psk: '', reuse: false, hidden: false },
  cell: { on: false, apn: '' },
};

/** A form that says what the hub has; one that has nothing begins with a way that it is built with. */
export function formOf(now: HubNetwork): NetworkForm {
  const { eth, wifi, cell, order, ways } = now;
  const first = ways[0] ?? 'eth';
  const none = eth === null && wifi === null && cell === null;
  const rest = emptyNetwork.order.filter((way) => !order.includes(way));
  return {
    order: none ? [first, ...emptyNetwork.order.filter((way) => way !== first)] : [...order, ...rest],
    eth: {
      on: eth !== null || (none && first === 'eth'),
      dhcp: eth?.dhcp ?? true,
      addr: eth?.addr ?? '',
      mask: eth?.mask ?? '',
      gw: eth?.gw ?? '',
      dns: eth?.dns?.join(', ') ?? '',
    },
    wifi: {
      ...emptyNetwork.wifi,
      on: wifi !== null || (none && first === 'wifi'),
      ...(wifi === null
        ? {}
        : { ssid: wifi.ssid, ssidHex: wifi.ssid === '' ? wifi.ssidHex : null, sec: wifi.sec }),
    },
    cell: { on: cell !== null, apn: cell?.apn ?? '' },
  };
}

/** The form with a network that was heard, or given to the hub before; null where no hub can join it. */
export function withWifi(form: NetworkForm, chosen: HeardNetwork | LastWifi): NetworkForm | null {
  const sec = 'sec' in chosen ? chosen.sec : chosen.security;
  if (sec !== 'open' && sec !== 'wpa' && sec !== 'wpa2') return null;
  return {
    ...form,
    wifi: {
      on: true,
      ssid: chosen.ssid,
      ssidHex: chosen.ssid === '' ? chosen.ssidHex : null,
      sec,
      psk: '',
      reuse: 'sec' in chosen && chosen.hasPassphrase,
      hidden: false,
    },
  };
}

/** Fields that cannot be sent yet. */
export type NetworkFault =
  | 'no_way'
  | 'addr'
  | 'mask'
  | 'gw'
  | 'gw_outside'
  | 'dns'
  | 'ssid'
  | 'joinable'
  | 'psk';

/** A fault that is said at its field; what cannot be joined is said by its rule. */
export type FieldFault = Exclude<NetworkFault, 'joinable'>;

/** What is wrong with the form, first the gravest (A41). */
export function faultsOf(form: NetworkForm, context: NetworkContext): NetworkFault[] {
  const faults: NetworkFault[] = [];
  if (!form.eth.on && !form.wifi.on && !form.cell.on) faults.push('no_way');
  if (form.eth.on && !form.eth.dhcp) faults.push(...addressFaults(form.eth));
  if (form.wifi.on) faults.push(...wifiFaults(form, context));
  return faults;
}

function addressFaults({ addr, mask, gw, dns }: NetworkForm['eth']): NetworkFault[] {
  const faults: NetworkFault[] = [];
  const maskBits = isMask(mask) ? bitsOf(mask) : null;
  const own = isAddress(addr) ? bitsOf(addr) : null;
  // The first and the last address of a network are nobody's.
  const within = own !== null && maskBits !== null && maskBits !== 0xffff_ffff ? (own & ~maskBits) >>> 0 : 1;
  const lastWithin = maskBits === null ? 0 : ~maskBits >>> 0;
  if (own === null || within === 0 || (lastWithin > 1 && within === lastWithin)) faults.push('addr');
  if (maskBits === null) faults.push('mask');
  if (!isAddress(gw) || gw === addr) faults.push('gw');
  else if (own !== null && maskBits !== null && ((own ^ bitsOf(gw)) & maskBits) !== 0)
    faults.push('gw_outside');
  const servers = dnsOf(dns);
  if (servers.length > 2 || !servers.every(isAddress)) faults.push('dns');
  return faults;
}

function wifiFaults({ wifi }: NetworkForm, { heard, now }: NetworkContext): NetworkFault[] {
  const bytes = new TextEncoder().encode(wifi.ssid).length;
  if (wifi.ssidHex === null && (bytes < 1 || bytes > 32)) return ['ssid'];
  const wanted = wantedOf(wifi);
  if (heard !== null && wifiProblem(wanted, heard) !== null) return ['joinable'];
  const needed = wifi.sec !== 'open' && !wifi.reuse && !(wifi.psk === '' && isStored(wifi, now));
  return needed && !isPassphrase(wifi.psk) ? ['psk'] : [];
}

/** Whether the hub has the passphrase of this network already: a blank one then keeps it (A41). */
export function isStored(wifi: NetworkForm['wifi'], now: HubNetwork | null): boolean {
  return now?.wifi?.hasPassphrase === true && now.wifi.ssidHex === ssidHexOf(wantedOf(wifi));
}

/** What is asked for, as the rules look at it. */
export function wantedOf({ ssid, ssidHex, hidden }: NetworkForm['wifi']) {
  return { ssid, hidden, ...(ssidHex === null ? {} : { ssidHex }) };
}

/** Whether a name that is being typed may still become one that is heard. */
export function isBeginning(ssid: string, heard: readonly HeardNetwork[]): boolean {
  return heard.some((network) => network.ssid !== ssid && network.ssid.startsWith(ssid));
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
          // The contract asks for a name; where the bytes are no text, they count alone.
          ssid: wifi.ssidHex === null ? wifi.ssid : '?',
          ...(wifi.ssidHex === null ? {} : { ssidHex: wifi.ssidHex }),
          sec: wifi.sec,
          ...(wifi.hidden ? { hidden: true } : {}),
          ...(wifi.sec === 'open'
            ? {}
            : wifi.reuse
              ? { reuse: true }
              : wifi.psk === ''
                ? {}
                : { psk: wifi.psk }),
        }
      : null,
    cell: cell.on ? { apn: cell.apn } : null,
    order: form.order.filter((way) => form[way].on),
  };
}

/** Whether sending the form would change what the hub has of `way`, its place in the order included. */
export function changes(form: NetworkForm, now: HubNetwork, way: Way): boolean {
  const next = networkOf(form);
  // What is neither there nor wanted does not change, whatever its place in the order.
  if (next[way] === null && now[way] === null) return false;
  if (next.order.indexOf(way) !== now.order.indexOf(way)) return true;
  const { eth, wifi, cell } = next;
  if (way === 'cell') return cell?.apn !== now.cell?.apn;
  if (way === 'eth') {
    const plain = (one: Network['eth']) =>
      one === null ? '' : JSON.stringify([one.dhcp, one.addr, one.mask, one.gw, one.dns ?? []]);
    return plain(eth) !== plain(now.eth);
  }
  if (wifi === null || now.wifi === null) return (wifi === null) !== (now.wifi === null);
  return (
    wifi.psk !== undefined ||
    wifi.reuse === true ||
    wifi.sec !== now.wifi.sec ||
    ssidHexOf(wantedOf(form.wifi)) !== now.wifi.ssidHex
  );
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

function bitsOf(address: string): number {
  return address.split('.').reduce((bits, part) => ((bits << 8) | Number(part)) >>> 0, 0);
}

function isMask(text: string): boolean {
  return isAddress(text) && /^1+0*$/.test(bitsOf(text).toString(2).padStart(32, '0'));
}
