import type { Characteristic, Peripheral } from '@abandonware/noble/with-custom-binding.js';
import { CodedError } from '../../../electron/contract/errors.ts';
import { type Clock, withLimit } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { SMP_CHARACTERISTIC_UUID, SMP_SERVICE_UUID } from './advertisement.ts';
import type { BleLink } from './port.ts';

/** A link that its port may declare lost. */
export interface NobleLink extends BleLink {
  lose(): void;
  /** Told once, when the connection ends in whatever way. */
  onOver(listener: () => void): void;
}

/** The least that every Bluetooth LE device can. */
const LEAST_MTU = 23;
/** The most that an attribute can be long, and its header. */
const MOST_MTU = 515;
/** A device that is out of reach does not confirm the end. */
const DISCONNECT_LIMIT_MS = 2_000;

/** Tries within one attempt of the person, and the pause between them: a few advertisements long. */
const CONNECT_ATTEMPTS = 3;
const ATTEMPT_PAUSE_MS = 500;

/** A connection under way. */
export interface ConnectAttempt {
  /** Rejects with `ble.not_a_device`, or whatever the driver says where no connection comes about. */
  readonly link: Promise<NobleLink>;
  /** Ends what is there of it; a connection that comes about later is ended at once. */
  abandon(): void;
}

/** Connects to a peripheral and finds its SMP characteristic. */
export function connectPeripheral(peripheral: Peripheral, label: string, clock: Clock): ConnectAttempt {
  let abandoned = false;
  const disconnect = () => {
    if (peripheral.state === 'connected') peripheral.disconnectAsync().catch(() => {});
  };
  /** A connection often fails at once where the device was just then not listening. */
  const connectWithRetries = async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await peripheral.connectAsync();
      } catch (error) {
        if (abandoned || attempt === CONNECT_ATTEMPTS) throw error;
        await new Promise<void>((resolve) => clock.setTimer(resolve, ATTEMPT_PAUSE_MS));
        if (abandoned) throw error;
      }
    }
  };
  const establish = async () => {
    // Left over from an attempt that was given up a moment before it succeeded.
    if (peripheral.state === 'connected') await peripheral.disconnectAsync();
    await connectWithRetries();
    if (abandoned) disconnect();
    // Discovery is not told when the connection ends in its middle.
    const lost = new Promise<never>((_, reject) => {
      peripheral.once('disconnect', () => reject(new CodedError('ble.lost', { device: label })));
    });
    const characteristic = await Promise.race([lost, findCharacteristic(peripheral, label)]);
    return linkOver(peripheral, characteristic, clock);
  };
  return {
    link: establish(),
    abandon: () => {
      abandoned = true;
      if (peripheral.state === 'connecting') peripheral.cancelConnect();
      else disconnect();
    },
  };
}

async function findCharacteristic(peripheral: Peripheral, label: string): Promise<Characteristic> {
  const notADevice = (cause?: unknown) => new CodedError('ble.not_a_device', { device: label }, { cause });
  // The driver rejects here only where a service that was asked for is missing.
  const found = await peripheral
    .discoverSomeServicesAndCharacteristicsAsync([SMP_SERVICE_UUID], [SMP_CHARACTERISTIC_UUID])
    .catch((error: unknown) => Promise.reject(notADevice(error)));
  const characteristic = found.characteristics[0];
  if (characteristic === undefined) throw notADevice();
  return characteristic;
}

function linkOver(peripheral: Peripheral, characteristic: Characteristic, clock: Clock): NobleLink {
  const losses = new Listeners<void>();
  const ends = new Listeners<void>();
  let over = false;
  const end = () => {
    const first = !over;
    over = true;
    characteristic.removeAllListeners('data');
    peripheral.off('disconnect', lose);
    if (first) ends.emit();
    return first;
  };
  const lose = () => {
    if (end()) losses.emit();
  };
  peripheral.on('disconnect', lose);
  return {
    // The exchange of MTUs is the driver's first request on a connection, so it is over by now.
    mtu: Math.min(MOST_MTU, Math.max(LEAST_MTU, peripheral.mtu ?? LEAST_MTU)),
    subscribe: async (listener) => {
      characteristic.on('data', (data: Buffer) => listener(new Uint8Array(data)));
      await characteristic.subscribeAsync();
    },
    write: async (fragment) => {
      if (over) throw new CodedError('ble.lost', { device: peripheral.id });
      await characteristic.writeAsync(Buffer.from(fragment), true);
    },
    onLost: (listener) => losses.add(listener),
    onOver: (listener) => {
      ends.add(listener);
    },
    lose,
    close: async () => {
      if (!end() || peripheral.state !== 'connected') return;
      const onTimeout = () => new CodedError('ble.lost', { device: peripheral.id });
      const limit = { clock, limitMs: DISCONNECT_LIMIT_MS, onTimeout };
      await withLimit(peripheral.disconnectAsync(), limit).catch(() => {});
    },
  };
}
