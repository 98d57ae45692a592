import { FragmentReceiver, fragmentPacket } from '../smp/index.ts';
import type { DeviceConnection, VirtualDevice } from './device.ts';
import type { Clock } from './environment.ts';

/** What stands around one Bluetooth connection. */
export interface BluetoothEndOptions {
  readonly clock: Clock;
  /** Negotiated MTU of the connection, in bytes. */
  readonly mtu: number;
  /** Sends one notification. */
  notify(fragment: Uint8Array): void;
  /** The device ended the connection: it restarted or lost its power. */
  onDropped?(): void;
}

/** The device's end of one Bluetooth connection: fragments both ways (A10). */
export class BluetoothEnd {
  readonly #receiver: FragmentReceiver;
  readonly #connection: DeviceConnection;

  constructor(device: VirtualDevice, options: BluetoothEndOptions) {
    this.#connection = device.connect({
      transport: 'bluetooth',
      deliver: (packet) => {
        for (const fragment of fragmentPacket(packet, options.mtu)) options.notify(fragment);
      },
      ...(options.onDropped && { onDropped: () => options.onDropped?.() }),
    });
    this.#receiver = new FragmentReceiver({
      maxPacketBytes: device.description.bufferBytes,
      onPacket: (packet) => this.#connection.receive(packet),
      now: () => options.clock.ticks(),
    });
  }

  /** Takes one write. */
  push(fragment: Uint8Array): void {
    this.#receiver.push(fragment);
  }

  /** The central disconnected. */
  close(): void {
    this.#connection.close();
  }
}
