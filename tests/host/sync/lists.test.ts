import { v7 as newId } from 'uuid';
import { expect, test } from 'vitest';
import type { TrapChanges } from '../../../electron/host/practice/index.ts';
import { anySignal, siteData, startCloudBench } from './support/bench.ts';
import { signedInLaptop } from './support/site-acts.ts';

test('a long list is read whole: by pages, with links that say http, or bare', async () => {
  const bench = await startCloudBench();
  const { cloud, account } = await signedInLaptop(bench.practice.url);
  const site = siteData('Many doors', {});
  const tenantId = account.state().me?.tenants[0]?.id ?? '';
  const create = cloud.request({ kind: 'create_installation', installation: { ...site, tenantId } });
  const created = await cloud.send('create_installation', create, newId(), anySignal());
  if (created.kind !== 'create_installation') throw new Error('another answer');
  const installationId = created.value.id;
  const common = { radio: 'blue_net', lockType: 'cylinder', floor: null, mac: null } as const;
  await Promise.all(
    Array.from({ length: 105 }, (_, number) => {
      const lock = { ...common, name: `Door ${number}`, activationCode: `CODE-${number}` };
      const request = cloud.request({ kind: 'add_lock', installationId, lock });
      return cloud.send('add_lock', request, newId(), anySignal());
    }),
  );
  const forms: TrapChanges[] = [{}, { http_next_link: true }, { http_next_link: null, bare_array: true }];
  for (const form of forms) {
    await bench.traps(form);
    const locks = await cloud.devices('lock', installationId, anySignal());
    expect(new Set(locks.map(({ id }) => id)).size).toBe(105);
  }
});
