import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../db/open.ts';
import { createSeals, type VaultKeySource } from '../../db/vault.ts';
import {
  addSite,
  keyFileOf,
  newDevice,
  newTestStore,
  openTestStore,
  problemOf,
  someDay,
  testFolder,
} from './support/store.ts';

const place = { table: 'devices', column: 'activation_code', rowId: 'one' };

/** Opens, looks at the one sealed code, closes. */
async function codeWith(dataDir: string, vault: VaultKeySource, readOnly = false): Promise<string | null> {
  const { store } = await openStore({ dataDir, vault, now: () => someDay, readOnly });
  try {
    const [device] = store.devices.all();
    return device === undefined ? null : store.devices.activationCode(device.id);
  } finally {
    store.close();
  }
}

/** A folder whose data were made with this source and hold one sealed code. */
async function folderMadeWith(vault: VaultKeySource, dataDir = testFolder()): Promise<string> {
  const { store } = await openStore({ dataDir, vault, now: () => someDay });
  store.devices.insert(newDevice(addSite(store), { activationCode: '04A2FF' }), someDay);
  store.close();
  return dataDir;
}

const refusal = (vault: VaultKeySource, dataDir: string) =>
  codeWith(dataDir, vault).then(
    (code) => ({ opened: code }),
    (error: { problem?: unknown }) => error.problem ?? error,
  );

/** A keychain that keeps its own key, as `safeStorage` does. */
function keychain(mask: number): VaultKeySource {
  const turn = async (bytes: Uint8Array) => bytes.map((byte) => byte ^ mask);
  return { kind: 'system', wrap: turn, unwrap: turn, backend: 'test_keychain' };
}

describe('sealed values', () => {
  const seals = createSeals(new Uint8Array(32).fill(7));

  test('open only where they were sealed', () => {
    const sealed = seals.seal(place, 'Geheim ü');
    expect(seals.open(place, sealed)).toBe('Geheim ü');
    for (const other of [
      { ...place, rowId: 'two' },
      { ...place, column: 'name' },
      { ...place, table: 'sites' },
    ]) {
      expect(problemOf(() => seals.open(other, sealed))).toMatchObject({ code: 'db.sealed_unreadable' });
    }
  });

  test('never open when a single byte was changed, cut or added', () => {
    const sealed = seals.seal(place, 'x');
    const spoilt = [...sealed.keys()].map((at) =>
      sealed.map((byte, index) => (index === at ? byte ^ 1 : byte)),
    );
    const resized = [
      sealed.subarray(0, -1),
      Buffer.concat([sealed, Buffer.of(0)]),
      Buffer.alloc(0),
      Buffer.of(1),
    ];
    for (const bytes of [...spoilt, ...resized]) {
      expect(problemOf(() => seals.open(place, bytes))).toMatchObject({ code: 'db.sealed_unreadable' });
    }
  });

  test('differ each time, while the hash is the same for the same purpose and key only', () => {
    expect(seals.seal(place, 'x')).not.toEqual(seals.seal(place, 'x'));
    const hash = seals.keyedHash('code', 'x');
    expect(seals.keyedHash('code', 'x')).toEqual(hash);
    expect(seals.keyedHash('codex', '')).not.toEqual(hash);
    expect(createSeals(new Uint8Array(32)).keyedHash('code', 'x')).not.toEqual(hash);
  });

  test('a value moved to another row is refused, not shown', async () => {
    const { store, dataDir } = await newTestStore();
    const siteId = addSite(store);
    const [mine, other] = [
      newDevice(siteId, { activationCode: '111111' }),
      newDevice(siteId, { activationCode: '222222' }),
    ];
    for (const device of [mine, other]) store.devices.insert(device, someDay);
    store.close();
    const db = new Database(join(dataDir, 'doorstep.sqlite'));
    db.prepare('UPDATE devices SET activation_code = (SELECT activation_code FROM devices WHERE id = ?)').run(
      other.id,
    );
    db.close();
    const { store: again } = await openTestStore(dataDir);
    expect(again.devices.activationCode(other.id)).toBe('222222');
    expect(problemOf(() => again.devices.activationCode(mine.id))).toEqual({
      code: 'db.sealed_unreadable',
      params: { table: 'devices', column: 'activation_code' },
    });
  });
});

/** scrypt is slow on purpose, and slower on a busy machine. */
const scryptTimeoutMs = 120_000;

