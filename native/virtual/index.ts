/** The device side of Doorstep's protocol: virtual IQs, repeaters and locks, and the air between them. */
export { BluetoothEnd, type BluetoothEndOptions } from './bluetooth-end.ts';
export { ConsoleEnd, type ConsoleEndOptions } from './console-end.ts';
export {
  type DeviceConnection,
  type DeviceOptions,
  type FlashReport,
  type LinkEnd,
  VirtualDevice,
} from './device.ts';
export { type Environment, systemEnvironment } from './environment.ts';
export { type Fault, type FaultKind, faultSchema } from './faults.ts';
export type { FlashStore } from './flash.ts';
export { flashFile } from './flash-file.ts';
export type { HandHabit, Touch } from './hand.ts';
export { type MadeImage, makeImage } from './make-image.ts';
export { connectInMemory } from './memory-channel.ts';
export { memorySource } from './memory-source.ts';
export type {
  Capability,
  DeviceDescription,
  DevicePlan,
  KindName,
  Model,
  Radio,
} from './models.ts';
export { PseudoTerminal } from './pseudo-terminal.ts';
export { type Position, RadioField } from './radio-field.ts';
export { createVirtualSite, type PlannedDevice, type VirtualSite, type VirtualSiteOptions } from './site.ts';
export { ordinarySurroundings, type Surroundings, type WifiNetwork } from './surroundings.ts';
