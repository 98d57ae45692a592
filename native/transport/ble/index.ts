/** Bluetooth: the laptop's adapter, what devices advertise, and channels over connections. */
export {
  type DeviceAdvertisement,
  parseAdvertisement,
  SMP_CHARACTERISTIC_UUID,
  SMP_SERVICE_UUID,
} from './advertisement.ts';
export { openBleChannel } from './channel.ts';
export { createNoblePort, type NoblePortOptions } from './noble.ts';
export type { BleLink, BlePort, HeardAdvertisement } from './port.ts';
