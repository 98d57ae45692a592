import type { DeviceRecord } from '../../../db/types.ts';
import { pairHub } from '../../../native/devices/index.ts';
import { CodedError } from '../../contract/index.ts';
import { hangsOnHub, modelOf, tidyCode } from '../rules/index.ts';
import { type Bench, hubAbove, openDevice, openSite, pairedCode, touchSite } from './bench.ts';
import { heldAt } from './detach.ts';
import { stageTeller } from './stages.ts';

/**
 * Pairs another hub in the place of one that is broken. Its locks and repeaters keep their places, doors and plan, and
 * are taken from the old hub when they are attached to the new one; the old one, wherever it is, should be reset.
 * Errors: `work.hub_not_paired` for a place that never had a hub, `work.same_hub`, `work.device_elsewhere`, `pairing.*`.
 */
export async function replaceHub(
  bench: Bench,
  deviceId: string,
  foundId: string,
  activationCode: string,
): Promise<void> {
  const { store, links, clock, work, discovery } = bench;
  const old = openDevice(store, deviceId);
  const site = openSite(store, old.siteId);
  const { mac: oldMac } = pairedCode(store, old);
  const { mac: claimed } = discovery.get(foundId);
  if (claimed !== null) refuseTaken(bench, old, claimed);
  bench.clockTrust.assert();
  await work.run({ kind: 'replace_hub', siteId: site.id, deviceIds: [old.id] }, async (handle) => {
    const hub = await pairHub({
      id: handle.id,
      connect: (signal) => bench.open(foundId, signal),
      activationCode,
      time: bench.timeFor(site),
      journal: handle.journal,
      clock,
      signal: handle.signal,
      onProgress: stageTeller(handle),
    });
    try {
      // What it says inside the seal counts (A34).
      refuseTaken(bench, old, hub.identity.mac);
    } catch (caught) {
      await hub.close();
      throw caught;
    }
    await links.release(oldMac);
    links.keep(hub);
    const { identity } = hub;
    store.transaction(() => {
      const now = clock.now();
      leaveHolding(bench, old);
      store.devices.change(
        old.id,
        {
          activationCode: tidyCode(activationCode),
          mac: identity.mac,
          model: modelOf(identity, old.model),
          serial: identity.serial,
          firmware: identity.fw,
          state: 'paired',
          networkProven: false,
          reach: null,
          heardAt: now,
          ...bench.clockGiven(),
        },
        now,
      );
      touchSite(store, site, now);
      bench.audit(site.id, 'hub.replaced', { device: old.name, mac: identity.mac, replaced: oldMac });
    });
  });
}

function refuseTaken({ store }: Bench, old: DeviceRecord, mac: string): void {
  if (mac === old.mac) throw new CodedError('work.same_hub', { hub: old.name });
  const other = store.devices.findByMac(mac)[0];
  if (other !== undefined) throw new CodedError('work.device_elsewhere', { mac, device: other.name });
}

/** Nothing below the hub knows that it is gone: each device still believes in its place there. */
export function leaveHolding({ store, clock }: Bench, hub: DeviceRecord): void {
  const devices = store.devices.ofSite(hub.siteId);
  const below = devices.filter((device) => hangsOnHub(device) && hubAbove(device, devices)?.id === hub.id);
  for (const child of below) {
    store.devices.change(child.id, { ...heldAt(hub, child, devices), rssi: null }, clock.now());
    store.checks.beginAnew(child.id);
  }
}
