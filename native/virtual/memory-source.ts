import type { DeviceState, MemoryDevice, MemorySource } from '../transport/index.ts';
import type { VirtualDevice } from './device.ts';
import type { Clock } from './environment.ts';
import { connectInMemory } from './memory-channel.ts';

/** How the laptop hears a device on the bench, in dBm. */
const BENCH_DBM = -52;
const STATES: readonly DeviceState[] = ['factory', 'pairing_open', 'commissioned'];

/**
 * Virtual devices as the finder sees them: IQs on the cable, and whatever advertises on the air. Devices may
 * come and go: `devices` is asked at every look.
 */
export function memorySource(devices: () => readonly VirtualDevice[], clock?: Clock): MemorySource {
  const known = new Map<VirtualDevice, Record<'usb' | 'bluetooth', MemoryDevice>>();
  const ways = (device: VirtualDevice) => {
    const made = known.get(device) ?? {
      usb: memoryDevice(device, 'usb', clock),
      bluetooth: memoryDevice(device, 'bluetooth', clock),
    };
    known.set(device, made);
    return made;
  };
  return {
    devices: () =>
      devices().flatMap((device) => [
        ...(device.description.kind === 'iq' && device.powered ? [ways(device).usb] : []),
        ...(device.advertises ? [ways(device).bluetooth] : []),
      ]),
  };
}

function memoryDevice(device: VirtualDevice, transport: 'usb' | 'bluetooth', clock?: Clock): MemoryDevice {
  const { kind, mac, model, serial } = device.description;
  return {
    transport,
    describe: () => ({
      kind,
      mac,
      model,
      state: STATES[device.state] ?? null,
      serial,
      rssi: transport === 'usb' ? null : BENCH_DBM - device.radioLossDb,
    }),
    connect: () => connectInMemory(device, transport, clock),
  };
}
