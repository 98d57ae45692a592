import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { isPoint, POINT_BYTES } from '../pairing/index.ts';
import { decodeMap, encodeMap } from '../smp/index.ts';

/** What a ticket tells a lock: the hub's radio network (A48). */
export interface TicketContent {
  /** Network key, 16 bytes. */
  readonly net: Uint8Array;
  readonly iq: string;
  readonly ch: number;
}

const VERSION = 1;
const INFO = 'doorstep ticket 1';
const AES_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NET_BYTES = 16;
const SECRET_SEED_BYTES = 48;

/** A new pair of P-256 keys; the public one is uncompressed. */
export function newKeyPair(randomBytes: (count: number) => Uint8Array): {
  secretKey: Uint8Array;
  publicKey: Uint8Array;
} {
  const secretKey = p256.utils.randomSecretKey(randomBytes(SECRET_SEED_BYTES));
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/** The public key of a P-256 secret key, uncompressed (65 bytes). */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return p256.getPublicKey(secretKey, false);
}

/** Seals the network for one lock and its present key (A48). `lockId` is the associated data. */
export function sealTicket(
  content: TicketContent,
  lock: { readonly id: string; readonly publicKey: Uint8Array },
  randomBytes: (count: number) => Uint8Array,
): Uint8Array {
  const ephemeral = newKeyPair(randomBytes);
  const keys = ticketKeys(ephemeral.secretKey, lock.publicKey, ephemeral.publicKey, lock.publicKey);
  const cipher = createCipheriv('aes-128-gcm', keys.key, keys.nonce);
  cipher.setAAD(Buffer.from(lock.id, 'ascii'));
  const plain = encodeMap({ net: content.net, iq: content.iq, ch: content.ch });
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(Buffer.concat([Uint8Array.of(VERSION), ephemeral.publicKey, sealed]));
}

/** Opens a ticket with the lock's secret key; undefined for one that is not for this lock and key. */
export function openTicket(
  ticket: Uint8Array,
  lock: { readonly id: string; readonly secretKey: Uint8Array },
): TicketContent | undefined {
  const ephemeralKey = ticket.slice(1, 1 + POINT_BYTES);
  if (ticket[0] !== VERSION || !isPoint(ephemeralKey)) return undefined;
  if (ticket.length < 1 + POINT_BYTES + TAG_BYTES) return undefined;
  const keys = ticketKeys(lock.secretKey, ephemeralKey, ephemeralKey, publicKeyOf(lock.secretKey));
  const decipher = createDecipheriv('aes-128-gcm', keys.key, keys.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(lock.id, 'ascii'));
  decipher.setAuthTag(ticket.subarray(ticket.length - TAG_BYTES));
  try {
    const body = ticket.subarray(1 + POINT_BYTES, ticket.length - TAG_BYTES);
    return parseContent(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return undefined;
  }
}

function parseContent(plain: Uint8Array): TicketContent | undefined {
  const { net, iq, ch } = decodeMap(plain);
  if (!(net instanceof Uint8Array) || net.length !== NET_BYTES) return undefined;
  if (typeof iq !== 'string' || typeof ch !== 'number') return undefined;
  return { net, iq, ch };
}

function ticketKeys(
  ownSecret: Uint8Array,
  otherPublic: Uint8Array,
  ephemeralPublic: Uint8Array,
  lockPublic: Uint8Array,
): { key: Uint8Array; nonce: Uint8Array } {
  const x = p256.getSharedSecret(ownSecret, otherPublic, true).slice(1);
  const salt = Buffer.concat([ephemeralPublic, lockPublic]);
  const keys = new Uint8Array(hkdfSync('sha256', x, salt, INFO, AES_BYTES + NONCE_BYTES));
  return { key: keys.slice(0, AES_BYTES), nonce: keys.slice(AES_BYTES) };
}
