import { CodedError } from '../../../electron/contract/errors.ts';
import { ATT_OVERHEAD_BYTES, FragmentReceiver, fragmentPacket, type PacketChannel } from '../../smp/index.ts';
import { type Clock, systemClock, withLimit } from '../clock.ts';
import { createPacketChannel } from '../packet-channel.ts';
import type { BleLink } from './port.ts';

/** Two round trips at the slowest usual connection interval take less than a second. */
const SUBSCRIBE_LIMIT_MS = 5_000;

/**
 * Makes a connection a channel for SMP packets: subscribed before the first write (A10). Owns the link from
 * here on, and closes it where the subscription fails.
 * @param label what a person may be told about the device
 * @throws CodedError `ble.lost`, `ble.unreachable`; `abortError` of an aborted signal
 */
export async function openBleChannel(
  link: BleLink,
  label: string,
  options: { signal?: AbortSignal | undefined; clock?: Clock } = {},
): Promise<PacketChannel> {
  const { signal, clock = systemClock } = options;
  const gone = (cause?: unknown) => new CodedError('ble.lost', { device: label }, { cause });
  const { channel, receive, fail } = createPacketChannel(
    {
      transport: 'bluetooth',
      label,
      clock,
      fragmentBytes: link.mtu - ATT_OVERHEAD_BYTES,
      write: async (packet) => {
        for (const fragment of fragmentPacket(packet, link.mtu)) await link.write(fragment);
      },
      close: () => link.close(),
      gone,
      stuck: gone,
    },
    (options) => new FragmentReceiver(options),
  );
  const subscribing = new Promise<void>((resolve, reject) => {
    link.onLost(() => {
      fail(gone());
      reject(gone());
    });
    link.subscribe(receive).then(resolve, (error: unknown) => reject(gone(error)));
  });
  try {
    const onTimeout = () => new CodedError('ble.unreachable', { device: label });
    await withLimit(subscribing, { clock, limitMs: SUBSCRIBE_LIMIT_MS, signal, onTimeout });
  } catch (error) {
    await channel.close();
    throw error;
  }
  return channel;
}
