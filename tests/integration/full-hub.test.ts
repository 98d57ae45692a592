import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Site, SiteData } from '../../electron/contract/index.ts';
import { siteData } from '../db/support/store.ts';
import { type Api, openHost, testFolder, untilOnline } from './support/host.ts';
import { attachAll, commissionHubs, siteOf } from './support/installer.ts';

const locks = 16;
const repeaters = 6;
const lockMac = (index: number) => `01FFEE001122${index.toString(16).toUpperCase().padStart(2, '0')}`;
const repeaterMac = (index: number) => `4F.B2.4${index}`;

describe('a hub that carries as much as it can', () => {
  it('takes 16 locks and 6 repeaters in practice mode, and no more: the rule says so before anything is sent', {
    timeout: 180_000,
  }, async () => {
    const dataDir = testFolder();
    const { api } = await openHost(dataDir);
    await untilOnline(api);
    const planned = await planFullSite(api);
    await commissionHubs(api, planned);
    await attachAll(api, planned);
    const site = await siteOf(api, planned.id);
    expect(countAttached(site)).toEqual({ locks, repeaters });

    const before = flashesIn(dataDir);
    const [, repeater] = site.devices;
    const tooMany = [
      ['lock', lockMac(locks + 1), 'IQ_LOCKS_MAX', repeater?.id],
      ['repeater', repeaterMac(repeaters + 1), 'IQ_REPEATERS_MAX', site.devices[0]?.id],
    ] as const;
    for (const [kind, mac, rule, parentId] of tooMany) {
      const edit = { name: `One ${kind} more`, mac };
      const added = await api.devices.add({ siteId: site.id, kind, parentId: parentId ?? '', edit });
      const { findings } = await siteOf(api, site.id);
      expect(findings.find(({ code }) => code === rule)).toMatchObject({
        severity: 'blocker',
        deviceId: added.deviceId,
        params: { device: edit.name },
      });
      await expect(api.work.attach({ siteId: site.id, deviceIds: [added.deviceId] })).rejects.toMatchObject({
        data: { code: rule, params: { device: edit.name } },
      });
    }
    expect(countAttached(await siteOf(api, site.id))).toEqual({ locks, repeaters });
    for (const [name, flash] of before) expect(flashesIn(dataDir).get(name), name).toBe(flash);
  });
});

/** A site with one hub, its repeaters side by side, and the locks dealt out below them. */
async function planFullSite(api: Api): Promise<Site> {
  const data: SiteData = siteData('Full house');
  const { siteId } = await api.sites.create(data);
  const add = async (kind: 'iq' | 'repeater' | 'lock', parentId: string | null, mac: string) =>
    (await api.devices.add({ siteId, kind, parentId, edit: { name: mac, mac } })).deviceId;
  const hub = await add('iq', null, '04.A3.00');
  const below: string[] = [];
  for (let index = 1; index <= repeaters; index++) below.push(await add('repeater', hub, repeaterMac(index)));
  for (let index = 1; index <= locks; index++) {
    await add('lock', below[index % repeaters] ?? hub, lockMac(index));
  }
  return siteOf(api, siteId);
}

function countAttached({ devices }: Site): { locks: number; repeaters: number } {
  const attached = devices.filter(({ state }) => state === 'attached');
  return {
    locks: attached.filter(({ kind }) => kind === 'lock').length,
    repeaters: attached.filter(({ kind }) => kind === 'repeater').length,
  };
}

/** What lies in the flash of every virtual device, but for its growing log. */
function flashesIn(dataDir: string): Map<string, string> {
  const folder = join(dataDir, 'practice', 'devices');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
