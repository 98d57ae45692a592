import type { DeviceRecord } from '../../../db/types.ts';
import type { Device, Hand } from '../../../native/devices/index.ts';
import { CodedError } from '../../contract/index.ts';
import { isAttached, isLockId } from '../rules/index.ts';
import type { Bench } from './bench.ts';
import { hubInWork } from './hub-in-work.ts';
import { pairedDevice } from './links.ts';
import type { WorkHandle } from './work-log.ts';

/**
 * The way to a device: a hub's connection is kept between pieces of work, all else is paired for this one.
 * Errors: `work.no_way`, `work.no_activation_code`; later `finder.not_found`, `ble.*`, `pairing.*`.
 */
export function wayTo(
  bench: Bench,
  device: DeviceRecord,
  mac: string,
  { tell }: Pick<WorkHandle, 'tell'>,
): (signal: AbortSignal) => Promise<Device> {
  if (device.kind === 'iq') {
    let seen = false;
    return async (signal) => {
      // After its restart a hub is waited for by the workflow itself.
      const hub = await (seen
        ? bench.connectHub(device, signal)
        : hubInWork(bench, device, { signal, tell }));
      seen = true;
      return hub;
    };
  }
  const { store, discovery } = bench;
  if (device.radio === 'rf_net') throw new CodedError('work.no_way', { device: device.name });
  const activationCode = isLockId(mac) ? mac : store.devices.activationCode(device.id);
  if (activationCode === null) throw new CodedError('work.no_activation_code', { device: device.name });
  return async (signal) => {
    const find = discovery.byMac(mac);
    if (find !== undefined) return pairedDevice(bench, find.id, activationCode, signal);
    // Nobody can wake what a laptop without Bluetooth does not hear.
    const deaf = discovery.view().bluetoothProblem;
    throw deaf === null
      ? new CodedError('finder.not_found', { device: device.name })
      : new CodedError(deaf.code, deaf.params);
  };
}

/** What lets the laptop in where the device sleeps (A21); nothing is needed on a cable. */
export function handFor({ discovery }: Bench, device: DeviceRecord, mac: string): Hand | undefined {
  if (device.kind === 'iq') return discovery.byMac(mac)?.transport === 'usb' ? undefined : 'press_button';
  return isAttached(device) || device.heldByHub !== null ? 'present_card' : 'wake_lock';
}

/** The device of a problem is called as the person calls it. */
export function namedAs(device: DeviceRecord, caught: unknown): unknown {
  if (!(caught instanceof CodedError) || caught.params.device !== device.mac) return caught;
  return new CodedError(caught.code, { ...caught.params, device: device.name }, { cause: caught });
}
