import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Configuration, type JWK, Provider } from 'oidc-provider';
import { type Installer, installers } from '../company.ts';
import { html, renderPage } from '../html.ts';
import type { Store } from '../store/store.ts';
import { createAdapterFactory } from './adapter.ts';

const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;

/** Where the log-in and consent pages of the provider are. */
export const interactionPath = '/oidc/interaction';

/** The identity provider of C38: certified, its signing key and everything it remembers kept in `store`. */
export function createProvider(store: Store, origin: string): Provider {
  return new Provider(`${origin}/oidc`, {
    adapter: createAdapterFactory(store),
    clients: [
      {
        client_id: 'doorstep',
        client_name: 'Doorstep',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        // A native client's loopback redirect matches with any port (RFC 8252).
        redirect_uris: ['http://127.0.0.1/callback'],
      },
    ],
    jwks: { keys: [signingKey(store)] },
    cookies: { keys: [store.metaOnce('oidc_cookie_key', () => randomBytes(32).toString('base64url'))] },
    scopes: ['openid', 'offline_access', 'installer_api'],
    claims: { openid: ['sub', 'name', 'email'] },
    findAccount: (_context, id) => findAccount(id),
    pkce: { required: () => true },
    responseTypes: ['code'],
    interactions: { url: (_context, interaction) => `${interactionPath}/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
      },
    },
    ttl: {
      AccessToken: hourSeconds,
      AuthorizationCode: 60,
      Grant: 400 * daySeconds,
      IdToken: hourSeconds,
      Interaction: hourSeconds,
      RefreshToken: 90 * daySeconds,
      Session: 14 * daySeconds,
    },
    renderError,
  });
}

function findAccount(id: string) {
  const person = installers.find((installer) => installer.id === id);
  if (!person) return undefined;
  return {
    accountId: id,
    claims: () => ({ sub: id, name: person.full_name, email: person.email }),
  };
}

function signingKey(store: Store): JWK {
  const text = store.metaOnce('oidc_signing_key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = {
      ...privateKey.export({ format: 'jwk' }),
      use: 'sig',
      alg: 'RS256',
      kid: randomBytes(8).toString('hex'),
    };
    return JSON.stringify(key);
  });
  return JSON.parse(text) as JWK;
}

const renderError: NonNullable<Configuration['renderError']> = (context, out) => {
  const lines = Object.entries(out).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`);
  context.type = 'html';
  context.set(
    'content-security-policy',
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  context.body = renderPage({
    language: 'en',
    title: 'Sign-in did not work',
    content: html`<p>Go back to Doorstep and sign in again.</p><dl>${lines}</dl>`,
  });
};

/** Who an access token for the installer's API speaks for; `null` if it is dead, unknown or for something else. */
export async function findInstaller(provider: Provider, token: string): Promise<Installer | null> {
  const found = await provider.AccessToken.find(token);
  if (!found?.isValid || !found.scopes.has('installer_api')) return null;
  return installers.find((installer) => installer.id === found.accountId) ?? null;
}

/** Kills all access tokens; refresh tokens live on (trap `token_dies`). */
export function killAccessTokens(store: Store): void {
  store.run("DELETE FROM oidc WHERE model = 'AccessToken'");
}