describe('the key', () => {
  test(
    'of a passphrase opens with it, however its letters are composed, and with no other',
    async () => {
      const dataDir = await folderMadeWith({ kind: 'passphrase', passphrase: 'Caf\u00e9 zwei' });
      expect(await codeWith(dataDir, { kind: 'passphrase', passphrase: 'Cafe\u0301 zwei' })).toBe('04A2FF');
      expect(await refusal({ kind: 'passphrase', passphrase: 'Cafe zwei' }, dataDir)).toEqual({
        code: 'db.wrong_key',
        params: { way: 'passphrase' },
      });
      expect(await refusal({ kind: 'passphrase', passphrase: '' }, dataDir)).toMatchObject({
        code: 'db.passphrase_empty',
      });
    },
    scryptTimeoutMs,
  );

  test('of the system is told with its backend, and another keychain is a wrong key, never garbage', async () => {
    const dataDir = await folderMadeWith(keychain(0x55));
    expect(await codeWith(dataDir, keychain(0x55))).toBe('04A2FF');
    expect(await refusal(keychain(0x56), dataDir)).toMatchObject({ code: 'db.wrong_key' });
    const locked: VaultKeySource = {
      kind: 'system',
      backend: 'x',
      wrap: () => Promise.reject(new Error('no')),
      unwrap: () => Promise.reject(new Error('locked')),
    };
    expect(await refusal(locked, dataDir)).toMatchObject({ code: 'db.keychain_refused' });
    const db = new Database(join(dataDir, 'doorstep.sqlite'), { readonly: true });
    expect(db.prepare('SELECT way, backend FROM vault_wraps').all()).toEqual([
      { way: 'system', backend: 'test_keychain' },
    ]);
    db.close();
  });

  test('of a file is made for its owner alone, and needed from then on', async () => {
    const dataDir = testFolder();
    const vault = keyFileOf(dataDir);
    const path = join(dataDir, 'key');
    await folderMadeWith(vault, dataDir);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await codeWith(dataDir, vault)).toBe('04A2FF');
    const text = readFileSync(path, 'utf8');

    writeFileSync(path, text.replace(/[0-9a-f]{64}/, '0'.repeat(64)));
    expect(await refusal(vault, dataDir)).toMatchObject({ code: 'db.wrong_key' });
    for (const broken of ['', text.slice(0, -2), `${text}x`, text.replace('key-1', 'key-2')]) {
      writeFileSync(path, broken);
      expect(await refusal(vault, dataDir)).toMatchObject({ code: 'db.key_file_unreadable' });
    }
    writeFileSync(path, text);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path, mode);
      expect(await refusal(vault, dataDir)).toMatchObject({
        code: 'db.key_file_not_private',
        params: { path },
      });
    }
    chmodSync(path, 0o600);
    const gone = { kind: 'key_file', path: join(dataDir, 'gone') } as const;
    expect(await refusal(gone, dataDir)).toMatchObject({ code: 'db.key_file_missing' });
    expect(await refusal({ kind: 'key_file', path: dataDir }, dataDir)).toMatchObject({
      code: 'db.key_file_unreadable',
    });
    symlinkSync(path, join(dataDir, 'link'));
    expect(await codeWith(dataDir, { kind: 'key_file', path: join(dataDir, 'link') })).toBe('04A2FF');
  });

  test('may have several wraps, each of which opens the same data', async () => {
    const dataDir = testFolder();
    const { store, addKey } = await openStore({ dataDir, vault: keychain(0x11), now: () => someDay });
    store.devices.insert(newDevice(addSite(store), { activationCode: '04A2FF' }), someDay);
    const notYet = { kind: 'passphrase', passphrase: 'second' } as const;
    await addKey(keyFileOf(dataDir));
    store.close();
    expect(await refusal(notYet, dataDir)).toEqual({
      code: 'db.key_missing',
      params: { way: 'passphrase', known: 'system, key_file' },
    });
    expect(await codeWith(dataDir, keyFileOf(dataDir), true)).toBe('04A2FF');
    expect(await codeWith(dataDir, keychain(0x11))).toBe('04A2FF');
  });

  test('that does not fit leaves the data as they were', async () => {
    const dataDir = await folderMadeWith(keychain(0x55));
    const before = readFileSync(join(dataDir, 'doorstep.sqlite'));
    await refusal(keychain(0x56), dataDir);
    const db = new Database(join(dataDir, 'doorstep.sqlite'), { readonly: true });
    expect(db.prepare('SELECT count(*) FROM vault_wraps').pluck().get()).toBe(1);
    db.close();
    expect(before.length).toBeGreaterThan(0);
    expect(await codeWith(dataDir, keychain(0x55))).toBe('04A2FF');
  });
});
