import { createRouterClient } from '@orpc/server';
import { v7 } from 'uuid';
import { createHost } from '../../../electron/host/index.ts';

/** A process that attaches the RFnet locks of the practice register and says when it waits for the card; then it may be killed. */
const [dataDir = ''] = process.argv.slice(2);
const host = await createHost({
  version: '0.0.0',
  dataDir,
  vault: { kind: 'key_file', path: `${dataDir}/vault.key` },
  cloud: null,
  practice: true,
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  newId: v7,
  fetch,
  openExternal: () => {},
  keepAwake: () => {},
  log: () => {},
});
const api = createRouterClient(host.router, { context: host.context });
await api.practice.importSample();
const { store } = host.context.core();
const hub = store.devices.findByMac('7C.0B.11')[0] ?? fail();
const locks = ['7C.1A.01', '7C.1A.02'].flatMap((mac) => store.devices.findByMac(mac));
for await (const _ of await api.sites.watchOne({ siteId: hub.siteId })) break;
for await (const { devices } of await api.discovery.watch()) {
  const found = devices.find(({ mac }) => mac === hub.mac);
  if (found === undefined) continue;
  await api.work.pairHub({ deviceId: hub.id, foundId: found.id, activationCode: '7C.0B.E8' });
  break;
}
api.work.attach({ siteId: hub.siteId, deviceIds: locks.map(({ id }) => id) }).catch(() => {});
for await (const work of await api.work.watch()) if (work?.needs === 'present_card') console.log('waiting');

function fail(): never {
  throw new Error('not there');
}
