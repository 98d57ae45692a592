import * as client from 'openid-client';
import { CodedError } from '../../contract/index.ts';
import { clockOffset, readBounded, silence, withBody } from '../cloud/index.ts';

/** One exchange with the identity provider. */
const callTimeoutS = 15;
/** Discovery documents and token answers are a few kilobytes. */
const maxAnswerBytes = 1024 * 1024;

/** Who signs people in, and as what this app is known there. Configuration. */
export interface IdentitySettings {
  /** The issuer's address, e.g. `https://login.example.org/oidc`. */
  readonly issuer: string;
  readonly clientId: string;
  /** e.g. `openid offline_access installer_api`. */
  readonly scope: string;
}

export interface IdentityOptions extends IdentitySettings {
  readonly fetch: typeof globalThis.fetch;
}

/** What a sign-in or a refresh gives. */
export interface Tokens {
  readonly accessToken: string;
  /** Null where the provider gives none: the session then ends with the access token. */
  readonly refreshToken: string | null;
}

/** One attempt to sign in: the page for the browser, and the way from its answer to tokens. */
export interface Authorization {
  readonly url: URL;
  readonly state: string;
  /** Trades the redirect for tokens. Throws `account.sign_in_cancelled`, `account.sign_in_failed`, `cloud.*`. */
  exchange(redirect: URL): Promise<Tokens>;
}

/** The parameters of the authorization request that no library chooses: `offline_access` needs the consent (C38). */
const consent = { prompt: 'consent' };

function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}

/** A fetch that refuses long answers and turns silence into its code. */
function limitedFetch(fetch: typeof globalThis.fetch): client.CustomFetch {
  return async (url, options) => {
    try {
      const response = await fetch(url, options as RequestInit);
      const body = await readBounded(response, maxAnswerBytes);
      if (body !== undefined) return withBody(response, body);
    } catch (error) {
      throw silence(error, false);
    }
    throw new CodedError('account.sign_in_failed', { reason: 'answer_too_long' });
  };
}

/** The coded error among the causes of what a library threw. */
function codedCause(error: unknown, depth = 0): CodedError | undefined {
  if (error instanceof CodedError) return error;
  if (!(error instanceof Error) || depth > 5) return undefined;
  return codedCause(error.cause, depth + 1);
}

/** OAuth's own word for what went wrong (`access_denied`, `invalid_grant`), or undefined. */
function oauthError(error: unknown): string | undefined {
  const answered =
    error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError;
  return answered ? error.error : undefined;
}

/** Tells a failed exchange by the codes that the library and OAuth give, never by its text. */
function failure(error: unknown): CodedError {
  const coded = codedCause(error);
  if (coded !== undefined) return coded;
  const word = oauthError(error);
  if (word === 'access_denied') return new CodedError('account.sign_in_cancelled', {}, { cause: error });
  const code = error instanceof client.ClientError ? error.code : undefined;
  const reason = (word ?? code ?? 'unknown').replace(/[^\w.-]/g, '').slice(0, 60);
  return new CodedError('account.sign_in_failed', { reason }, { cause: error });
}

function tokensOf(answer: { access_token: string; refresh_token?: string }, before: string | null): Tokens {
  return { accessToken: answer.access_token, refreshToken: answer.refresh_token ?? before };
}

/**
 * Discovers the provider anew, so that the offset of its clock (C4) is that of now: a laptop that is days off
 * would otherwise refuse every ID token. Measured against `Date.now()`, which is what the library adds it to.
 */
async function discover(options: IdentityOptions): Promise<client.Configuration> {
  const issuer = new URL(options.issuer);
  const fetchLimited = limitedFetch(options.fetch);
  const metadata: Partial<client.ClientMetadata> = {};
  const measuring: client.CustomFetch = async (url, init) => {
    const sentAt = Date.now();
    const response = await fetchLimited(url, init);
    const offsetMs = clockOffset(response.headers.get('date'), sentAt, Date.now());
    metadata[client.clockSkew] ??= Math.round((offsetMs ?? 0) / 1000);
    return response;
  };
  return client.discovery(issuer, options.clientId, metadata, client.None(), {
    [client.customFetch]: measuring,
    timeout: callTimeoutS,
    execute: isLoopback(issuer) ? [client.allowInsecureRequests] : [],
  });
}

/** Begins a sign-in: authorization code with PKCE S256 and a state (RFC 7636, RFC 8252). */
export async function authorize(options: IdentityOptions, redirectUri: string): Promise<Authorization> {
  try {
    const config = await discover(options);
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: options.scope,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...consent,
    });
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    return {
      url,
      state,
      exchange: async (redirect) => {
        try {
          return tokensOf(await client.authorizationCodeGrant(config, redirect, checks), null);
        } catch (error) {
          throw failure(error);
        }
      },
    };
  } catch (error) {
    throw failure(error);
  }
}

/** Trades a refresh token for new tokens. Throws `account.session_expired` where it is refused, `cloud.*`. */
export async function refresh(options: IdentityOptions, refreshToken: string): Promise<Tokens> {
  try {
    return tokensOf(await client.refreshTokenGrant(await discover(options), refreshToken), refreshToken);
  } catch (error) {
    if (oauthError(error) === 'invalid_grant')
      throw new CodedError('account.session_expired', {}, { cause: error });
    throw failure(error);
  }
}

/** Tells the provider that a token is no longer wanted, where it offers that. */
export async function revoke(options: IdentityOptions, token: string): Promise<void> {
  try {
    const config = await discover(options);
    if (config.serverMetadata().revocation_endpoint !== undefined)
      await client.tokenRevocation(config, token);
  } catch (error) {
    throw failure(error);
  }
}
