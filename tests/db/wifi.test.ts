import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { databaseFile } from '../../db/recovery.ts';
import { newTestStore, openTestStore, someDay } from './support/store.ts';

const network = {
  ssidHex: Buffer.from('Front desk').toString('hex'),
  security: 'wpa2' as const,
  passphrase: 'Correct-Horse-7',
};

test('the last Wi-Fi is kept for the next hub, sealed, after a restart too, until it is forgotten', async () => {
  const { store, dataDir } = await newTestStore();
  expect(store.wifi.last()).toBeUndefined();
  store.wifi.keep({ ...network, passphrase: 'Older-Horse-6' }, someDay);
  store.wifi.keep(network, someDay + 1);
  for (const file of [databaseFile(dataDir), `${databaseFile(dataDir)}-wal`]) {
    const bytes = readFileSync(file);
    for (const secret of [network.passphrase, 'Older-Horse-6', 'Front desk', network.ssidHex])
      expect(bytes.includes(secret)).toBe(false);
  }
  store.close();
  const { store: again } = await openTestStore(dataDir);
  expect(again.wifi.last()).toEqual({ ...network, savedAt: someDay + 1 });
  again.wifi.forget();
  expect(again.wifi.last()).toBeUndefined();
});
