import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addSite, newDevice, newIntent, newTestStore, openTestStore, someDay } from './support/store.ts';

/**
 * All bytes of all files of the data folder but the key. Reading them while they are open lets go of their locks,
 * which only matters where there is another process.
 */
function everything(dataDir: string): string {
  const names = readdirSync(dataDir, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && entry.name !== 'key')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n');
}

const secrets = {
  code: 'SECRETCODE1',
  replaced: 'SECRETCODE2',
  refresh: 'secret-refresh-token',
  payload: 'secret-in-payload',
  request: 'secret-in-request',
  result: 'secret-in-result',
};

test('no secret is in the database, its log or a backup, not even once it was replaced', async () => {
  const { store, dataDir } = await newTestStore();
  const siteId = addSite(store, 'A site in the clear');
  const device = newDevice(siteId, { activationCode: secrets.code });
  store.devices.insert(device, someDay);
  store.devices.change(device.id, { activationCode: secrets.replaced }, someDay);
  store.devices.findByActivationCode(secrets.code);
  store.account.save({ me: {}, tokens: { refresh: secrets.refresh } }, someDay);
  const intent = { ...newIntent(siteId), payload: { psk: secrets.payload } };
  store.outbox.enqueue([intent], someDay);
  store.outbox.claim({ now: someDay, leaseMs: 1, limit: 1, owner: 'one' });
  const request = {
    method: 'POST',
    path: '/',
    query: {},
    ifMatch: null,
    body: { code: secrets.request },
  } as const;
  store.outbox.freeze(intent.id, request, someDay);
  store.outbox.settle(intent.id, 'one', { kind: 'done', result: { pin: secrets.result } }, someDay);

  const whileOpen = everything(dataDir);
  store.close();
  // The next day's start makes a backup.
  const { store: again } = await openTestStore(dataDir, { now: someDay + 2 * 24 * 3_600_000 });
  const withBackup = everything(dataDir);
  // What is not sealed is found, so that the search proves something.
  expect(whileOpen).toContain('A site in the clear');
  expect(readdirSync(join(dataDir, 'backups'))).toHaveLength(1);
  for (const secret of Object.values(secrets)) {
    expect(whileOpen).not.toContain(secret);
    expect(withBackup).not.toContain(secret);
  }
  expect(again.devices.activationCode(device.id)).toBe(secrets.replaced);
  expect(again.outbox.get(intent.id)?.result).toEqual({ pin: secrets.result });
});
