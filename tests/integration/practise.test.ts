import { expect, test } from 'vitest';
import { first, openHost, testFolder } from './support/host.ts';

test('a practice cloud that cannot be signed in to leaves everything as it was, for another try', async () => {
  const dataDir = testFolder();
  let broken = true;
  const flaky: typeof fetch = (input, init) =>
    broken
      ? Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
      : fetch(input, init);
  const { api } = await openHost(dataDir, { practice: false, fetch: flaky });
  await expect(api.app.practise()).rejects.toMatchObject({ code: 'PROBLEM' });
  expect(await first(api.app.watch())).toMatchObject({ mode: 'unset' });
  broken = false;
  await api.app.practise();
  expect(await first(api.app.watch())).toMatchObject({ mode: 'practice' });
});

test('a host that closes in the middle of the switch leaves nothing open', async () => {
  const dataDir = testFolder();
  const { api, close } = await openHost(dataDir, { practice: false });
  const practising = api.app.practise().catch(() => {});
  await close();
  await practising;
  const again = await openHost(dataDir, { practice: true });
  expect((await first(again.api.app.watch())).mode).toBe('practice');
});
