import { createHash, createHmac, hkdfSync, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { p256 } from '@noble/curves/nist.js';
import { CodedError } from '../../electron/contract/errors.ts';

/** Who pairs, and under which context both hash it (A24). Strings are hashed as UTF-8, without terminator. */
export interface PairingNames {
  readonly idProver: string;
  readonly idVerifier: string;
  readonly context: string;
}

/** A password as the device and the app stretch it (A24). */
export interface PasswordInput {
  /** From `normalizeActivationCode`. */
  readonly password: Uint8Array;
  readonly idProver: string;
  readonly idVerifier: string;
  /** 16 to 32 bytes, the device's own. */
  readonly salt: Uint8Array;
  /** Rounds of PBKDF2, 1 000 to 1 000 000. */
  readonly rounds: number;
}

/** What a password becomes: scalars of 32 bytes, big-endian, and the point w1·P of 65 bytes. */
export interface Registration {
  readonly w0: Uint8Array;
  readonly w1: Uint8Array;
  readonly L: Uint8Array;
}

/** A scalar from 1 to the order less one; handed in where a vector names it. */
export type RandomScalar = () => bigint;

/** Bounds of what a device may ask for (A24). */
export const SALT_BYTES = { min: 16, max: 32 } as const;
export const ROUNDS = { min: 1_000, max: 1_000_000 } as const;
/** Bytes of an uncompressed point, and of a confirmation (A25). */
export const POINT_BYTES = 65;
export const CONFIRMATION_BYTES = 32;

const Point = p256.Point;
type P256Point = InstanceType<typeof Point>;
const ORDER = Point.Fn.ORDER;
/** Every w0s and w1s is 40 bytes: 64 bits over the order, so that the remainder is as good as uniform. */
const STRETCHED_SCALAR_BYTES = 40;
// The two points of RFC 9383 section 4 for P-256, whose logarithms nobody knows.
const M = Point.fromHex('02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f').precompute(4);
const N = Point.fromHex('03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49').precompute(4);

const stretch = promisify(pbkdf2);

/**
 * The scalars and the registration point of a password (A24). Stretching runs beside the event loop.
 * @throws CodedError `pairing.parameters` for a salt or rounds out of bounds.
 */
export async function register(input: PasswordInput): Promise<Registration> {
  const saltFits = input.salt.length >= SALT_BYTES.min && input.salt.length <= SALT_BYTES.max;
  const roundsFit =
    Number.isInteger(input.rounds) && input.rounds >= ROUNDS.min && input.rounds <= ROUNDS.max;
  if (!saltFits || !roundsFit) throw new CodedError('pairing.parameters');
  const stretched = await stretch(
    lengthPrefixed([input.password, utf8(input.idProver), utf8(input.idVerifier)]),
    input.salt,
    input.rounds,
    2 * STRETCHED_SCALAR_BYTES,
    'sha256',
  );
  const w0 = toInteger(stretched.subarray(0, STRETCHED_SCALAR_BYTES)) % ORDER;
  const w1 = toInteger(stretched.subarray(STRETCHED_SCALAR_BYTES)) % ORDER;
  return { w0: scalarBytes(w0), w1: scalarBytes(w1), L: Point.BASE.multiply(w1).toBytes(false) };
}

/** Whether `bytes` are an uncompressed point of P-256 other than infinity (A25). */
export function isPoint(bytes: Uint8Array): boolean {
  return parsePoint(bytes) !== undefined;
}

/** The app's side of RFC 9383: it knows the password. One object is one attempt. */
export class Spake2PlusProver {
  readonly shareP: Uint8Array;
  readonly #names: PairingNames;
  readonly #w0: Uint8Array;
  readonly #w1: bigint;
  readonly #x: bigint;

  constructor(
    options: PairingNames & Pick<Registration, 'w0' | 'w1'> & { readonly randomScalar?: RandomScalar },
  ) {
    this.#names = options;
    this.#w0 = options.w0;
    this.#w1 = toInteger(options.w1);
    this.#x = (options.randomScalar ?? secureScalar)();
    this.shareP = Point.BASE.multiply(this.#x)
      .add(M.multiply(toInteger(this.#w0)))
      .toBytes(false);
  }

  /**
   * Stretches the password and begins an attempt.
   * @throws CodedError `pairing.parameters` for a salt or rounds out of bounds.
   */
  static async create(
    options: PasswordInput & PairingNames & { readonly randomScalar?: RandomScalar },
  ): Promise<Spake2PlusProver> {
    return new Spake2PlusProver({ ...options, ...(await register(options)) });
  }

  /**
   * Checks the device's share and confirmation, both before anything is trusted.
   * @throws CodedError `pairing.share_invalid` if shareV is no point (A25), `pairing.wrong_code` if confirmV
   * does not prove the same password (A26).
   */
  finish(shareV: Uint8Array, confirmV: Uint8Array): { confirmP: Uint8Array; kShared: Uint8Array } {
    const masked = pointOrThrow(shareV).subtract(N.multiply(toInteger(this.#w0)));
    if (masked.is0()) throw new CodedError('pairing.share_invalid');
    const keys = deriveKeys({
      names: this.#names,
      w0: this.#w0,
      shareP: this.shareP,
      shareV,
      z: masked.multiply(this.#x),
      v: masked.multiply(this.#w1),
    });
    if (!sameBytes(keys.confirmV, confirmV)) throw new CodedError('pairing.wrong_code');
    return { confirmP: keys.confirmP, kShared: keys.kShared };
  }
}

/** The device's side of RFC 9383: it keeps w0 and L, and never the password's w1. One object is one attempt. */
export class Spake2PlusVerifier {
  readonly #names: PairingNames;
  readonly #w0: Uint8Array;
  readonly #L: P256Point;
  readonly #y: bigint;
  #keys: DerivedKeys | undefined;

  constructor(
    options: PairingNames & Pick<Registration, 'w0' | 'L'> & { readonly randomScalar?: RandomScalar },
  ) {
    this.#names = options;
    this.#w0 = options.w0;
    this.#L = pointOrThrow(options.L);
    this.#y = (options.randomScalar ?? secureScalar)();
  }

  /**
   * The answer to the app's share.
   * @throws CodedError `pairing.share_invalid` if shareP is no point (A25).
   */
  answer(shareP: Uint8Array): { shareV: Uint8Array; confirmV: Uint8Array } {
    const w0 = toInteger(this.#w0);
    const masked = pointOrThrow(shareP).subtract(M.multiply(w0));
    if (masked.is0()) throw new CodedError('pairing.share_invalid');
    const shareV = Point.BASE.multiply(this.#y).add(N.multiply(w0)).toBytes(false);
    this.#keys = deriveKeys({
      names: this.#names,
      w0: this.#w0,
      shareP,
      shareV,
      z: masked.multiply(this.#y),
      v: this.#L.multiply(this.#y),
    });
    return { shareV, confirmV: this.#keys.confirmV };
  }

  /**
   * Checks the app's confirmation; an attempt has one guess.
   * @throws CodedError `pairing.wrong_code` if confirmP is wrong, or nothing was answered before.
   */
  finish(confirmP: Uint8Array): { kShared: Uint8Array } {
    const keys = this.#keys;
    this.#keys = undefined;
    if (keys === undefined || !sameBytes(keys.confirmP, confirmP)) throw new CodedError('pairing.wrong_code');
    return { kShared: keys.kShared };
  }
}

interface DerivedKeys {
  readonly confirmP: Uint8Array;
  readonly confirmV: Uint8Array;
  readonly kShared: Uint8Array;
}

interface Transcript {
  readonly names: PairingNames;
  readonly w0: Uint8Array;
  readonly shareP: Uint8Array;
  readonly shareV: Uint8Array;
  readonly z: P256Point;
  readonly v: P256Point;
}

/** The transcript hash and key schedule of RFC 9383 sections 3.3 and 3.4 (A25). */
function deriveKeys({ names, w0, shareP, shareV, z, v }: Transcript): DerivedKeys {
  const transcript = lengthPrefixed([
    utf8(names.context),
    utf8(names.idProver),
    utf8(names.idVerifier),
    M.toBytes(false),
    N.toBytes(false),
    shareP,
    shareV,
    z.toBytes(false),
    v.toBytes(false),
    w0,
  ]);
  const kMain = createHash('sha256').update(transcript).digest();
  const confirmationKeys = hkdf(kMain, 'ConfirmationKeys', 64);
  return {
    confirmP: hmac(confirmationKeys.subarray(0, 32), shareV),
    confirmV: hmac(confirmationKeys.subarray(32), shareP),
    kShared: hkdf(kMain, 'SharedKey', 32),
  };
}

function hkdf(key: Uint8Array, info: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', info, bytes));
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(data).digest());
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function parsePoint(bytes: Uint8Array): P256Point | undefined {
  if (bytes.length !== POINT_BYTES || bytes[0] !== 0x04) return undefined;
  try {
    const point = Point.fromBytes(bytes);
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

function pointOrThrow(bytes: Uint8Array): P256Point {
  const point = parsePoint(bytes);
  if (point === undefined) throw new CodedError('pairing.share_invalid');
  return point;
}

/** Every part with its length in front, 8 bytes little-endian. */
function lengthPrefixed(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(part.length));
      return [length, part];
    }),
  );
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function scalarBytes(scalar: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
}

function secureScalar(): bigint {
  return (toInteger(randomBytes(STRETCHED_SCALAR_BYTES)) % (ORDER - 1n)) + 1n;
}
