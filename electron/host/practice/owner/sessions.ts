import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cloud } from '../cloud.ts';

/** A confirmed account. */
export interface Account {
  id: string;
  email: string;
  email_key: string;
  full_name: string;
  language: string;
  password_hash: string;
  confirmed_at: number;
}

const sessionCookie = 'owner_session';
const visitorCookie = 'owner_visitor';
const sessionMs = 30 * 86_400_000;

const hashToken = (token: string) => createHash('sha256').update(token).digest('hex');

function readCookie(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

function setCookie(
  cloud: Cloud,
  reply: FastifyReply,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void {
  const secure = cloud.url.startsWith('https:') ? '; Secure' : '';
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  const cookie = `${name}=${value}; HttpOnly; SameSite=Lax; Path=/owner${age}${secure}`;
  const earlier = reply.getHeader('set-cookie');
  reply.removeHeader('set-cookie');
  reply.header('set-cookie', [...(Array.isArray(earlier) ? earlier : []), cookie]);
}

/** The account that is logged in here, if any. */
export function findSession(cloud: Cloud, request: FastifyRequest): Account | undefined {
  const token = readCookie(request, sessionCookie);
  if (token === undefined) return undefined;
  return cloud.store.get<Account>(
    `SELECT a.* FROM sessions s JOIN accounts a ON a.id = s.account_id
     WHERE s.token_hash = ? AND s.expires_at > ?`,
    hashToken(token),
    cloud.clock.now(),
  );
}

/** Begins a new session; the one before, if any, is over (C37). */
export function startSession(
  cloud: Cloud,
  request: FastifyRequest,
  reply: FastifyReply,
  account: Account,
): void {
  const now = cloud.clock.now();
  const token = randomBytes(32).toString('base64url');
  cloud.store.transaction(() => {
    dropSession(cloud, request);
    cloud.store.run('DELETE FROM sessions WHERE expires_at <= ?', now);
    const session = { token_hash: hashToken(token), account_id: account.id, expires_at: now + sessionMs };
    cloud.store.insert('sessions', session);
  });
  setCookie(cloud, reply, sessionCookie, token);
}

/** Ends the session here. */
export function endSession(cloud: Cloud, request: FastifyRequest, reply: FastifyReply): void {
  dropSession(cloud, request);
  setCookie(cloud, reply, sessionCookie, '', 0);
}

function dropSession(cloud: Cloud, request: FastifyRequest): void {
  const token = readCookie(request, sessionCookie);
  if (token !== undefined) cloud.store.run('DELETE FROM sessions WHERE token_hash = ?', hashToken(token));
}

/**
 * The hidden field of every form: bound to this browser and to its session, so that no other page can post a form.
 * Gives the browser its mark if it has none.
 */
export function csrfField(cloud: Cloud, request: FastifyRequest, reply: FastifyReply): string {
  let visitor = readCookie(request, visitorCookie);
  if (visitor === undefined) {
    visitor = randomBytes(32).toString('base64url');
    setCookie(cloud, reply, visitorCookie, visitor);
  }
  return csrfToken(cloud, request, visitor);
}

function csrfToken(cloud: Cloud, request: FastifyRequest, visitor: string): string {
  const key = cloud.store.metaOnce('csrf_key', () => randomBytes(32).toString('hex'));
  const session = readCookie(request, sessionCookie) ?? '';
  return createHmac('sha256', key).update(`${visitor} ${session}`).digest('base64url');
}

/** Whether a posted form is one of ours, sent from this browser. */
export function isOwnForm(cloud: Cloud, request: FastifyRequest, csrf: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== cloud.url) return false;
  const visitor = readCookie(request, visitorCookie);
  if (visitor === undefined) return false;
  const wanted = Buffer.from(csrfToken(cloud, request, visitor));
  const given = Buffer.from(csrf);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
