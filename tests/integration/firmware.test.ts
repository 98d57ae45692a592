import { expect, test } from 'vitest';
import { type Api, first, openHost, testFolder, untilOnline } from './support/host.ts';
import { attachAll, findOf, labelOf, siteOf } from './support/installer.ts';

/** Presents the card at whatever waits for one, until the work has ended; answers what became of each device. */
async function results(api: Api, macOf: ReadonlyMap<string, string>) {
  for await (const work of await api.work.watch()) {
    if (work?.kind !== 'update_firmware') continue;
    if (work.state !== 'running') return work;
    const mac = macOf.get(work.deviceIds[0] ?? '');
    if (work.needs === 'present_card' && mac !== undefined) await api.practice.presentCard({ mac });
  }
  throw new Error('the watch ended');
}

test('in practice a site is updated to what practice offers, and to what a person adds', {
  timeout: 120_000,
}, async () => {
  const { api, host } = await openHost(testFolder());
  await untilOnline(api);
  await api.practice.importSample();
  const { store } = host.context.core();
  const [hub] = store.devices.findByMac('7C.0B.11');
  const site = await siteOf(api, hub?.siteId ?? '');
  for (const { id, mac } of site.devices.filter(({ kind }) => kind === 'iq')) {
    const foundId = await findOf(api, mac);
    await api.work.pairHub({ deviceId: id, foundId, activationCode: await labelOf(api, mac) });
  }
  await attachAll(api, site);
  const before = await siteOf(api, site.id);
  const old = before.findings.flatMap(({ code, deviceId }) =>
    code === 'FIRMWARE_OLD' ? [deviceId ?? ''] : [],
  );
  const hubs = before.devices.filter(({ kind }) => kind === 'iq');
  expect(old).toEqual(expect.arrayContaining(hubs.map(({ id }) => id)));

  const { images } = await first(api.firmware.watch());
  const updates = hubs.map(({ id, model }) => ({
    deviceId: id,
    imageId: images.find((image) => image.model === model)?.id ?? '',
  }));
  const macOf = new Map(before.devices.map(({ id, mac }) => [id, mac ?? '']));
  const updating = api.work.updateFirmware({ siteId: site.id, updates });
  const work = await results(api, macOf);
  await updating;
  expect(work).toMatchObject({ state: 'done' });
  expect(work.results.map(({ outcome }) => outcome)).toEqual(hubs.map(() => 'updated'));
  const after = await siteOf(api, site.id);
  expect(after.devices.filter(({ kind }) => kind === 'iq').map(({ firmware }) => firmware)).toEqual(
    hubs.map(() => '1.1.0'),
  );
  const still = after.findings.filter(
    ({ code, deviceId }) => code === 'FIRMWARE_OLD' && macOf.has(deviceId ?? ''),
  );
  expect(still).toHaveLength(old.length - hubs.length);

  await expect(
    api.firmware.import({
      fileName: 'a.bin',
      model: 'IQ3',
      content: Buffer.from('no image').toString('base64'),
    }),
  ).rejects.toMatchObject({ data: { code: 'firmware.not_an_image', params: { file: 'a.bin' } } });
  await api.firmware.remove({ imageId: images[0]?.id ?? '' });
  expect((await first(api.firmware.watch())).images).toEqual(images.slice(1));
});
