import { Device } from '../../../native/devices/index.ts';
import type { Clock, PacketChannel } from '../../../native/smp/index.ts';
import { CodedError } from '../../contract/index.ts';

export interface LinksDeps {
  readonly clock: Clock;
  /** Opens the way to a find. */
  readonly open: (foundId: string, signal: AbortSignal | undefined) => Promise<PacketChannel>;
}

/** What is needed to speak with a device: where it was found, what it calls itself, and its activation code. */
export interface LinkTarget {
  readonly foundId: string;
  readonly mac: string;
  readonly activationCode: string;
}

/**
 * Paired connections, one a device. A hub stays connected between two pieces of work, so that its locks are
 * attached without proving the code again; each connection is let go when it breaks.
 */
export interface Links {
  /** The paired device, connected before or now. Errors: `pairing.*`, `work.other_device`, what the way gives. */
  connect(target: LinkTarget, signal?: AbortSignal): Promise<Device>;
  /**
   * The device, if it is connected and has a session. A restart ends the session and leaves the line as it is (A13,
   * A31): then the line is let go, to be opened and paired anew. Errors: what a silent device gives.
   */
  living(mac: string, signal?: AbortSignal): Promise<Device | undefined>;
  /** Takes over a device that was paired elsewhere. */
  keep(device: Device): void;
  /** Lets a device go. */
  release(mac: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes the connections. */
export function createLinks({ clock, open }: LinksDeps): Links {
  const devices = new Map<string, Device>();

  const keep = (device: Device): void => {
    const { mac } = device.identity;
    devices.set(mac, device);
    device.onClose(() => {
      if (devices.get(mac) === device) devices.delete(mac);
    });
  };

  const release = async (mac: string): Promise<void> => {
    const device = devices.get(mac);
    devices.delete(mac);
    await device?.close();
  };

  const living = async (mac: string, signal?: AbortSignal): Promise<Device | undefined> => {
    const device = devices.get(mac);
    if (device === undefined || device.channel.closed) return undefined;
    try {
      await device.echo('', { signal });
      return device;
    } catch (caught) {
      const lost = caught instanceof CodedError && caught.code === 'device.session_lost';
      if (!lost) throw caught;
      await release(mac);
      return undefined;
    }
  };

  return {
    async connect({ foundId, mac, activationCode }, signal) {
      const known = await living(mac, signal);
      if (known !== undefined) return known;
      const device = await pairedDevice({ clock, open }, foundId, activationCode, signal);
      try {
        if (device.identity.mac !== mac) {
          throw new CodedError('work.other_device', { found: device.identity.mac, planned: mac });
        }
        keep(device);
        return device;
      } catch (caught) {
        await device.close();
        throw caught;
      }
    },
    living,
    keep,
    release,
    async close() {
      await Promise.all([...devices.keys()].map(release));
    },
  };
}

/** Opens the way to a find and pairs with it: one guess at its code. The caller owns what comes back. */
export async function pairedDevice(
  { clock, open }: LinksDeps,
  foundId: string,
  activationCode: string,
  signal?: AbortSignal,
): Promise<Device> {
  const device = await Device.open(await open(foundId, signal), { clock, signal });
  try {
    await device.pair(activationCode, { signal });
    return device;
  } catch (caught) {
    await device.close();
    throw caught;
  }
}
