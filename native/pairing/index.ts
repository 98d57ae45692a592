/** Proof of the activation code (SPAKE2+) and the sealed channel that follows from it, for both sides. */
export { normalizeActivationCode } from './activation-code.ts';
export type { SealedPacket } from './sealed.ts';
export { SEAL_TAG_BYTES, SealedSession } from './sealed.ts';
export type { PairingNames, PasswordInput, RandomScalar, Registration } from './spake2plus.ts';
export {
  CONFIRMATION_BYTES,
  isPoint,
  POINT_BYTES,
  register,
  Spake2PlusProver,
  Spake2PlusVerifier,
} from './spake2plus.ts';
