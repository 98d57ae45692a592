import type { FirmwareModel, Network } from '../../../electron/contract/index.ts';
import { makeImage } from '../../../native/virtual/index.ts';
import type { Laptop, Piece } from './laptop.ts';
import { CHILDREN, HUB, LOCKS } from './site.ts';

/** Something that is done to the site, piece by piece, from the start or from where it was left. */
export interface Job {
  readonly name: string;
  /** What was done before, undisturbed. */
  readonly after?: Job;
  pieces(laptop: Laptop, siteId: string): readonly Piece[];
}

/** A network that works where the virtual devices stand. */
const cable: Network = { eth: { dhcp: true }, wifi: null, cell: null, order: ['eth'] };

/** The whole site: hub paired and given its network, repeater and locks attached, doors tested. */
const commission: Job = {
  name: 'commission',
  pieces: (laptop, siteId) => {
    const { commissioning } = laptop;
    const hub = () => laptop.planned(HUB);
    const isOpen = (mac: string) => !['attached', 'tested'].includes(laptop.planned(mac).state);
    return [
      async () => {
        if (hub().state !== 'code_captured') return;
        const code = laptop.virtual(HUB).description.activationCode;
        await commissioning.pairHub(hub().id, await laptop.seen(HUB), code);
      },
      async () => {
        if (hub().state !== 'configured') await commissioning.configureNetwork(hub().id, cable);
      },
      async () => {
        const open = CHILDREN.filter(isOpen).map((mac) => laptop.planned(mac).id);
        if (open.length > 0) await commissioning.attach(siteId, open);
      },
      ...LOCKS.map((mac) => async () => {
        if (laptop.planned(mac).state === 'tested') return;
        // The person stands at the door, card in hand.
        laptop.virtual(mac).presentCard();
        await laptop.seen(mac);
        await commissioning.testDoor(laptop.planned(mac).id);
      }),
    ];
  },
};

const NEW_VERSION = [1, 1, 0] as const;
/** A few pieces on the wire. */
const IMAGE_BYTES = 2_500;

/** New firmware for the hub and a lock of the finished site. */
const firmware: Job = {
  name: 'firmware',
  after: commission,
  pieces: (laptop, siteId) => {
    const content = makeImage({ version: NEW_VERSION, bodyBytes: IMAGE_BYTES });
    const imageFor = (model: FirmwareModel) =>
      laptop.firmware.add({ fileName: `${model}.bin`, model, content }).id;
    const wanted = [
      { mac: HUB, imageId: imageFor('IQ3') },
      { mac: LOCKS[0], imageId: imageFor('escutcheon') },
    ];
    return [
      async () => {
        const updates = wanted
          .map(({ mac, imageId }) => ({ device: laptop.planned(mac), imageId }))
          .filter(({ device }) => device.firmware !== NEW_VERSION.join('.'))
          .map(({ device, imageId }) => ({ deviceId: device.id, imageId }));
        if (updates.length > 0) await laptop.commissioning.updateFirmware(siteId, updates);
      },
    ];
  },
};

/** A lock of the finished site leaves its hub. */
const detach: Job = {
  name: 'detach',
  after: commission,
  pieces: (laptop, siteId) => [
    async () => {
      const lock = laptop.planned(LOCKS[0]);
      if (['tested', 'attached', 'detach_pending'].includes(lock.state))
        await laptop.commissioning.detach(siteId, [lock.id], false);
    },
  ],
};

/** Everything that is walked. */
export const JOBS: readonly Job[] = [commission, firmware, detach];
