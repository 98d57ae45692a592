import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Provider } from 'oidc-provider';
import { addressKey } from '../cloud.ts';
import { installerPassword, installers } from '../company.ts';
import { type Html, html, sendPage } from '../html.ts';
import { interactionPath } from './provider.ts';

/** The redirect that follows a form leads to the app's own loopback port. */
const loopbackTargets = ' http://127.0.0.1:*';

interface InteractionPath {
  Params: { uid: string };
  Body: Record<string, unknown> | undefined;
}

/** The provider's own pages: log-in, and consent without anything to fill in (C38). */
export function registerSignInPages(app: FastifyInstance, provider: Provider): void {
  app.get<InteractionPath>(`${interactionPath}/:uid`, async (request, reply) => {
    const { prompt, params } = await provider.interactionDetails(request.raw, reply.raw);
    return prompt.name === 'login'
      ? sendLogIn(reply, 200, request.params.uid, textOf(params.login_hint), null)
      : sendConsent(reply, request.params.uid);
  });

  app.post<InteractionPath>(`${interactionPath}/:uid/log-in`, async (request, reply) => {
    const email = textOf(request.body?.email);
    const person = installers.find((installer) => addressKey(installer.email) === addressKey(email.trim()));
    // The password is public (C38); there is nothing to compare in constant time.
    if (!person || request.body?.password !== installerPassword) {
      await provider.interactionDetails(request.raw, reply.raw);
      const error = html`<p class="error" role="alert" data-error="credentials">This address and this password do not belong together.</p>`;
      return sendLogIn(reply, 401, request.params.uid, email, error);
    }
    const result = { login: { accountId: person.id } };
    return reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);
  });

  app.post<InteractionPath>(`${interactionPath}/:uid/consent`, async (request, reply) => {
    const { prompt, params, session } = await provider.interactionDetails(request.raw, reply.raw);
    if (prompt.name !== 'consent' || !session) {
      return reply.redirect(`${interactionPath}/${request.params.uid}`, 303);
    }
    const grant = new provider.Grant({
      accountId: session.accountId,
      clientId: textOf(params.client_id),
    });
    grant.addOIDCScope(textOf(params.scope));
    const result = { consent: { grantId: await grant.save() } };
    return reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function sendLogIn(
  reply: FastifyReply,
  status: number,
  uid: string,
  email: string,
  error: Html | null,
): FastifyReply {
  const content = html`<p>Sign in to the practice cloud as an installer.</p>
${error}
<form method="post" action="${interactionPath}/${uid}/log-in">
<label>E-mail <input name="email" type="email" autocomplete="username" required value="${email}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
</form>
<details><summary>Who can sign in here</summary>
<ul>${installers.map((person) => html`<li>${person.email} (${person.role}, ${person.company.customer_reference})</li>`)}</ul>
<p>The password of all is <code>${installerPassword}</code>.</p></details>`;
  return sendPage(reply, status, { language: 'en', title: 'Sign in', content }, loopbackTargets);
}

function sendConsent(reply: FastifyReply, uid: string): FastifyReply {
  const content = html`<p>Doorstep on this computer wants to register sites and invite their owners in your name.</p>
<form method="post" action="${interactionPath}/${uid}/consent"><button type="submit">Allow</button></form>`;
  return sendPage(reply, 200, { language: 'en', title: 'Let Doorstep in', content }, loopbackTargets);
}
