import { CodedError } from '../../electron/contract/errors.ts';
import type { DeviceState, MemoryDevice, MemorySource } from '../transport/index.ts';
import type { VirtualDevice } from './device.ts';
import type { Clock } from './environment.ts';
import { connectInMemory } from './memory-channel.ts';

/** How the laptop hears a device on the bench, in dBm. */
const BENCH_DBM = -52;
/** How the laptop hears a device, in dBm; undefined where it does not. */
type Hearing = (device: VirtualDevice) => number | undefined;
const onTheBench: Hearing = (device) => BENCH_DBM - device.radioLossDb;
const STATES: readonly DeviceState[] = ['factory', 'pairing_open', 'commissioned'];

/**
 * Virtual devices as the finder sees them: IQs on the cable, and whatever advertises on the air. Devices may
 * come and go: `devices` is asked at every look, and `hearing` how far away each is.
 */
export function memorySource(
  devices: () => readonly VirtualDevice[],
  clock?: Clock,
  hearing: Hearing = onTheBench,
): MemorySource {
  const known = new Map<VirtualDevice, Record<'usb' | 'bluetooth', MemoryDevice>>();
  const ways = (device: VirtualDevice) => {
    const made = known.get(device) ?? {
      usb: memoryDevice(device, 'usb', hearing, clock),
      bluetooth: memoryDevice(device, 'bluetooth', hearing, clock),
    };
    known.set(device, made);
    return made;
  };
  return {
    devices: () =>
      devices().flatMap((device) => [
        ...(device.description.kind === 'iq' && device.powered ? [ways(device).usb] : []),
        ...(device.advertises && hearing(device) !== undefined ? [ways(device).bluetooth] : []),
      ]),
  };
}

function memoryDevice(
  device: VirtualDevice,
  transport: 'usb' | 'bluetooth',
  hearing: Hearing,
  clock?: Clock,
): MemoryDevice {
  const { kind, mac, model, serial } = device.description;
  return {
    transport,
    describe: () => ({
      kind,
      mac,
      model,
      state: STATES[device.state] ?? null,
      serial,
      rssi: transport === 'usb' ? null : (hearing(device) ?? null),
    }),
    connect: () => {
      if (transport === 'bluetooth' && hearing(device) === undefined)
        throw new CodedError('ble.unreachable', { device: mac });
      return connectInMemory(device, transport, clock);
    },
  };
}
