import type { Device, DoorCheck, Network, Site } from '../../../electron/contract/index.ts';
import { type Api, first } from './host.ts';

/** Where the third practice hub stands, with a passphrase that is to be found nowhere afterwards. */
export const passphrase = 'Zq7-Passphrase-41';
const wifi: Network = {
  eth: null,
  wifi: { ssid: 'Werkstatt', sec: 'wpa2', psk: passphrase },
  cell: null,
  order: ['wifi'],
};
const cable: Network = { eth: { dhcp: true }, wifi: null, cell: null, order: ['eth'] };

/** A site as its screen shows it now. */
export function siteOf(api: Api, siteId: string): Promise<Site> {
  return first(api.sites.watchOne({ siteId }));
}

/** What an installer sees of the label behind the cover. */
export async function labelOf(api: Api, mac: string | null): Promise<string> {
  const practice = await first(api.practice.watch());
  return practice?.devices.find((device) => device.mac === mac)?.activationCode ?? '';
}

/** The find with this MAC, once it is seen. */
export async function findOf(api: Api, mac: string | null): Promise<string> {
  const seen = await first(api.discovery.watch(), ({ devices }) =>
    devices.some((found) => found.mac === mac),
  );
  return seen.devices.find((found) => found.mac === mac)?.id ?? '';
}

/** Pairs the hubs of a site that is on the screen, and gives each its network. */
export async function commissionHubs(api: Api, site: Site): Promise<void> {
  for (const hub of site.devices.filter(({ kind }) => kind === 'iq')) {
    const foundId = await findOf(api, hub.mac);
    await api.work.pairHub({ deviceId: hub.id, foundId, activationCode: await labelOf(api, hub.mac) });
    await api.work.configureNetwork({
      deviceId: hub.id,
      network: hub.model === 'IQ3 Mini' ? wifi : cable,
    });
  }
}

/** Attaches everything below the hubs, presenting the maintenance card where it is asked for. */
export async function attachAll(api: Api, site: Site): Promise<void> {
  const members = site.devices.filter(({ kind }) => kind !== 'iq');
  const macOf = new Map(members.map(({ id, mac }) => [id, mac ?? '']));
  const attaching = api.work.attach({ siteId: site.id, deviceIds: members.map(({ id }) => id) });
  let ended = false;
  const presenting = (async () => {
    for await (const work of await api.work.watch()) {
      if (ended) return;
      const mac = macOf.get(work?.deviceIds[0] ?? '');
      if (work?.needs === 'present_card' && mac !== undefined) await api.practice.presentCard({ mac });
    }
  })();
  try {
    await attaching;
  } finally {
    ended = true;
    await presenting;
  }
}

/** Tests a door; answers which checks a person was asked to judge. */
export async function testDoor(api: Api, lock: Device): Promise<DoorCheck[]> {
  const testing = api.work.testDoor({ deviceId: lock.id });
  const asked: DoorCheck[] = [];
  for await (const work of await api.work.watch()) {
    if (work === null || work.kind !== 'test_door' || work.deviceIds[0] !== lock.id) continue;
    if (work.state !== 'running') break;
    if (work.question === null) continue;
    asked.push(work.question);
    await api.work.answer({ workId: work.id, check: work.question, answer: 'passed' });
  }
  await testing;
  return asked;
}

/** Does everything at one site up to its finish. */
export async function workAt(api: Api, siteId: string): Promise<Site> {
  const site = await siteOf(api, siteId);
  await commissionHubs(api, site);
  await attachAll(api, site);
  for (const lock of site.devices.filter(({ kind }) => kind === 'lock')) await testDoor(api, lock);
  return siteOf(api, siteId);
}
