import { describe, expect, it } from 'vitest';
import {
  changes,
  emptyNetwork,
  faultsOf,
  formOf,
  isBeginning,
  moved,
  type NetworkContext,
  type NetworkForm,
  networkOf,
  withWifi,
} from '../../renderer/screens/site/network/network-form.ts';
import { pathOf } from '../../renderer/screens/site/network/network-path.ts';
import { fakeHeard, fakeHubNetwork, fakeLastWifi } from '../support/fake-network.ts';

const unasked: NetworkContext = { heard: null, now: null };
const faults = (form: NetworkForm, context = unasked) => faultsOf(form, context);

describe('a network', () => {
  const fixed = {
    ...emptyNetwork,
    eth: {
      on: true,
      dhcp: false,
      addr: '192.168.20.57',
      mask: '255.255.255.0',
      gw: '192.168.20.1',
      dns: '9.9.9.9, 1.1.1.1',
    },
  };

  it('is sent as its clause says: only what is on, in its order', () => {
    expect(networkOf(emptyNetwork)).toEqual({ eth: { dhcp: true }, wifi: null, cell: null, order: ['eth'] });
    expect(networkOf(fixed).eth).toEqual({
      dhcp: false,
      addr: '192.168.20.57',
      mask: '255.255.255.0',
      gw: '192.168.20.1',
      dns: ['9.9.9.9', '1.1.1.1'],
    });
    const both = {
      ...emptyNetwork,
      order: moved(emptyNetwork.order, 'wifi', -1),
      wifi: { ...emptyNetwork.wifi, on: true, ssid: 'Tilleuls', sec: 'open' as const, psk: 'left over' },
    };
    expect(networkOf(both)).toMatchObject({
      wifi: { ssid: 'Tilleuls', sec: 'open' },
      order: ['wifi', 'eth'],
    });
    expect(networkOf(both).wifi).not.toHaveProperty('psk');
  });

  it('names each fault before it is sent', () => {
    expect(faults(emptyNetwork)).toEqual([]);
    expect(faults(fixed)).toEqual([]);
    expect(
      faults({
        ...fixed,
        eth: { ...fixed.eth, addr: '192.168.20.256', mask: '255.0.255.0', dns: '1.1.1.1 2.2.2.2 3.3.3.3' },
      }),
    ).toEqual(['addr', 'mask', 'dns']);
    expect(faults({ ...emptyNetwork, eth: { ...emptyNetwork.eth, on: false } })).toEqual(['no_way']);
    expect(
      faults({
        ...emptyNetwork,
        wifi: { ...emptyNetwork.wifi, on: true, ssid: 'ü'.repeat(17), psk: 'short' },
      }),
    ).toEqual(['ssid']);
  });

  it('breaks at the first link that does not hold; nothing is claimed of what comes after', () => {
    const reach = {
      at: '2026-02-04T09:17:00Z',
      link: 'eth' as const,
      ip: '192.168.20.57',
      gateway: true,
      dns: true,
      targets: [
        { host: 'a', port: 40000, ok: true, ms: 41 },
        { host: 'a', port: 40001, ok: false, ms: 0 },
      ],
      update: true,
      time: true,
      kept: true,
    };
    expect(pathOf(reach)).toMatchObject({ ok: false, fault: 'port' });
    expect(pathOf({ ...reach, ip: '' })).toMatchObject({
      fault: 'address',
      pieces: [{ state: 'ok' }, { state: 'broken' }, {}],
    });
    expect(pathOf({ ...reach, gateway: false })).toMatchObject({
      fault: 'gateway',
      pieces: [{ state: 'ok' }, { state: 'broken' }, { state: 'unknown' }],
    });
    expect(pathOf({ ...reach, gateway: false }).branches.every((branch) => branch.state === 'unknown')).toBe(
      true,
    );
    expect(pathOf({ ...reach, targets: reach.targets.map((each) => ({ ...each, ok: true })) })).toMatchObject(
      { ok: true, fault: null },
    );
  });

  it('holds a fixed address against its own network', () => {
    const eth = (part: Partial<NetworkForm['eth']>) => faults({ ...fixed, eth: { ...fixed.eth, ...part } });
    expect(eth({ gw: '192.168.21.1' })).toEqual(['gw_outside']);
    expect(eth({ gw: fixed.eth.addr })).toEqual(['gw']);
    expect(eth({ addr: '192.168.20.0' })).toEqual(['addr']);
    expect(eth({ addr: '192.168.20.255' })).toEqual(['addr']);
    expect(eth({ mask: '255.255.254.0', addr: '192.168.20.255', gw: '192.168.21.254' })).toEqual([]);
    expect(eth({ mask: '' })).toEqual(['mask']);
  });

  it('refuses what the hub cannot join, and knows a name that is still being typed', () => {
    const heard = fakeHeard().networks;
    const wifi = (part: Partial<NetworkForm['wifi']>) =>
      faults(
        { ...emptyNetwork, wifi: { ...emptyNetwork.wifi, on: true, psk: 'long enough', ...part } },
        { heard, now: null },
      );
    expect(wifi({ ssid: 'Alte-Post-Technik' })).toEqual([]);
    expect(wifi({ ssid: 'eduroam' })).toEqual(['joinable']);
    expect(wifi({ ssid: 'eduroam', hidden: true })).toEqual(['joinable']);
    expect(wifi({ ssid: 'Alte-Post-5G' })).toEqual(['joinable']);
    expect(wifi({ ssid: 'Alte-Post-5G', hidden: true })).toEqual([]);
    expect(wifi({ ssidHex: 'ff00fe41' })).toEqual([]);
    expect(isBeginning('Alte-Post-T', heard)).toBe(true);
    expect(isBeginning('Alte-Post-5', heard)).toBe(false);
    const [first] = heard.filter(({ security }) => security === 'wep');
    expect(first && withWifi(emptyNetwork, first)).toBeNull();
  });

  it('takes a password that a hub takes, or one that is stored, and sends none that is not typed', () => {
    const now = fakeHubNetwork();
    const wifi = (part: Partial<NetworkForm['wifi']>): NetworkForm => ({
      ...emptyNetwork,
      wifi: { ...emptyNetwork.wifi, on: true, ssid: 'Alte-Post-Alt', ...part },
    });
    const psk = (typed: string) => faults(wifi({ psk: typed }), { heard: null, now: null });
    expect(psk('12345678')).toEqual([]);
    expect(psk('1234567')).toEqual(['psk']);
    expect(psk('pässword')).toEqual(['psk']);
    expect(psk('x'.repeat(64))).toEqual(['psk']);
    expect(psk('aF'.repeat(32))).toEqual([]);
    expect(psk('')).toEqual(['psk']);
    expect(faults(wifi({}), { heard: null, now })).toEqual([]);
    expect(faults(wifi({ ssid: 'Another' }), { heard: null, now })).toEqual(['psk']);
    expect(networkOf(wifi({})).wifi).not.toHaveProperty('psk');
    const reused = withWifi(emptyNetwork, fakeLastWifi());
    expect(reused && faults(reused)).toEqual([]);
    expect(reused && networkOf(reused).wifi).toEqual({ ssid: 'Alte-Post-Technik', sec: 'wpa2', reuse: true });
  });

  it('begins with what the hub has, and says what would change', () => {
    const now = fakeHubNetwork();
    const form = formOf(now);
    expect(networkOf(form)).toEqual({
      eth: { dhcp: true },
      wifi: { ssid: 'Alte-Post-Alt', sec: 'wpa2' },
      cell: null,
      order: ['eth', 'wifi'],
    });
    const ways = ['eth', 'wifi', 'cell'] as const;
    const changed = (next: NetworkForm) => ways.filter((way) => changes(next, now, way));
    expect(changed(form)).toEqual([]);
    expect(changed({ ...form, order: moved(form.order, 'wifi', -1) })).toEqual(['eth', 'wifi']);
    expect(changed({ ...form, wifi: { ...form.wifi, psk: 'long enough' } })).toEqual(['wifi']);
    const unused = { ...now, wifi: null };
    expect(ways.filter((way) => changes(formOf(unused), unused, way))).toEqual([]);
    expect(changed({ ...form, eth: { ...form.eth, dhcp: false } })).toEqual(['eth']);
    const mini = formOf({ ways: ['wifi'], eth: null, wifi: null, cell: null, order: [] });
    expect(mini).toMatchObject({ eth: { on: false }, wifi: { on: true } });
    expect(mini.order[0]).toBe('wifi');
  });
});
