import {
  CONFIRMATION_BYTES,
  isPoint,
  normalizeActivationCode,
  type PairingNames,
  type Registration,
  register,
  SealedSession,
  Spake2PlusVerifier,
} from '../pairing/index.ts';
import type { Environment } from './environment.ts';
import type { DeviceDescription } from './models.ts';
import { groupRefusal } from './refusal.ts';

/** What the guard knows of a connection: enough to tell two apart, and which rules hold on it. */
export interface PairingConnection {
  readonly transport: 'usb' | 'bluetooth';
  /** False for a serial line on which the device cannot see the app go (A11). */
  readonly seesHangUp: boolean;
}

interface Attempt {
  readonly connection: PairingConnection;
  /** Step 1 was answered, at this moment; absent between steps 0 and 1. */
  answered?: { readonly verifier: Spake2PlusVerifier; readonly atTicks: number };
}

const TRIES = 5;
const WINDOW_MS = 120_000;
/** Step 2 needs a step 1 at most this old, in milliseconds (A27). */
const ATTEMPT_MS = 60_000;
/** A session without an authentic packet ends after this on a line that tells no hang-up (A11). */
const IDLE_SESSION_MS = 300_000;
const ID_PROVER = 'doorstep';
const CONTEXT = 'doorstep pairing 1';

/** Who may pair, how often, and the one session that may follow (A21–A27, A33). */
export class PairingGuard {
  readonly #description: DeviceDescription;
  readonly #environment: Environment;
  readonly #inFactoryState: () => boolean;
  #registration: Promise<Registration> | undefined;
  #tries = TRIES;
  #windowEndsTicks = Number.NEGATIVE_INFINITY;
  #attempt: Attempt | undefined;
  #session: { connection: PairingConnection; sealed: SealedSession; lastTicks: number } | undefined;

  constructor(description: DeviceDescription, environment: Environment, inFactoryState: () => boolean) {
    this.#description = description;
    this.#environment = environment;
    this.#inFactoryState = inFactoryState;
  }

  get tries(): number {
    return this.#tries;
  }

  /** Whether somebody opened Bluetooth pairing by hand (A21). */
  get windowOpen(): boolean {
    return this.#environment.clock.ticks() < this.#windowEndsTicks;
  }

  /** A hand at the device: button, maintenance card or battery opens the window for 2 minutes (A21). */
  openWindow(): void {
    this.#windowEndsTicks = this.#environment.clock.ticks() + WINDOW_MS;
  }

  /** Power or the button gives all tries back (A26). */
  refillTries(): void {
    this.#tries = TRIES;
  }

  /** Step 0 (A27): begins an attempt here and ends any other. */
  begin(connection: PairingConnection): { salt: Uint8Array; rounds: number; left: number } {
    if (!this.#isOpenOn(connection) || this.#tries === 0) throw groupRefusal('pairClosed');
    this.#attempt = { connection };
    return { salt: this.#description.salt, rounds: this.#description.rounds, left: this.#tries };
  }

  /** Step 1 (A26): a try is spent when it is answered; a bad point spends nothing. */
  async answer(
    connection: PairingConnection,
    shareP: Uint8Array,
  ): Promise<{ y: Uint8Array; cv: Uint8Array; left: number }> {
    if (!isPoint(shareP)) throw groupRefusal('pairShare');
    if (this.#tries === 0) throw groupRefusal('pairClosed');
    const attempt = this.#attempt;
    if (attempt?.connection !== connection || attempt.answered !== undefined) {
      throw groupRefusal('pairOrder');
    }
    const registration = await this.#register();
    // Stretching takes a while: the device may have restarted meanwhile.
    if (this.#attempt !== attempt) throw groupRefusal('pairOrder');
    const verifier = new Spake2PlusVerifier({
      ...this.#names,
      ...registration,
      ...(this.#environment.randomScalar && { randomScalar: this.#environment.randomScalar }),
    });
    const answer = answerOrRefuse(verifier, shareP);
    attempt.answered = { verifier, atTicks: this.#environment.clock.ticks() };
    this.#tries -= 1;
    return { y: answer.shareV, cv: answer.confirmV, left: this.#tries };
  }

  /** Step 2 (A27, A33): uses step 1 up, right or wrong; right replaces the device's one session. */
  confirm(connection: PairingConnection, confirmP: Uint8Array): void {
    const attempt = this.#attempt;
    if (attempt?.connection !== connection || attempt.answered === undefined) throw groupRefusal('pairOrder');
    this.#attempt = undefined;
    const nowTicks = this.#environment.clock.ticks();
    if (nowTicks - attempt.answered.atTicks > ATTEMPT_MS) throw groupRefusal('pairOrder');
    const kShared = finishOrRefuse(attempt.answered.verifier, confirmP);
    this.refillTries();
    this.#session = {
      connection,
      sealed: SealedSession.fromSharedKey(kShared, 'device'),
      lastTicks: nowTicks,
    };
  }

  /** The session on this connection; undefined where the app must pair first (A31). */
  sessionOn(connection: PairingConnection): SealedSession | undefined {
    const session = this.#session;
    if (session?.connection !== connection) return undefined;
    const idleMs = this.#environment.clock.ticks() - session.lastTicks;
    if (!connection.seesHangUp && idleMs > IDLE_SESSION_MS) {
      this.#session = undefined;
      return undefined;
    }
    return session.sealed;
  }

  /** The one session, whatever connection it lives on. */
  get session(): { readonly transport: 'usb' | 'bluetooth'; readonly dropped: number } | undefined {
    if (this.#session === undefined) return undefined;
    return { transport: this.#session.connection.transport, dropped: this.#session.sealed.dropped };
  }

  /** An authentic packet came: the session lives on (A11). */
  touchSession(): void {
    if (this.#session !== undefined) this.#session.lastTicks = this.#environment.clock.ticks();
  }

  /** Keys die with their connection, and so does an attempt. */
  connectionEnded(connection: PairingConnection): void {
    if (this.#session?.connection === connection) this.#session = undefined;
    if (this.#attempt?.connection === connection) this.#attempt = undefined;
  }

  /** A restart ends session, attempt and window; the tries stay as they are (A26). */
  restarted(): void {
    this.#session = undefined;
    this.#attempt = undefined;
    this.#windowEndsTicks = Number.NEGATIVE_INFINITY;
  }

  get #names(): PairingNames {
    return { idProver: ID_PROVER, idVerifier: this.#description.serial, context: CONTEXT };
  }

  #isOpenOn(connection: PairingConnection): boolean {
    if (connection.transport === 'usb') return true;
    if (this.#description.kind === 'iq') return this.windowOpen;
    return this.#inFactoryState() || this.windowOpen;
  }

  #register(): Promise<Registration> {
    this.#registration ??= register({
      password: normalizeActivationCode(this.#description.activationCode),
      ...this.#names,
      salt: this.#description.salt,
      rounds: this.#description.rounds,
    });
    return this.#registration;
  }
}

/** The length of `cp`, for the reader of its body (A25). */
export const CONFIRMATION_BOUNDS = [CONFIRMATION_BYTES, CONFIRMATION_BYTES] as const;

function answerOrRefuse(verifier: Spake2PlusVerifier, shareP: Uint8Array) {
  try {
    return verifier.answer(shareP);
  } catch {
    throw groupRefusal('pairShare');
  }
}

function finishOrRefuse(verifier: Spake2PlusVerifier, confirmP: Uint8Array): Uint8Array {
  try {
    return verifier.finish(confirmP).kShared;
  } catch {
    throw groupRefusal('pairWrong');
  }
}
