import * as z from 'zod';
import type { Store } from '../../../db/store.ts';
import { asCodedError, CodedError } from '../../contract/index.ts';
import { type CloudPort, type Me, parseMe } from '../cloud/index.ts';
import {
  authorize,
  type IdentityOptions,
  type IdentitySettings,
  refresh,
  revoke,
  type Tokens,
} from './identity-provider.ts';
import { listenForRedirect } from './loopback.ts';

/** A person looks for a password, a second factor, a colleague: longer than that, and the page is forgotten. */
const signInLimitMs = 10 * 60_000;
/** Signing out must not wait for a cloud that is not there. */
const revokeLimitMs = 5_000;

/** Who is signed in, and what the cloud said of them. `me` outlives the session: planning needs its lists offline. */
export interface AccountState {
  readonly session: 'signed_out' | 'expired' | 'signing_in' | 'signed_in';
  /** The page for the browser while a sign-in waits for the person. */
  readonly signInUrl: string | null;
  readonly me: Me | null;
}

export interface Account {
  state(): AccountState;
  /**
   * Opens the browser and ends when the person has signed in; a newer call ends an older one.
   * Throws `account.sign_in_cancelled`, `account.sign_in_timeout`, `account.sign_in_failed`,
   * `account.other_company`, `cloud.*`.
   */
  signIn(signal: AbortSignal): Promise<void>;
  /** Forgets the tokens, and tells the provider where it can be reached. */
  signOut(): Promise<void>;
  /**
   * A token to send; given one that was refused, another one. Throws `account.signed_out`,
   * `account.session_expired`, or `cloud.*` where the provider cannot be reached: that signs nobody out.
   */
  accessToken(refused?: string): Promise<string>;
  /** Asks the cloud who is signed in, and stores it. Throws `cloud.*`, `account.*`. */
  loadMe(signal: AbortSignal): Promise<Me>;
  /** Tells of every change of `state()`; ends with the returned function. */
  onChange(listener: () => void): () => void;
}

export interface AccountDeps {
  readonly store: Store;
  readonly identity: IdentitySettings;
  readonly fetch: typeof globalThis.fetch;
  /** `GET /me` of the cloud; called only after `createAccount` has returned. */
  readonly readMe: CloudPort['me'];
  /** The laptop's clock. */
  readonly now: () => number;
  /** Calls back after so many milliseconds of monotonic time; the returned function cancels. */
  readonly setTimer: (callback: () => void, ms: number) => () => void;
  /** Opens a page in the system browser. */
  readonly openExternal: (url: string) => void;
}

/** Waits for a call no longer than the signal allows; the call itself ends by its own time limit. */
function untilAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    call.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const tokensSchema = z.object({ accessToken: z.string(), refreshToken: z.string().nullable() });

