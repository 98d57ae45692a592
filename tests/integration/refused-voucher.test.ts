import { describe, expect, test } from 'vitest';
import { first, openHost, testFolder, untilOnline } from './support/host.ts';
import { siteOf, workAt } from './support/installer.ts';

describe('a voucher that the cloud refuses', { timeout: 60_000 }, () => {
  test.each([
    ['another one', 'PRO-20-0002'],
    ['none', ''],
  ])('is put right after the finish by %s, and the site goes out', async (_, voucher) => {
    const { api } = await openHost(testFolder());
    await untilOnline(api);
    await api.practice.importSample();
    const { rows } = await first(api.sites.watch());
    const siteId = rows.find((row) => row.name === 'Harbour Offices')?.id ?? '';
    await api.sites.update({ siteId, data: { ...(await siteOf(api, siteId)), voucher: 'UNKNOWN-1' } });
    await workAt(api, siteId);
    await api.sites.finish({ siteId });

    const stuck = await first(api.sites.watchOne({ siteId }), ({ editable }) => editable !== 'nothing');
    expect(stuck).toMatchObject({ editable: 'voucher', attention: { code: 'cloud.voucher_unknown' } });
    await api.sites.update({ siteId, data: { ...stuck, name: 'Renamed', voucher } });
    await api.outbox.retry({ siteId });

    const released = await first(api.sites.watchOne({ siteId }), ({ state }) => state === 'released');
    expect(released).toMatchObject({
      name: 'Harbour Offices',
      voucher,
      attention: null,
      editable: 'nothing',
    });
    await expect(api.sites.update({ siteId, data: released })).rejects.toMatchObject({
      data: { code: 'site.finished' },
    });
  });
});
