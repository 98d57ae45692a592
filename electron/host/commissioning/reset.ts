import type { WorkRecord } from '../../../db/types.ts';
import { type Device, resetDevice } from '../../../native/devices/index.ts';
import { CodedError } from '../../contract/index.ts';
import { hangsOnHub, plannedState } from '../rules/index.ts';
import { type Bench, openDevice, openSite, touchSite } from './bench.ts';
import { leaveHolding } from './replace-hub.ts';
import { stageTeller } from './stages.ts';
import { handFor, namedAs, wayTo } from './way-to-device.ts';

/**
 * Brings a device back to factory state. A hub loses its network and everything that hangs on it: those devices are
 * not told, and have to be attached anew. A lock or repeater is detached before (`commission.still_attached`).
 */
export async function resetPlanned(bench: Bench, deviceId: string, left?: WorkRecord): Promise<void> {
  const { store, clock } = bench;
  const device = openDevice(store, deviceId);
  const site = openSite(store, device.siteId);
  const { mac, name, siteId, kind } = device;
  if (mac === null) throw new CodedError('work.no_mac', { device: name });
  if (hangsOnHub(device)) throw new CodedError('commission.still_attached', { device: name });
  await bench.work.run(
    { kind: 'reset', siteId, deviceIds: [deviceId] },
    async (handle) => {
      touchSite(store, site, clock.now());
      const connect = wayTo(bench, device, mac, handle);
      let given: Device | undefined;
      try {
        given = await resetDevice({
          id: handle.id,
          deviceId: mac,
          connect: async (signal) => {
            given = await connect(signal);
            return given;
          },
          hand: handFor(bench, device, mac),
          journal: handle.journal,
          clock,
          signal: handle.signal,
          onProgress: stageTeller(handle),
        });
      } catch (caught) {
        throw namedAs(device, caught);
      } finally {
        if (kind !== 'iq') await given?.close();
      }
      store.transaction(() => {
        const now = clock.now();
        if (kind === 'iq') {
          leaveHolding(bench, device);
          store.devices.change(deviceId, { state: 'paired', networkProven: false, reach: null }, now);
        } else {
          const state = plannedState(mac, device.hasActivationCode);
          store.devices.change(deviceId, { state, heldByHub: null, heldByParent: null }, now);
        }
        bench.audit(siteId, 'device.reset', { device: name, mac });
      });
    },
    left,
  );
}
