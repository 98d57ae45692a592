import type { Kept } from './flash.ts';
import { detached } from './member-radio.ts';
import type { DeviceDescription } from './models.ts';

const NETWORK_KEY_BYTES = 16;
/** 802.15.4 has its 2.4 GHz channels from 11 on, sixteen of them. */
const FIRST_CHANNEL = 11;
const CHANNELS = 16;
const INTERFACES = ['eth', 'wifi', 'cell'] as const;

/**
 * What a device's flash holds when it leaves the factory. The radio network's key belongs to it: a roll-back
 * then leaves the key unchanged, and a lock that committed first needs no new ticket (A38).
 */
export function factoryState(
  description: DeviceDescription,
  randomBytes: (count: number) => Uint8Array,
): Kept {
  const order = INTERFACES.filter((name) => description.capabilities.includes(name));
  return {
    commissioned: false,
    factoryStaged: false,
    timeZone: 'Etc/UTC',
    network: { ...(order.includes('eth') && { eth: { dhcp: true } }), order },
    settings: { open_s: 6, audit_d: 30, mode: 'standard' },
    tree: { rev: 0, items: [] },
    attachments: {},
    radio: {
      net: Buffer.from(randomBytes(NETWORK_KEY_BYTES)).toString('hex'),
      ch: FIRST_CHANNEL + ((randomBytes(1)[0] ?? 0) % CHANNELS),
    },
    membership: detached(),
  };
}
