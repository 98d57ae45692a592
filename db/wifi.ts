import * as z from 'zod';
import { readJson, unreadable, writeJson } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import type { Vault } from './vault.ts';

const place = { table: 'last_wifi', column: 'network', rowId: 'last_wifi' };
const networkSchema = z.object({
  ssidHex: z.string(),
  security: z.enum(['open', 'wpa', 'wpa2']),
  passphrase: z.string().nullable(),
});

/** The Wi-Fi that the last hub was given, for the next one: at most one, sealed as a whole. */
export function createWifi(db: Connection, vault: Vault): Store['wifi'] {
  const select = db.prepare<[], { network: Uint8Array; savedAt: number }>(
    'SELECT network, saved_at AS savedAt FROM last_wifi',
  );
  const save = db.prepare(`
    INSERT INTO last_wifi (only_one, network, saved_at) VALUES (1, @network, @now)
    ON CONFLICT DO UPDATE SET network = @network, saved_at = @now`);
  const forget = db.prepare('DELETE FROM last_wifi');
  return {
    last() {
      const row = select.get();
      if (row === undefined) return undefined;
      const read = networkSchema.safeParse(readJson('last_wifi', 'network', vault.open(place, row.network)));
      if (!read.success) throw unreadable('last_wifi', 'network');
      return { ...read.data, savedAt: row.savedAt };
    },
    keep(network, now) {
      save.run({ network: vault.seal(place, writeJson(network)), now });
    },
    forget() {
      forget.run();
    },
  };
}
