import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { resourcePath } from '../../../frame/resource-path.ts';
import { type Cloud, passwordRule } from '../cloud.ts';
import { type Html, sendPage } from '../html.ts';
import type { LinkKind } from '../mail/links.ts';
import type { Language } from '../mail/queue.ts';
import { isLanguage, textsIn } from '../texts.ts';
import {
  consumeLink,
  grantAccess,
  logIn,
  openOwnerLink,
  readSites,
  requestReset,
  signUp,
} from './accounts.ts';
import { followsRule, hashPassword } from './passwords.ts';
import { type Account, csrfField, endSession, findSession, isOwnForm, startSession } from './sessions.ts';
import {
  type FormFrame,
  forgotView,
  linkGoneView,
  logInView,
  logOutForm,
  mailSentView,
  passwordView,
  type RefusalCode,
  signUpView,
  sitesView,
} from './views.ts';

const statusOf: Readonly<Record<RefusalCode, number>> = {
  password_rule: 422,
  password_mismatch: 422,
  validation_failed: 422,
  credentials: 401,
  csrf: 403,
  rate_limited: 429,
  link_expired: 410,
  link_dead: 410,
};

/** One visit of a page. */
interface Visit {
  readonly cloud: Cloud;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A posted field; empty where it is missing or posted twice. */
function field(request: FastifyRequest, name: string): string {
  const value = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

/** A posted text as the contract wants it: NFC, not blank at either end. */
const textField = (request: FastifyRequest, name: string) => field(request, name).normalize('NFC').trim();

/** The language of the person where it is known, else of the browser. */
function languageOf(request: FastifyRequest, known?: string): Language {
  if (isLanguage(known)) return known;
  const wanted = (request.headers['accept-language'] ?? '').slice(0, 200).split(',');
  return wanted.map((part) => part.trim().slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

function frameOf({ cloud, request, reply }: Visit, error: RefusalCode | null, language?: string): FormFrame {
  const spoken = languageOf(request, language);
  return { language: spoken, texts: textsIn(spoken).page, csrf: csrfField(cloud, request, reply), error };
}

function show({ reply }: Visit, frame: FormFrame, title: string, content: Html, head?: Html): FastifyReply {
  const status = frame.error === null ? 200 : statusOf[frame.error];
  return sendPage(reply, status, { language: frame.language, title, content, ...(head && { head }) });
}

/** Mounts the owner's pages (C35 to C37). */
export function registerOwnerPages(app: FastifyInstance, cloud: Cloud): void {
  const style = readFileSync(resourcePath('practice/style.css'), 'utf8');
  const visit = (request: FastifyRequest, reply: FastifyReply): Visit => ({ cloud, request, reply });
  app.get('/owner/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(style));
  app.get('/owner', (_request, reply) => reply.redirect('/owner/sites', 303));

  app.get('/owner/sign-up', (request, reply) => showSignUp(visit(request, reply), null));
  app.post('/owner/sign-up', (request, reply) => postSignUp(visit(request, reply)));
  app.get('/owner/forgot', (request, reply) => showForgot(visit(request, reply), null));
  app.post('/owner/forgot', (request, reply) => postForgot(visit(request, reply)));
  app.get('/owner/log-in', (request, reply) => showLogIn(visit(request, reply), null));
  app.post('/owner/log-in', (request, reply) => postLogIn(visit(request, reply)));
  app.post('/owner/log-out', (request, reply) => postLogOut(visit(request, reply)));
  app.get('/owner/sites', (request, reply) => showSites(visit(request, reply), null));
  app.post<{ Params: { uid: string } }>('/owner/sites/:uid/installer_access', (request, reply) =>
    postAccess(visit(request, reply), request.params.uid),
  );
  for (const kind of ['invitation', 'confirm', 'reset'] as const) {
    app.get<{ Params: { token: string } }>(`/owner/${kind}/:token`, (request, reply) =>
      showLink(visit(request, reply), kind, request.params.token, null),
    );
    app.post<{ Params: { token: string } }>(`/owner/${kind}/:token`, (request, reply) =>
      postLink(visit(request, reply), kind, request.params.token),
    );
  }
}

function isForeign({ cloud, request }: Visit): boolean {
  return !isOwnForm(cloud, request, field(request, 'csrf'));
}

function showSignUp(visit: Visit, error: RefusalCode | null): FastifyReply {
  const frame = frameOf(visit, error, field(visit.request, 'language'));
  const names = ['full_name', 'email', 'language'] as const;
  const values = Object.fromEntries(names.map((name) => [name, field(visit.request, name)]));
  return show(visit, frame, frame.texts.signUp, signUpView(frame, values));
}

function postSignUp(visit: Visit): FastifyReply {
  const { cloud, request } = visit;
  if (isForeign(visit)) return showSignUp(visit, 'csrf');
  const fullName = textField(request, 'full_name');
  const email = textField(request, 'email');
  const language = field(request, 'language');
  const isComplete =
    isValid(cloud, 'Name', fullName) && isValid(cloud, 'Email', email) && isLanguage(language);
  if (!isComplete) return showSignUp(visit, 'validation_failed');
  signUp(cloud, { fullName, email, language });
  return showMailSent(visit, language);
}

function isValid(cloud: Cloud, schema: string, value: string): boolean {
  return cloud.contract.check(schema, value).length === 0;
}

/** The same for every address: no page tells who has an account. */
function showMailSent(visit: Visit, language?: string): FastifyReply {
  const frame = frameOf(visit, null, language);
  return show(visit, frame, frame.texts.mailSent, mailSentView(frame.texts));
}

function showForgot(visit: Visit, error: RefusalCode | null): FastifyReply {
  const frame = frameOf(visit, error);
  return show(visit, frame, frame.texts.forgot, forgotView(frame, field(visit.request, 'email')));
}

function postForgot(visit: Visit): FastifyReply {
  if (isForeign(visit)) return showForgot(visit, 'csrf');
  const email = textField(visit.request, 'email');
  if (!isValid(visit.cloud, 'Email', email)) return showForgot(visit, 'validation_failed');
  requestReset(visit.cloud, email);
  return showMailSent(visit);
}

function showLogIn(visit: Visit, error: RefusalCode | null): FastifyReply {
  const frame = frameOf(visit, error);
  return show(visit, frame, frame.texts.logIn, logInView(frame, field(visit.request, 'email')));
}

async function postLogIn(visit: Visit): Promise<FastifyReply> {
  const { cloud, request, reply } = visit;
  if (isForeign(visit)) return showLogIn(visit, 'csrf');
  const found = await logIn(cloud, textField(request, 'email').slice(0, 254), field(request, 'password'));
  if (typeof found === 'string') return showLogIn(visit, found);
  startSession(cloud, request, reply, found);
  return reply.redirect('/owner/sites', 303);
}

function postLogOut(visit: Visit): FastifyReply {
  if (isForeign(visit)) return showSites(visit, 'csrf');
  endSession(visit.cloud, visit.request, visit.reply);
  return visit.reply.redirect('/owner/log-in', 303);
}

function showSites(visit: Visit, error: RefusalCode | null): FastifyReply {
  const { cloud, request, reply } = visit;
  const account = findSession(cloud, request);
  if (!account) return error === 'csrf' ? showLogIn(visit, error) : reply.redirect('/owner/log-in', 303);
  const frame = frameOf(visit, error, account.language);
  const content = sitesView(frame, readSites(cloud, account), cloud.clock.now());
  return show(visit, frame, frame.texts.sites, content, logOutForm(frame.texts, frame.csrf));
}

function postAccess(visit: Visit, siteUid: string): FastifyReply {
  const { cloud, request, reply } = visit;
  const account: Account | undefined = findSession(cloud, request);
  if (!account) return reply.redirect('/owner/log-in', 303);
  if (isForeign(visit)) return showSites(visit, 'csrf');
  if (!grantAccess(cloud, account, siteUid)) return showSites(visit, 'validation_failed');
  return reply.redirect('/owner/sites', 303);
}

function showLink(visit: Visit, kind: LinkKind, token: string, error: RefusalCode | null): FastifyReply {
  const { cloud, request } = visit;
  const opened = openOwnerLink(cloud, kind, token);
  if (typeof opened === 'string') return showLinkGone(visit, opened);
  const { link, account } = opened;
  const frame = frameOf(visit, error, link.language);
  const isPosted = request.method === 'POST';
  const content = passwordView(frame, {
    action: `/owner/${kind}/${token}`,
    email: link.email,
    rule: passwordRule(cloud),
    person: account
      ? null
      : {
          fullName: isPosted ? field(request, 'full_name') : link.full_name,
          phone: field(request, 'phone'),
        },
  });
  return show(visit, frame, frame.texts[kind], content);
}

function showLinkGone(visit: Visit, code: 'link_dead' | 'link_expired'): FastifyReply {
  const frame = frameOf(visit, code);
  return show(visit, frame, frame.texts.linkGone, linkGoneView(frame.texts, code));
}

async function postLink(visit: Visit, kind: LinkKind, token: string): Promise<FastifyReply> {
  const { cloud, request, reply } = visit;
  // A link that opens nothing says so before anything else (C36).
  const opened = openOwnerLink(cloud, kind, token);
  if (typeof opened === 'string') return showLinkGone(visit, opened);
  if (isForeign(visit)) return showLink(visit, kind, token, 'csrf');
  const error = formError(cloud, request, opened.account === undefined);
  if (error) return showLink(visit, kind, token, error);
  const result = consumeLink(cloud, kind, token, {
    fullName: textField(request, 'full_name'),
    phone: textField(request, 'phone'),
    passwordHash: await hashPassword(field(request, 'password')),
  });
  return result === 'done' ? reply.redirect('/owner/log-in', 303) : showLinkGone(visit, result);
}

function formError(cloud: Cloud, request: FastifyRequest, needsName: boolean): RefusalCode | null {
  const phone = textField(request, 'phone');
  const isPerson =
    isValid(cloud, 'Name', textField(request, 'full_name')) && /^[+\d ()./-]{0,40}$/.test(phone);
  if (needsName && !isPerson) return 'validation_failed';
  const password = field(request, 'password');
  if (!followsRule(password, passwordRule(cloud))) return 'password_rule';
  return password === field(request, 'password_confirmation') ? null : 'password_mismatch';
}
