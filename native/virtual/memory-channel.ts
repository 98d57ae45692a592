import { CodedError } from '../../electron/contract/errors.ts';
import {
  ATT_OVERHEAD_BYTES,
  ConsoleReceiver,
  encodeConsoleFrame,
  FragmentReceiver,
  fragmentPacket,
  type PacketChannel,
} from '../smp/index.ts';
import { createPacketChannel, type PacketWay } from '../transport/packet-channel.ts';
import { BluetoothEnd } from './bluetooth-end.ts';
import { ConsoleEnd } from './console-end.ts';
import type { VirtualDevice } from './device.ts';
import { type Clock, systemEnvironment } from './environment.ts';

/** What most laptops negotiate with most devices. */
const MTU = 247;

/**
 * A channel to a device of this process, with the very bytes of the line or the air in between: frames on
 * `usb`, fragments on `bluetooth`. Bytes arrive in a later microtask, as they would from outside.
 * @throws CodedError `ble.unreachable` over Bluetooth to a device that does not advertise.
 */
export function connectInMemory(
  device: VirtualDevice,
  transport: 'usb' | 'bluetooth' = 'usb',
  clock: Clock = systemEnvironment.clock,
): PacketChannel {
  return transport === 'usb' ? connectCable(device, clock) : connectRadio(device, clock);
}

function connectCable(device: VirtualDevice, clock: Clock): PacketChannel {
  const label = `virtual:${device.description.serial}`;
  if (device.faults.has('busy_port')) throw new CodedError('serial.port_busy', { path: label });
  const gone = () => new CodedError('serial.port_gone', { path: label });
  const end = new ConsoleEnd(device, {
    clock,
    seesHangUp: true,
    write: (bytes) => queueMicrotask(() => ends.receive(bytes)),
    onDropped: () => ends.fail(gone()),
  });
  const ends = createPacketChannel(
    {
      ...wayOf('usb', label, clock),
      write: async (packet) => deliver(() => end.push(encodeConsoleFrame(packet))),
      close: async () => end.hangUp(),
      gone,
      stuck: () => new CodedError('serial.port_stuck', { path: label }),
    },
    (options) => new ConsoleReceiver(options),
  );
  return ends.channel;
}

function connectRadio(device: VirtualDevice, clock: Clock): PacketChannel {
  const label = device.description.mac;
  if (!device.advertises) throw new CodedError('ble.unreachable', { device: label });
  const gone = () => new CodedError('ble.lost', { device: label });
  const end = new BluetoothEnd(device, {
    clock,
    mtu: MTU,
    notify: (fragment) => queueMicrotask(() => ends.receive(fragment)),
    onDropped: () => ends.fail(gone()),
  });
  const ends = createPacketChannel(
    {
      ...wayOf('bluetooth', label, clock),
      fragmentBytes: MTU - ATT_OVERHEAD_BYTES,
      write: async (packet) => {
        for (const fragment of fragmentPacket(packet, MTU)) deliver(() => end.push(fragment));
      },
      close: async () => end.close(),
      gone,
      stuck: gone,
    },
    (options) => new FragmentReceiver(options),
  );
  return ends.channel;
}

function wayOf(transport: PacketWay['transport'], label: string, clock: Clock) {
  return { transport, label, clock };
}

function deliver(run: () => void): void {
  queueMicrotask(run);
}
