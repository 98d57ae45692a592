import createClient from 'openapi-fetch';
import * as z from 'zod';
import type { FrozenRequest } from '../../../db/types.ts';
import {
  deviceAnswerSchema,
  installationAnswerSchema,
  invitationAnswerSchema,
  meSchema,
  subscriptionAnswerSchema,
  treeAnswerSchema,
} from './answers.ts';
import { CloudFailure, failureOf, unreadableAnswer } from './failure.ts';
import type { paths } from './openapi.gen.ts';
import { readList } from './pages.ts';
import type { CloudAnswer, CloudPort, WriteKind } from './port.ts';
import { requestOf } from './requests.ts';
import { retryAfter } from './time.ts';
import { type AnswerHeard, createTransport } from './transport.ts';

/** A write may wait 10 s for its twin (C10) and then do its work. */
const writeTimeoutMs = 30_000;
const readTimeoutMs = 15_000;
/** openapi.yaml: at most 32 MiB down. */
const maxAnswerBytes = 32 * 1024 * 1024;

export interface CloudOptions {
  /** Base address; the contract's paths begin below its `/v1`. Configuration; there is no default. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  /** The laptop's clock. */
  readonly now: () => number;
  /** A token to send; given one that the cloud has just refused, another one (C14). Throws `account.*`. */
  readonly accessToken: (refused?: string) => Promise<string>;
  readonly timeouts?: { readonly writeMs: number; readonly readMs: number };
}

type Client = ReturnType<typeof createClient<paths>>;
/** The client by method and concrete path, for what is frozen or was given as a link. */
type RawClient = { request(method: string, path: string, init: object): Promise<Fetched> };

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}
interface Answer {
  readonly json: unknown;
  readonly response: Response;
}

/** What openapi-fetch made of an answer: the text of a success, the JSON or text of an error. */
interface Fetched {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** A success as JSON; anything else as its `CloudFailure`. */
function readAnswer({ data, error, response }: Fetched, write: boolean): Answer {
  const { status, headers } = response;
  if (!response.ok) {
    const retryAfterMs = retryAfter(headers.get('retry-after'), headers.get('date'));
    throw failureOf({ status, body: error, retryAfterMs, write });
  }
  try {
    return { json: typeof data === 'string' && data !== '' ? JSON.parse(data) : undefined, response };
  } catch (cause) {
    throw unreadableAnswer(status, write, cause);
  }
}

/** Parses what the contract promises; what it does not is `cloud.unreadable_answer`. */
function parse<T>(schema: z.ZodType<T>, { json, response }: Answer, write: boolean): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw unreadableAnswer(response.status, write, parsed.error);
}

function treeOf(answer: Answer, write: boolean) {
  return { items: parse(treeAnswerSchema, answer, write), etag: answer.response.headers.get('etag') };
}

function answerOf(kind: WriteKind, answer: Answer): CloudAnswer {
  switch (kind) {
    case 'create_installation':
    case 'update_installation':
    case 'release':
      return { kind, value: parse(installationAnswerSchema, answer, true) };
    case 'redeem_voucher':
      return { kind, value: parse(subscriptionAnswerSchema, answer, true) };
    case 'add_iq':
    case 'add_repeater':
    case 'add_lock':
      return { kind, value: parse(deviceAnswerSchema, answer, true) };
    case 'replace_tree':
      return { kind, value: treeOf(answer, true) };
    case 'invite_owner':
    case 'correct_invitation':
    case 'resend_invitation':
      return { kind, value: parse(invitationAnswerSchema, answer, true) };
  }
}

function headersOf(request: FrozenRequest, key: string): Record<string, string> {
  return { 'Idempotency-Key': key, ...(request.ifMatch === null ? {} : { 'If-Match': request.ifMatch }) };
}

/** The cloud of `openapi.yaml` over HTTP. */
export function createCloud(options: CloudOptions): CloudPort {
  const listeners = new Set<(heard: AnswerHeard) => void>();
  const timeouts = options.timeouts ?? { writeMs: writeTimeoutMs, readMs: readTimeoutMs };
  const baseUrl = `${options.url.replace(/\/+$/, '')}/v1`;
  const basePath = new URL(baseUrl).pathname;
  const client: Client = createClient<paths>({
    baseUrl,
    fetch: createTransport({
      fetch: options.fetch,
      now: options.now,
      maxBytes: maxAnswerBytes,
      onAnswer: (heard) => {
        for (const listener of listeners) listener(heard);
      },
    }),
  });
  const raw = client as unknown as RawClient;

  /** One exchange with one token. */
  async function exchange(call: Call, token: string): Promise<Answer> {
    const write = call.method !== 'GET';
    const limit = AbortSignal.timeout(write ? timeouts.writeMs : timeouts.readMs);
    const fetched = await raw.request(call.method, call.path, {
      headers: { Accept: 'application/json', ...call.headers, Authorization: `Bearer ${token}` },
      params: { query: call.query ?? {} },
      ...(call.body === undefined || call.body === null ? {} : { body: call.body }),
      signal: AbortSignal.any([call.signal, limit]),
      parseAs: 'text',
    });
    return readAnswer(fetched, write);
  }

  /** C14: a dead token is refreshed once, and the same request repeated. */
  async function exchangeSignedIn(call: Call): Promise<Answer> {
    const token = await options.accessToken();
    try {
      return await exchange(call, token);
    } catch (error) {
      if (!(error instanceof CloudFailure) || error.status !== 401) throw error;
      return await exchange(call, await options.accessToken(token));
    }
  }

  const get = (path: string, signal: AbortSignal) => exchangeSignedIn({ method: 'GET', path, signal });
  const at = (installationId: string) => `/installations/${encodeURIComponent(installationId)}`;

  return {
    async me(signal) {
      const answer = await get('/me', signal);
      return { me: parse(meSchema, answer, false), wire: answer.json };
    },
    async installation(installationId, signal) {
      return parse(installationAnswerSchema, await get(at(installationId), signal), false);
    },
    async devices(kind, installationId, signal) {
      const first = `${at(installationId)}/${kind}s?$top=100`;
      try {
        return await readList(
          async (path) => (await get(path, signal)).json,
          first,
          basePath,
          deviceAnswerSchema,
        );
      } catch (error) {
        throw error instanceof z.ZodError ? unreadableAnswer(200, false, error) : error;
      }
    },
    async tree(installationId, iqId, signal) {
      return treeOf(await get(`${at(installationId)}/iqs/${encodeURIComponent(iqId)}/tree`, signal), false);
    },
    request: requestOf,
    async send(kind, request, key, signal) {
      const { method, path, query, body } = request;
      return answerOf(
        kind,
        await exchangeSignedIn({ method, path, query, body, signal, headers: headersOf(request, key) }),
      );
    },
    onAnswer(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The person and rules as they were stored (`AccountRecord.me`); undefined where nothing usable is there. */
export function parseMe(wire: unknown) {
  const parsed = meSchema.safeParse(wire);
  return parsed.success ? parsed.data : undefined;
}
