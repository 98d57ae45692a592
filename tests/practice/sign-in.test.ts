import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignInError, signInAsPracticeInstaller } from '../../electron/host/practice/index.ts';
import { caller, createSite, startTestCloud, type TestCloud } from './support/cloud.ts';

describe('sign-in (C38)', () => {
  let test: TestCloud;
  beforeAll(async () => {
    test = await startTestCloud();
  });
  afterAll(() => test.close());

  it('gives each of the three people their company and role', async () => {
    const people = ['installer@example.org', 'admin@example.org', 'other@example.org'];
    const answers = [];
    for (const email of people) answers.push((await (await test.signIn(email)).call('GET', '/me')).body);
    expect(answers.map((me) => [me.installer.email, me.installer.role])).toEqual([
      ['installer@example.org', 'basic'],
      ['admin@example.org', 'admin'],
      ['other@example.org', 'basic'],
    ]);
    expect(answers[0].company).toEqual(answers[1].company);
    expect(answers[2].company).not.toEqual(answers[0].company);
    expect(answers[0].link_lifetime_hours).toBe(72);
    expect(answers[0].limits.map((limits: { model: string }) => limits.model)).toContain('*');
  });

  it('gives an ID token and a refresh token that a certified client accepts', async () => {
    const { tokens, configuration } = await test.signIn();
    expect(tokens.claims()).toMatchObject({ iss: `${test.url}/oidc`, aud: 'doorstep' });
    const refreshed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(refreshed.access_token).not.toBe(tokens.access_token);
    expect((await caller(() => test.url, refreshed.access_token)('GET', '/me')).status).toBe(200);
  });

  it('refreshes once more when the answer to the first refresh was lost', async () => {
    const { tokens, configuration } = await test.signIn();
    await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    const again = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect((await caller(() => test.url, again.access_token)('GET', '/me')).status).toBe(200);
  });

  it('refuses a revoked refresh token with invalid_grant (C14)', async () => {
    const { tokens, configuration } = await test.signIn();
    await oidc.tokenRevocation(configuration, tokens.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  const parameters = {
    client_id: 'doorstep',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:5151/callback',
    scope: 'openid offline_access installer_api',
    prompt: 'consent',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'st',
  };
  const authorize = (changes: Record<string, string | undefined>, password = 'Practice-2026') => {
    const entries = Object.entries({ ...parameters, ...changes }).filter((entry) => entry[1] !== undefined);
    const search = new URLSearchParams(entries as [string, string][]);
    const authorizationUrl = `${test.url}/oidc/auth?${search}`;
    return signInAsPracticeInstaller({ authorizationUrl, email: 'installer@example.org', password, fetch });
  };

  it('lets any port of the loopback callback in, and no other address', async () => {
    expect(await authorize({})).toMatch(/^http:\/\/127\.0\.0\.1:5151\/callback\?code=/);
    expect(await authorize({ redirect_uri: 'http://127.0.0.1:5152/callback' })).toContain(
      ':5152/callback?code=',
    );
    for (const redirect_uri of ['http://127.0.0.1:5151/elsewhere', 'http://example.org/callback']) {
      await expect(authorize({ redirect_uri })).rejects.toBeInstanceOf(SignInError);
    }
  });

  it('insists on PKCE with S256', async () => {
    expect(await authorize({ code_challenge: undefined, code_challenge_method: undefined })).toContain(
      'error=',
    );
    expect(await authorize({ code_challenge_method: 'plain' })).toContain('error=invalid_request');
  });

  it('says that the password was wrong, and does not try for ever', async () => {
    await expect(authorize({}, 'wrong')).rejects.toMatchObject({ reason: 'credentials_refused' });
  });

  it('refuses a token that is missing, made up or without the right to the API (C1)', async () => {
    for (const token of ['', 'made-up', 'x'.repeat(2000)]) {
      const answer = await caller(() => test.url, token)('GET', '/me');
      expect([answer.status, answer.body.code]).toEqual([401, 'token_invalid']);
    }
    const unknownPath = await fetch(`${test.url}/v1/nothing`);
    expect(unknownPath.status).toBe(401);
  });

  it('keeps keys, tokens and sites over a restart, and does not know another clock (C39)', async () => {
    const person = await test.signIn();
    const site = await createSite(person);
    const keysBefore = await (await fetch(`${test.url}/oidc/jwks`)).text();
    await test.advance(400 * 86_400);
    await test.restart();
    expect(await (await fetch(`${test.url}/oidc/jwks`)).text()).toBe(keysBefore);
    const answer = await person.call('GET', `/installations/${site.id}`);
    expect([answer.status, answer.body.site_uid]).toEqual([200, site.site_uid]);
    const real = await fetch(`${test.url}/oidc/jwks`);
    expect(Math.abs(Date.parse(real.headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000);
    expect(Date.parse(answer.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(399 * 86_400_000);
  });
});
