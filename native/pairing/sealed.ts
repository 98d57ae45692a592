import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** A packet inside the seal: the sender's counter, and ciphertext with its tag (A29, A30). */
export interface SealedPacket {
  readonly n: number;
  readonly c: Uint8Array;
}

type Side = 'app' | 'device';

const KEY_BYTES = 16;
/** What sealing adds to a packet's length, in bytes (A30). */
export const SEAL_TAG_BYTES = 16;
const NONCE_BYTES = 12;
const INFO = 'doorstep sealed 1';
/** The first four bytes of the nonce (A29), by who sends. */
const DIRECTION = { app: 0, device: 1 } as const;
/** Op, group and command of the outer header, by who sends (A30). */
const ASSOCIATED_DATA = {
  app: Uint8Array.of(0x02, 0x00, 0x40, 0x02),
  device: Uint8Array.of(0x03, 0x00, 0x40, 0x02),
} as const;

/** One side of a sealed channel (A28–A32). Lives no longer than its connection. */
export class SealedSession {
  readonly #side: Side;
  readonly #peer: Side;
  readonly #keys: Readonly<Record<Side, Uint8Array>>;
  #sent = 0;
  #accepted = 0;
  #dropped = 0;

  private constructor(keys: Readonly<Record<Side, Uint8Array>>, side: Side) {
    this.#keys = keys;
    this.#side = side;
    this.#peer = side === 'app' ? 'device' : 'app';
  }

  /** Both keys from the pairing's shared key (A28). */
  static fromSharedKey(kShared: Uint8Array, side: Side): SealedSession {
    const keys = new Uint8Array(hkdfSync('sha256', kShared, '', INFO, 2 * KEY_BYTES));
    return new SealedSession({ app: keys.slice(0, KEY_BYTES), device: keys.slice(KEY_BYTES) }, side);
  }

  /** The counter of the packet that was sealed last; 0 before the first (A29). */
  get sent(): number {
    return this.#sent;
  }

  /** Packets refused by {@link open} or counted by {@link drop} since the session began (A31). */
  get dropped(): number {
    return this.#dropped;
  }

  /** Seals one whole SMP packet under the next counter. */
  seal(innerPacket: Uint8Array): SealedPacket {
    this.#sent += 1;
    const cipher = createCipheriv('aes-128-gcm', this.#keys[this.#side], nonce(this.#side, this.#sent));
    cipher.setAAD(ASSOCIATED_DATA[this.#side]);
    const c = Buffer.concat([cipher.update(innerPacket), cipher.final(), cipher.getAuthTag()]);
    return { n: this.#sent, c: new Uint8Array(c) };
  }

  /**
   * The inner packet, or undefined for one that is repeated, steps back, or is not authentic: dropped and
   * counted, the counter unmoved (A29, A31).
   */
  open(n: number, c: Uint8Array): Uint8Array | undefined {
    const isNext = Number.isSafeInteger(n) && n > this.#accepted;
    const inner = isNext && c.length >= SEAL_TAG_BYTES ? this.#decipher(n, c) : undefined;
    if (inner === undefined) this.#dropped += 1;
    else this.#accepted = n;
    return inner;
  }

  /** Counts a packet that its receiver found malformed, outside or inside the seal (A31, A32). */
  drop(): void {
    this.#dropped += 1;
  }

  #decipher(n: number, c: Uint8Array): Uint8Array | undefined {
    const decipher = createDecipheriv('aes-128-gcm', this.#keys[this.#peer], nonce(this.#peer, n), {
      authTagLength: SEAL_TAG_BYTES,
    });
    decipher.setAAD(ASSOCIATED_DATA[this.#peer]);
    decipher.setAuthTag(c.subarray(c.length - SEAL_TAG_BYTES));
    try {
      const text = decipher.update(c.subarray(0, c.length - SEAL_TAG_BYTES));
      return new Uint8Array(Buffer.concat([text, decipher.final()]));
    } catch {
      return undefined;
    }
  }
}

function nonce(sender: Side, n: number): Uint8Array {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeUInt32BE(DIRECTION[sender], 0);
  bytes.writeBigUInt64BE(BigInt(n), 4);
  return bytes;
}