/** The person signed in: sign-in, refresh, sign-out, and what the cloud told of them. */
export function createAccount(deps: AccountDeps): Account {
  const identity: IdentityOptions = { ...deps.identity, fetch: deps.fetch };
  const listeners = new Set<() => void>();
  const stored = deps.store.account.get();
  const parsedTokens = tokensSchema.safeParse(stored?.tokens);
  let tokens: Tokens | null = parsedTokens.success ? parsedTokens.data : null;
  let me: Me | null = parseMe(stored?.me) ?? null;
  let expired = false;
  let attempt: { url: string | null; cancel: AbortController } | null = null;
  let refreshing: Promise<string> | null = null;

  function changed(): void {
    for (const listener of listeners) listener();
  }

  function keep(next: Tokens | null): void {
    tokens = next;
    deps.store.account.save({ tokens: next }, deps.now());
  }

  /** Waits for the person in the browser; closes the listener whatever happens. */
  async function askPerson(signal: AbortSignal, show: (url: string) => void): Promise<Tokens> {
    const listener = await listenForRedirect();
    try {
      const authorization = await untilAborted(authorize(identity, listener.redirectUri), signal);
      const redirect = listener.wait(authorization.state, signal);
      show(authorization.url.href);
      // Where no browser opens, the address stands in `signInUrl`, and the person opens it.
      deps.openExternal(authorization.url.href);
      return await untilAborted(authorization.exchange(await redirect), signal);
    } finally {
      listener.close();
    }
  }

  /** Idempotency keys belong to a company (C5): what waits for one must not be sent as another. */
  async function enter(next: Tokens, signal: AbortSignal): Promise<void> {
    const before = { tokens, companyId: me?.companyId };
    tokens = next;
    try {
      const answer = await deps.readMe(signal);
      const other = before.companyId !== undefined && before.companyId !== answer.me.companyId;
      if (other && deps.store.outbox.counts().unsent > 0) {
        throw new CodedError('account.other_company', { company: answer.me.person.company });
      }
      me = answer.me;
      expired = false;
      deps.store.account.save({ tokens, me: answer.wire }, deps.now());
    } catch (error) {
      tokens = before.tokens;
      throw error;
    }
  }

  async function signIn(signal: AbortSignal): Promise<void> {
    attempt?.cancel.abort(new CodedError('account.sign_in_cancelled'));
    const cancel = new AbortController();
    const mine = { url: null as string | null, cancel };
    attempt = mine;
    changed();
    const onAbort = () => cancel.abort(new CodedError('account.sign_in_cancelled'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const stopTimer = deps.setTimer(
      () => cancel.abort(new CodedError('account.sign_in_timeout')),
      signInLimitMs,
    );
    try {
      const show = (url: string) => {
        mine.url = url;
        changed();
      };
      await enter(await askPerson(cancel.signal, show), cancel.signal);
    } catch (error) {
      throw cancel.signal.aborted ? cancel.signal.reason : asCodedError(error);
    } finally {
      stopTimer();
      signal.removeEventListener('abort', onAbort);
      if (attempt === mine) attempt = null;
      changed();
    }
  }

  async function signOut(): Promise<void> {
    attempt?.cancel.abort(new CodedError('account.sign_in_cancelled'));
    const last = tokens;
    expired = false;
    keep(null);
    changed();
    if (last === null) return;
    let stopTimer = () => {};
    const limit = new Promise<void>((resolve) => {
      stopTimer = deps.setTimer(resolve, revokeLimitMs);
    });
    // Without the provider the tokens are gone from here all the same.
    await Promise.race([revoke(identity, last.refreshToken ?? last.accessToken).catch(() => {}), limit]);
    stopTimer();
  }

  /** A new token in place of `last`; where a sign-in or sign-out came between, what that left. */
  async function renew(last: Tokens): Promise<string> {
    try {
      if (last.refreshToken === null) throw new CodedError('account.session_expired');
      const next = await refresh(identity, last.refreshToken);
      if (tokens === last) keep(next);
    } catch (error) {
      if (tokens === last && error instanceof CodedError && error.code === 'account.session_expired') {
        expired = true;
        keep(null);
        changed();
      }
      if (tokens === last || tokens === null) throw error;
    }
    if (tokens === null) throw new CodedError('account.signed_out');
    return tokens.accessToken;
  }

  return {
    state() {
      const ended = expired ? 'expired' : 'signed_out';
      const session = attempt !== null ? 'signing_in' : tokens !== null ? 'signed_in' : ended;
      return { session, signInUrl: attempt?.url ?? null, me };
    },
    signIn,
    signOut,
    async accessToken(refused) {
      if (tokens === null) throw new CodedError(expired ? 'account.session_expired' : 'account.signed_out');
      if (refused === undefined || tokens.accessToken !== refused) return tokens.accessToken;
      refreshing ??= renew(tokens).finally(() => {
        refreshing = null;
      });
      return refreshing;
    },
    async loadMe(signal) {
      const answer = await deps.readMe(signal);
      const before = JSON.stringify(deps.store.account.get()?.me);
      if (JSON.stringify(answer.wire) !== before) {
        me = answer.me;
        deps.store.account.save({ me: answer.wire }, deps.now());
        changed();
      }
      return answer.me;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
