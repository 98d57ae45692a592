import type { IncomingMessage, RequestListener } from 'node:http';
import formbody from '@fastify/formbody';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import type { Provider } from 'oidc-provider';
import { v7 as uuidv7 } from 'uuid';
import { registerApi } from './api/server.ts';
import { createClock } from './clock.ts';
import type { Cloud } from './cloud.ts';
import { loadContract } from './contract.ts';
import { registerControls } from './controls.ts';
import { html, sendPage } from './html.ts';
import { listenOnLoopback } from './http.ts';
import { countDeliveries, startMailbox } from './mail/mailbox.ts';
import { startMailer } from './mail/mailer.ts';
import { registerSignInPages } from './oidc/pages.ts';
import { createProvider, findInstaller, interactionPath, killAccessTokens } from './oidc/provider.ts';
import { registerOwnerPages } from './owner/pages.ts';
import { ApiProblem } from './problem.ts';
import { Store } from './store/store.ts';
import { createTraps, type TrapChanges } from './traps.ts';

export { installerPassword, installers } from './company.ts';
export { SignInError, type SignInRequest, signInAsPracticeInstaller } from './sign-in.ts';
export type { TrapChanges, TrapName, TrapValues } from './traps.ts';

/** How to start a practice cloud. */
export interface PracticeCloudOptions {
  /** Where its file is; made if missing. One process at a time. */
  readonly dataDir: string;
  /** 0 for any. */
  readonly port: number;
  /** The real clock, milliseconds; the cloud's own may be ahead of it (C39). */
  readonly now?: () => number;
  /** An SMTP server to send to; default: the embedded one, whose mailbox is under `mailboxUrl`. */
  readonly smtp?: { readonly host: string; readonly port: number };
  /** Traps to switch on at the start (C40). */
  readonly traps?: TrapChanges;
}

/** A practice cloud that runs. */
export interface PracticeCloud {
  /** The origin: `/v1`, `/oidc`, `/owner` and `/practice` are below it. */
  readonly url: string;
  readonly mailboxUrl: string;
  /** How many messages the embedded mail server took, repeated ones included; since the data folder was made. */
  smtpDeliveries(): number;
  close(): Promise<void>;
}

/**
 * Starts the practice cloud on 127.0.0.1: the contract of openapi.yaml, an identity provider, mail and the owner's
 * pages. The same data folder brings everything back: data, clock, traps, keys, mail that waits.
 * @throws SqliteError `SQLITE_BUSY` if another process uses the folder; `EADDRINUSE` if the port is taken
 */
export async function startPracticeCloud(options: PracticeCloudOptions): Promise<PracticeCloud> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const store = new Store(options.dataDir);
    closers.push(() => store.close());
    const clock = createClock(store, options.now ?? Date.now);
    const mailbox = await startMailbox(store, clock);
    closers.push(() => mailbox.close());
    let wakeMailer = (): void => {};
    const contract = loadContract();
    const traps = createTraps(store, contract, {
      killTokens: () => killAccessTokens(store),
      changed: () => wakeMailer(),
    });
    const violations = options.traps ? traps.change(options.traps) : [];
    if (violations.length > 0) throw new TypeError(`traps: ${JSON.stringify(violations)}`);

    const server = await listenOnLoopback(options.port);
    const cloud: Cloud = { store, clock, contract, traps, url: server.url, mailQueued: () => wakeMailer() };
    const mailer = startMailer(cloud, options.smtp ?? { host: '127.0.0.1', port: mailbox.port });
    closers.push(() => mailer.close());
    wakeMailer = mailer.wake;
    closers.push(() => server.close());
    const provider = createProvider(store, server.url);
    const app = createApp(cloud, provider);
    closers.push(() => app.close());
    await app.ready();
    server.serve(dispatcher(app, provider));
    return {
      url: server.url,
      mailboxUrl: `${server.url}/practice/mailbox`,
      smtpDeliveries: () => countDeliveries(store),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The identity provider reads its own requests; everything else is the app's. */
function dispatcher(app: FastifyInstance, provider: Provider): RequestListener {
  const provide = provider.callback();
  return (request, response) => {
    const path = request.url ?? '/';
    if (!/^\/oidc(\/|$)/.test(path) || path.startsWith(`${interactionPath}/`)) {
      app.routing(request, response);
      return;
    }
    // What oidc-provider needs to know where it is mounted.
    Object.assign(request, { originalUrl: path } satisfies Partial<
      IncomingMessage & { originalUrl: string }
    >);
    request.url = path.slice('/oidc'.length) || '/';
    void provide(request, response);
  };
}

function createApp(cloud: Cloud, provider: Provider): FastifyInstance {
  const app = fastify({
    genReqId: () => uuidv7(),
    // Longer than any id: what is no UUID is refused as such, not as an unknown path.
    routerOptions: { maxParamLength: 2000 },
    exposeHeadRoutes: false,
    frameworkErrors: (_error, request, reply) => sendBadAddress(request.id, reply as unknown as FastifyReply),
  });
  registerApi(app, cloud, (token) => findInstaller(provider, token));
  registerControls(app, cloud);
  app.register(async (pages) => {
    await readyForForms(pages);
    pages.addHook('onSend', async (_request, reply) => {
      reply.header('date', new Date(cloud.clock.now()).toUTCString());
    });
    registerOwnerPages(pages, cloud);
  });
  app.register(async (pages) => {
    await readyForForms(pages);
    registerSignInPages(pages, provider);
  });
  app.setNotFoundHandler((_request, reply) => {
    const content = html`<p><a href="/owner/log-in">Log in as an owner</a> · <a href="/practice/mailbox">Mailbox</a></p>`;
    return sendPage(reply, 404, { language: 'en', title: 'There is no such page', content });
  });
  return app;
}

/** Pages take forms and nothing else, and fail as pages. */
async function readyForForms(pages: FastifyInstance): Promise<void> {
  pages.removeAllContentTypeParsers();
  await pages.register(formbody, { bodyLimit: 16 * 1024 });
  pages.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) console.error('practice cloud:', error);
    const content = html`<p>Go back and try again.</p>`;
    return sendPage(reply, status, { language: 'en', title: 'This did not work', content });
  });
}

/** An address that cannot even be decoded. */
function sendBadAddress(requestId: string, reply: FastifyReply): FastifyReply {
  const problem = new ApiProblem('invalid_id');
  reply.code(problem.status).type('application/problem+json; charset=utf-8');
  return reply.send(JSON.stringify(problem.document(requestId)));
}
