import { attachWay } from '../../../../electron/contract/attach-way.ts';
import type { Device, Discovery } from '../../../../electron/contract/model.ts';

/** Which devices go which way, each group in the tree's order. */
export interface AttachPlan {
  readonly air: readonly Device[];
  readonly card: readonly Device[];
}

/** Sorts devices by the way that they would be attached now, with what the laptop hears. */
export function attachPlan(devices: readonly Device[], discovery: Discovery | undefined): AttachPlan {
  const heard = new Set(discovery?.devices.flatMap(({ mac, problem }) => (problem === null ? [mac] : [])));
  const way = (device: Device) =>
    attachWay(
      { ...device, hasCode: isLockId(device.mac) || device.hasActivationCode },
      { heard: heard.has(device.mac), bluetoothOn: discovery?.bluetooth === 'on' },
    );
  return {
    air: devices.filter((device) => way(device) === 'air'),
    card: devices.filter((device) => way(device) === 'card'),
  };
}

/** A BLUEnet lock's printed id, which is its code, too. */
function isLockId(mac: string | null): boolean {
  return mac !== null && /^[0-9A-F]{14}$/.test(mac);
}
