/** Ways to devices: serial ports, Bluetooth and memory, and the finder over them. */
export * from './ble/index.ts';
export { systemClock } from './clock.ts';
export { createDeviceFinder, type DeviceFinderOptions } from './finder.ts';
export type {
  AdapterState,
  DeviceFinder,
  FinderSnapshot,
  FoundDevice,
  FoundPort,
  FoundWay,
} from './finder-types.ts';
export { type DeviceKind, type DeviceState, type Identity, identityOf } from './identity.ts';
export type { MemoryDevice, MemorySource } from './memory/source.ts';
export * from './serial/index.ts';
