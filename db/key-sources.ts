import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { CodedError } from '../electron/contract/errors.ts';
import { readKeyFile } from './key-file.ts';

/** Where the key that wraps the data key comes from. */
export type VaultKeySource =
  | {
      readonly kind: 'system';
      /** The system's keychain; `backend` names which one, e.g. `kwallet6` or `basic_text`. */
      wrap(key: Uint8Array): Promise<Uint8Array>;
      unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
      readonly backend: string;
    }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** A file readable by its owner alone; made when the vault is made. */
  | { readonly kind: 'key_file'; readonly path: string };

/** The data key as one way keeps it. */
export interface KeyWrap {
  readonly way: VaultKeySource['kind'];
  readonly backend: string;
  readonly parameters: string;
  readonly wrapped: Uint8Array;
}

/** The keychain may ask the person for the laptop's password. */
const keychainTimeoutMs = 120_000;

/** scrypt's cost for a passphrase: 128 MB and about half a second, OWASP's first choice. */
const scryptCost = { N: 2 ** 17, r: 8, p: 1 } as const;
const scryptMemoryBytes = 160 * 1024 * 1024;

const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;

/** Wraps the data key. @throws CodedError `db.keychain_refused`, `db.passphrase_empty`, `db.key_file_*`. */
export async function wrapKey(source: VaultKeySource, key: Uint8Array): Promise<KeyWrap> {
  switch (source.kind) {
    case 'system': {
      const wrapped = await keychain(() => source.wrap(key));
      return { way: 'system', backend: source.backend, parameters: '', wrapped };
    }
    case 'passphrase': {
      const salt = randomBytes(saltBytes);
      const wrapped = sealKey(await passphraseKey(source.passphrase, salt), key);
      return { way: 'passphrase', backend: 'scrypt', parameters: salt.toString('hex'), wrapped };
    }
    case 'key_file': {
      const salt = randomBytes(saltBytes);
      const wrapped = sealKey(fileKey(readKeyFile(source.path, { make: true }), salt), key);
      return { way: 'key_file', backend: 'file', parameters: salt.toString('hex'), wrapped };
    }
  }
}

/** Unwraps the data key, or answers undefined where this source is not the one that wrapped it. */
export async function unwrapKey(source: VaultKeySource, wrap: KeyWrap): Promise<Uint8Array | undefined> {
  const salt = Buffer.from(wrap.parameters, 'hex');
  switch (source.kind) {
    case 'system':
      return keychain(() => source.unwrap(wrap.wrapped));
    case 'passphrase':
      return openKey(await passphraseKey(source.passphrase, salt), wrap.wrapped);
    case 'key_file':
      return openKey(fileKey(readKeyFile(source.path, { make: false }), salt), wrap.wrapped);
  }
}

async function keychain(call: () => Promise<Uint8Array>): Promise<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CodedError('db.keychain_refused')), keychainTimeoutMs);
  });
  try {
    return await Promise.race([call(), tooLong]);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('db.keychain_refused', {}, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function passphraseKey(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  // The same letters typed on another keyboard may be composed in another way.
  const normalized = passphrase.normalize('NFKC');
  if (normalized === '') throw new CodedError('db.passphrase_empty');
  return new Promise((resolve, reject) => {
    scrypt(normalized, salt, 32, { ...scryptCost, maxmem: scryptMemoryBytes }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function fileKey(secret: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, 'doorstep key file', 32));
}

function sealKey(wrappingKey: Uint8Array, key: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce);
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

function openKey(wrappingKey: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  if (wrapped.length <= nonceBytes + tagBytes) return undefined;
  const end = wrapped.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(wrapped.subarray(end));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes, end)), decipher.final()]);
  } catch {
    // The tag does not fit: another passphrase or file wrapped it.
    return undefined;
  }
}
