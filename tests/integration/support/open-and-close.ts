import { createRouterClient } from '@orpc/server';
import { v7 } from 'uuid';
import { createHost } from '../../../electron/host/index.ts';

/**
 * A process that opens a host in practice mode, uses a little of everything that waits, closes it, and has then
 * nothing left to do: where a timer or a socket were left behind, it would not end.
 */
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
for await (const { cloud } of await api.app.watch()) if (cloud.state === 'online') break;
await api.practice.importSample();
let hub: { id: string; mac: string | null } | undefined;
for await (const { rows } of await api.sites.watch()) {
  for await (const site of await api.sites.watchOne({ siteId: rows[0]?.id ?? '' })) {
    hub = site.devices[0];
    break;
  }
  break;
}
for await (const { devices } of await api.discovery.watch()) {
  const found = devices.find(({ mac }) => mac === hub?.mac);
  if (hub === undefined || found === undefined) continue;
  await api.work.pairHub({ deviceId: hub.id, foundId: found.id, activationCode: '04.A2.FF' });
  break;
}
api.work.watch().then((watching) => watching.next());
await host.close();
console.log('closed');
