import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto';
import { CodedError } from '../electron/contract/errors.ts';
import { type KeyWrap, unwrapKey, type VaultKeySource, wrapKey } from './key-sources.ts';
import type { Connection } from './sqlite.ts';

export type { VaultKeySource } from './key-sources.ts';

/** Where a sealed value stands; it opens nowhere else. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

/** Seals what must never be in a file in the clear. */
export interface Vault {
  /** AES-256-GCM, bound to its place. */
  seal(place: Place, text: string): Buffer;
  /** @throws CodedError `db.sealed_unreadable` where it was changed or comes from another place. */
  open(place: Place, sealed: Uint8Array): string;
  /** HMAC-SHA-256 for comparing and searching sealed values; `purpose` keeps two kinds apart. */
  keyedHash(purpose: string, text: string): Buffer;
  /** Adds one more way to open the vault. */
  addKey(source: VaultKeySource, now: number): Promise<void>;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** First byte of a sealed value: how it is sealed. */
const format = 1;

/** Makes the seals of one data key (32 bytes). */
export function createSeals(dataKey: Uint8Array): Omit<Vault, 'addKey'> {
  // As key objects, since Node turns raw bytes into one at every call, which costs four times the sealing.
  const sealingKey = createSecretKey(derive(dataKey, 'seal'));
  const hashKey = createSecretKey(derive(dataKey, 'hash'));
  const nextNonce = createNonces();
  return {
    seal(place, text) {
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      cipher.setAAD(bindingOf(place));
      const body = cipher.update(text, 'utf8');
      return Buffer.concat([Buffer.of(format), nonce, body, cipher.final(), cipher.getAuthTag()]);
    },
    open(place, sealed) {
      const end = sealed.length - tagBytes;
      if (sealed[0] !== format || end < 1 + nonceBytes) throw unreadable(place);
      const nonce = sealed.subarray(1, 1 + nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: tagBytes });
      decipher.setAAD(bindingOf(place));
      decipher.setAuthTag(sealed.subarray(end));
      try {
        const body = decipher.update(sealed.subarray(1 + nonceBytes, end));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        throw unreadable(place);
      }
    },
    keyedHash: (purpose, text) => createHmac('sha256', hashKey).update(`${purpose}\0${text}`).digest(),
  };
}

/**
 * Opens the vault of a database; makes it where there is none yet.
 * @throws CodedError `db.wrong_key`, `db.key_missing`, `db.not_there` (read-only and none made yet), and those
 * of the key's source.
 */
export async function openVault(
  db: Connection,
  source: VaultKeySource,
  options: { now: number; readOnly: boolean },
): Promise<Vault> {
  const check = db.prepare<[], Buffer>('SELECT key_check FROM vault').pluck().get();
  if (check === undefined && options.readOnly) throw new CodedError('db.not_there');
  const dataKey =
    check === undefined ? await makeVault(db, source, options.now) : await unlock(db, source, check);
  return {
    ...createSeals(dataKey),
    addKey: async (another, now) => insertWrap(db, await wrapKey(another, dataKey), now),
  };
}

async function makeVault(db: Connection, source: VaultKeySource, now: number): Promise<Uint8Array> {
  const dataKey = randomBytes(keyBytes);
  const wrap = await wrapKey(source, dataKey);
  db.transaction(() => {
    db.prepare('INSERT INTO vault (only_one, key_check) VALUES (1, ?)').run(checkOf(dataKey));
    insertWrap(db, wrap, now);
  }).immediate();
  return dataKey;
}

async function unlock(db: Connection, source: VaultKeySource, check: Uint8Array): Promise<Uint8Array> {
  const wraps = db
    .prepare<[], KeyWrap>('SELECT way, backend, parameters, wrapped FROM vault_wraps ORDER BY sequence')
    .all();
  const candidates = wraps.filter((wrap) => wrap.way === source.kind);
  if (candidates.length === 0) {
    throw new CodedError('db.key_missing', {
      way: source.kind,
      known: wraps.map(({ way }) => way).join(', '),
    });
  }
  for (const wrap of candidates) {
    const dataKey = await unwrapKey(source, wrap);
    if (dataKey !== undefined && timingSafeEqual(checkOf(dataKey), check)) return dataKey;
  }
  throw new CodedError('db.wrong_key', { way: source.kind });
}

function insertWrap(db: Connection, wrap: KeyWrap, now: number): void {
  db.prepare(
    `INSERT INTO vault_wraps (way, backend, parameters, wrapped, made_at)
     VALUES (@way, @backend, @parameters, @wrapped, @now)`,
  ).run({ ...wrap, now });
}

/** Random nonces, drawn many at a time: asking for each costs as much as the sealing. None is given twice. */
function createNonces(): () => Uint8Array {
  const pool = Buffer.alloc(nonceBytes * 256);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    next += nonceBytes;
    return pool.subarray(next - nonceBytes, next);
  };
}

/** Tells a right data key from a wrong one, whatever unwrapped it. */
function checkOf(dataKey: Uint8Array): Buffer {
  return derive(dataKey, 'check');
}

function derive(dataKey: Uint8Array, purpose: 'seal' | 'hash' | 'check'): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, '', `doorstep vault ${purpose}`, keyBytes));
}

function bindingOf({ table, column, rowId }: Place): Buffer {
  return Buffer.from(`${table}\0${column}\0${rowId}`);
}

function unreadable({ table, column }: Place): CodedError {
  return new CodedError('db.sealed_unreadable', { table, column });
}
