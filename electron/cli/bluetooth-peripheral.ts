import { ATT_OVERHEAD_BYTES } from '../../native/smp/index.ts';
import { SMP_CHARACTERISTIC_UUID, SMP_SERVICE_UUID } from '../../native/transport/index.ts';
import { BluetoothEnd, systemEnvironment, type VirtualDevice } from '../../native/virtual/index.ts';

/** How often what is advertised is compared with what the device is by now, in milliseconds. */
const LOOK_MS = 200;
/** Advertising begins anew so often: BlueZ's emulator reports an advertiser only when it begins. */
const ANEW_MS = 2_000;
/** How long the adapter may take until it is on, in milliseconds. */
const ADAPTER_LIMIT_MS = 20_000;

/** An adapter that does not come on; the message is for whoever started the program. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** Puts one virtual device on the air of this computer's Bluetooth adapter, through bleno. */
export interface BluetoothPeripheral {
  stop(): void;
  /** Ends the connection of whoever is connected, as a device does that goes out of reach. */
  hangUp(): void;
}

/**
 * Advertises a device and serves its SMP characteristic (A10, A15). One a process: the driver knows one adapter, the
 * first, or the one of `adapter` (Linux: the number of `hciN`).
 * @throws AdapterError where no adapter comes on.
 */
export async function startPeripheral(
  device: VirtualDevice,
  adapter: string | undefined,
): Promise<BluetoothPeripheral> {
  if (adapter !== undefined) process.env.BLENO_HCI_DEVICE_ID = adapter;
  const { default: bleno } = await import('@abandonware/bleno').catch((cause: unknown) => {
    throw new AdapterError('Bluetooth needs the development dependencies, and a system that bleno knows', {
      cause,
    });
  });
  let end: BluetoothEnd | undefined;
  const hangUp = () => {
    end?.close();
    end = undefined;
  };
  const characteristic = new bleno.Characteristic({
    uuid: SMP_CHARACTERISTIC_UUID,
    properties: ['writeWithoutResponse', 'notify'],
    onSubscribe: (maxValueSize, notify) => {
      hangUp();
      end = new BluetoothEnd(device, {
        clock: systemEnvironment.clock,
        mtu: maxValueSize + ATT_OVERHEAD_BYTES,
        notify: (fragment) => notify(Buffer.from(fragment)),
        onDropped: () => {
          end = undefined;
          bleno.disconnect();
        },
      });
    },
    onUnsubscribe: hangUp,
    onWriteRequest: (data, _offset, _withoutResponse, done) => {
      end?.push(data);
      done(bleno.Characteristic.RESULT_SUCCESS);
    },
  });
  await poweredOn(bleno);
  let connected = false;
  bleno.on('accept', () => {
    connected = true;
  });
  bleno.on('disconnect', () => {
    connected = false;
    hangUp();
    shown = '';
  });
  bleno.setServices([
    new bleno.PrimaryService({ uuid: SMP_SERVICE_UUID, characteristics: [characteristic] }),
  ]);
  let shown = '';
  let begunTicks = 0;
  const look = () => {
    const now = device.advertises ? Buffer.from(device.manufacturerData).toString('hex') : '';
    const isOld = now !== '' && performance.now() - begunTicks >= ANEW_MS;
    if (connected || (now === shown && !isOld)) return;
    shown = now;
    begunTicks = performance.now();
    bleno.stopAdvertising();
    if (now !== '') bleno.startAdvertisingWithEIRData(advertisement, scanResponseOf(device));
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    hangUp: () => bleno.disconnect(),
    stop: () => {
      clearInterval(timer);
      bleno.stopAdvertising();
      hangUp();
      bleno.disconnect();
    },
  };
}

/** Flags and the service; the device's own data are in the scan response (A15). */
const advertisement = Buffer.concat([
  Buffer.from([2, 0x01, 0x06, 17, 0x07]),
  Buffer.from(SMP_SERVICE_UUID, 'hex').reverse(),
]);

function scanResponseOf({ manufacturerData }: VirtualDevice): Buffer {
  return Buffer.concat([Buffer.from([manufacturerData.length + 1, 0xff]), manufacturerData]);
}

function poweredOn(bleno: typeof import('@abandonware/bleno')): Promise<void> {
  if (bleno.state === 'poweredOn') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      bleno.off('stateChange', look);
    };
    const look = (state: string) => {
      if (state !== 'poweredOn') return;
      end();
      resolve();
    };
    const timer = setTimeout(() => {
      end();
      reject(new AdapterError(`the Bluetooth adapter does not come on: it says ${bleno.state}`));
    }, ADAPTER_LIMIT_MS);
    bleno.on('stateChange', look);
  });
}
