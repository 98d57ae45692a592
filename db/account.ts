import { readJson, writeJson } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import type { AccountRecord } from './types.ts';
import type { Vault } from './vault.ts';
import type { Writer } from './writer.ts';

interface AccountRow {
  readonly me: string;
  readonly tokens: Uint8Array | null;
  readonly clockOffsetMs: number | null;
  readonly updatedAt: number;
}

const tokensPlace = { table: 'account', column: 'tokens', rowId: 'account' };

/** The person signed in: at most one. Tokens are sealed. */
export function createAccount(db: Connection, writer: Writer, vault: Vault): Store['account'] {
  const select = db.prepare<[], AccountRow>(
    'SELECT me, tokens, clock_offset_ms AS clockOffsetMs, updated_at AS updatedAt FROM account',
  );
  const save = db.prepare(`
    INSERT INTO account (only_one, me, tokens, clock_offset_ms, updated_at)
    VALUES (1, @me, @tokens, @clockOffsetMs, @now)
    ON CONFLICT DO UPDATE SET me = @me, tokens = @tokens, clock_offset_ms = @clockOffsetMs, updated_at = @now`);
  const clear = db.prepare('DELETE FROM account');

  const get = (): AccountRecord | undefined => {
    const row = select.get();
    if (row === undefined) return undefined;
    return {
      me: readJson('account', 'me', row.me),
      tokens: row.tokens === null ? null : readJson('account', 'tokens', vault.open(tokensPlace, row.tokens)),
      clockOffsetMs: row.clockOffsetMs,
      updatedAt: row.updatedAt,
    };
  };

  return {
    get,
    save: (change, now) =>
      writer.transaction(() => {
        const record = { me: null, tokens: null, clockOffsetMs: null, ...get(), ...change };
        const { me, tokens, clockOffsetMs } = record;
        save.run({
          me: writeJson(me),
          tokens: tokens === null || tokens === undefined ? null : vault.seal(tokensPlace, writeJson(tokens)),
          clockOffsetMs,
          now,
        });
        writer.touched({ account: true });
      }),
    clear() {
      clear.run();
      writer.touched({ account: true });
    },
  };
}
