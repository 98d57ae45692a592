import { describe, expect, test } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import {
  brokenLink,
  type ConfigureNetworkOptions,
  configureNetwork,
  type Device,
  MemoryJournal,
  type NetworkToWrite,
  type Progress,
  type Reach,
} from '../../../native/devices/index.ts';
import { codeOf, Room, story } from './bench.ts';

const SSID = new TextEncoder().encode('Front desk');
const WIFI: NetworkToWrite = {
  wifi: { ssid: SSID, sec: 'wpa2', psk: 'correct horse' },
  order: ['wifi', 'eth'],
};

function configuring(room: Room, hub: Device, rest: Partial<ConfigureNetworkOptions> = {}) {
  const progress: Progress[] = [];
  const done = room.clock.run(
    configureNetwork({
      id: 'work',
      hub,
      network: WIFI,
      prove: true,
      journal: new MemoryJournal(),
      clock: room.clock,
      signal: new AbortController().signal,
      onProgress: (each) => progress.push(each),
      ...rest,
    }),
  );
  return { progress, done };
}

describe('configuring the network', () => {
  test('writes under the failsafe, proves, commits', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const { progress, done } = configuring(room, hub);
    expect((await done).link).toBe('wifi');
    expect(story(progress)).toEqual(['network done', 'reach done', 'confirm done']);
    expect(room.hub.flashReport).toMatchObject({ armed: false, end: 'committed' });
    const network = await room.clock.run(hub.network());
    expect(network.wifi).toEqual({ ssid: SSID, sec: 'wpa2', has_psk: true });
    expect(JSON.stringify(progress)).not.toContain('correct horse');
  });

  test('a network that does not get through is put back, with the link that broke', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const before = await room.clock.run(hub.network());
    room.hub.surroundings.internet = false;
    const failure = await configuring(room, hub).done.catch((caught: unknown) => caught);
    expect((failure as CodedError).code).toBe('commission.network_unproven');
    expect(await room.clock.run(hub.network())).toEqual(before);
    expect(room.hub.flashReport.end).toBe('rolled_back');
  });

  test('a port that is shut needs no lease: it is given up sooner than a name, and each measurement is told', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const provingMs = async () => {
      const told: Reach[] = [];
      const began = room.clock.ticks();
      const failure = configuring(room, hub, { onReach: (reach) => told.push(reach) }).done;
      expect(await codeOf(failure)).toBe('commission.network_unproven');
      expect(told.length).toBeGreaterThan(2);
      return room.clock.ticks() - began;
    };
    room.hub.surroundings.targets = [{ host: 'a.example', port: 40_001, open: false }];
    const shutMs = await provingMs();
    room.hub.surroundings.internet = false;
    expect(shutMs).toBeGreaterThan(15_000);
    expect(shutMs).toBeLessThan(25_000);
    expect(await provingMs()).toBeGreaterThan(90_000);
  });

  test('a hub that went back while it was measured is not armed anew, as if nothing had happened', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    room.hub.surroundings.internet = false;
    room.clock.setTimer(() => void hub.disarm(), 20_000);
    room.clock.setTimer(() => {
      room.hub.surroundings.internet = true;
    }, 85_000);
    // The measurement is slow, so that more than half of the failsafe is gone by its end.
    room.hub.faults.set({ kind: 'slow', ms: 1900 });
    const measure = hub.reach.bind(hub);
    hub.reach = async (options) => {
      await room.clock.sleep(25_000);
      return measure(options);
    };
    expect(await codeOf(configuring(room, hub).done)).toBe('commission.failsafe_expired');
    expect(room.hub.flashReport).toMatchObject({ armed: false, end: 'rolled_back' });
  });

  test('where it need not be proven, it is kept and the measurement told', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    room.hub.surroundings.internet = false;
    const reach = await configuring(room, hub, { prove: false }).done;
    expect(brokenLink(reach)).toBeDefined();
    expect(room.hub.flashReport.end).toBe('committed');
  });

  test('a lost answer to the write is settled by asking, and a passphrase is simply written again', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    room.hub.faults.set({ kind: 'drop_answer', count: 1, command: 'network' });
    const network: NetworkToWrite = { eth: { dhcp: true }, order: ['eth'] };
    await configuring(room, hub, { network }).done;
    expect(room.hub.flashReport.end).toBe('committed');
  });

  test('a model without the interface says so, and nothing is kept', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const { done } = configuring(room, hub, { network: { cell: { apn: 'm2m' } } });
    expect(await codeOf(done)).toBe('device.value_impossible');
    expect(room.hub.flashReport).toMatchObject({ armed: false, end: 'rolled_back' });
  });

  test('the way breaks at its first link', () => {
    const whole: Reach = {
      link: 'eth',
      ip: '10.0.0.9',
      gw: true,
      dns: true,
      tcp: [{ host: 'h', port: 40_000, ok: true, ms: 9 }],
      update: { ok: true },
      time: { ok: true },
    };
    expect(brokenLink(whole)).toBeUndefined();
    expect(brokenLink({ ...whole, time: { ok: false } })).toBe('time');
    expect(brokenLink({ ...whole, update: { ok: false } })).toBe('update');
    expect(brokenLink({ ...whole, tcp: [{ host: 'h', port: 1, ok: false, ms: 0 }] })).toBe('cloud');
    expect(brokenLink({ ...whole, dns: false, update: { ok: false } })).toBe('dns');
    expect(brokenLink({ ...whole, gw: false })).toBe('gateway');
    expect(brokenLink({ ...whole, ip: '' })).toBe('address');
    expect(brokenLink({ ...whole, link: 'none', ip: '' })).toBe('link');
  });
});
