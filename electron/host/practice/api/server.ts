import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Cloud } from '../cloud.ts';
import type { Installer } from '../company.ts';
import { isUuid, type Operation } from '../contract.ts';
import { ApiProblem, type Violation } from '../problem.ts';
import { bodyBytesMax, receiveBody, requireForm } from './body.ts';
import type { Answer, Call } from './call.ts';
import { endpoints } from './endpoints.ts';
import {
  type BoundAnswer,
  bindAnswer,
  boundAnswer,
  fingerprint,
  KeyLocks,
  parseJson,
} from './idempotency.ts';
import { findPath, settle } from './ids.ts';

/** Finds who an access token speaks for; `null` if it is dead or unknown. */
export type FindInstaller = (token: string) => Promise<Installer | null>;

/** The connection is to be closed without an answer (traps `drop`, `commit_then_drop`). */
class Dropped extends Error {}

/** An answer that no part of the cloud wrote (trap `server_error`). */
class HtmlFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Mounts every call of openapi.yaml under `/v1`. */
export function registerApi(app: FastifyInstance, cloud: Cloud, findInstaller: FindInstaller): void {
  const locks = new KeyLocks();
  app.register(
    async (scope) => {
      // Bodies are read in their turn: after token, rate and key (C1).
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
      const answer = async (
        request: FastifyRequest,
        reply: FastifyReply,
        run: () => Promise<BoundAnswer>,
      ) => {
        try {
          sendAnswer(cloud, reply, await run());
        } catch (error) {
          sendFailure(cloud, request, reply, error);
        }
        return reply;
      };
      for (const operation of cloud.contract.operations) {
        const handler = (request: FastifyRequest, reply: FastifyReply) =>
          answer(request, reply, () => runOperation({ cloud, locks, findInstaller }, operation, request));
        scope.route({
          method: operation.method as 'GET',
          url: operation.template.replace(/\{(\w+)\}/g, ':$1'),
          handler,
          // A Content-Type that is none is judged in its turn, too.
          errorHandler: (_error, request, reply) => handler(request, reply),
        });
      }
      scope.setNotFoundHandler((request, reply) =>
        answer(request, reply, async () => {
          await authenticate(cloud, findInstaller, request);
          throw unknownCall(cloud, request);
        }),
      );
    },
    { prefix: '/v1' },
  );
}

function unknownCall(cloud: Cloud, request: FastifyRequest): ApiProblem {
  const path = request.url.split('?')[0] ?? '';
  const methods = cloud.contract.operations
    .filter((operation) => new RegExp(`^/v1${operation.template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .map((operation) => operation.method);
  if (methods.length === 0) return new ApiProblem('not_found');
  return new ApiProblem('method_not_allowed', {}, { allow: methods.join(', ') });
}

/** @throws ApiProblem `token_invalid` */
async function authenticate(
  cloud: Cloud,
  findInstaller: FindInstaller,
  request: FastifyRequest,
): Promise<Installer> {
  const token = /^Bearer ([\w.~+/-]{1,1000}=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const installer = token === undefined ? null : await findInstaller(token);
  if (!installer) {
    throw new ApiProblem('token_invalid', {}, { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
  cloud.traps.countCall();
  return installer;
}

interface Parts {
  readonly cloud: Cloud;
  readonly locks: KeyLocks;
  readonly findInstaller: FindInstaller;
}

/** The checks of C1 in their order, up to the key. */
async function runOperation(
  parts: Parts,
  operation: Operation,
  request: FastifyRequest,
): Promise<BoundAnswer> {
  const { cloud, locks } = parts;
  const installer = await authenticate(cloud, parts.findInstaller, request);
  springTraps(cloud, operation);
  if (!operation.writes) return runRead(cloud, operation, request, installer);
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !isUuid(key)) throw new ApiProblem('idempotency_key_invalid');
  const leave = await locks.enter(installer.company.id, key.toLowerCase());
  try {
    return await runWrite(cloud, operation, request, installer, key.toLowerCase());
  } finally {
    leave();
  }
}

function springTraps(cloud: Cloud, operation: Operation): void {
  const call = `${operation.method} ${operation.template}`;
  const rate = cloud.traps.take('rate_limit', call);
  if (rate) throw new ApiProblem('rate_limited', {}, { 'retry-after': String(rate.retry_after) });
  const failure = cloud.traps.take('server_error', call);
  if (failure) throw new HtmlFailure(failure.status);
  if (cloud.traps.take('drop', call)) throw new Dropped();
}

function runRead(
  cloud: Cloud,
  operation: Operation,
  request: FastifyRequest,
  installer: Installer,
): BoundAnswer {
  const call = createCall(cloud, operation, request, installer, { body: undefined, key: null });
  const answer = commit(cloud, operation, call, null);
  return isUnchanged(request.headers['if-none-match'], answer.headers.etag)
    ? { status: 304, body: null, headers: answer.headers }
    : answer;
}

function isUnchanged(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  const tags = ifNoneMatch.split(',').map((part) => part.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

async function runWrite(
  cloud: Cloud,
  operation: Operation,
  request: FastifyRequest,
  installer: Installer,
  key: string,
): Promise<BoundAnswer> {
  const received = await receiveBody(request.raw, bodyBytesMax(operation));
  const isJson = operation.bodyType !== 'application/pdf';
  const json = isJson ? parseJson(received.bytes) : undefined;
  const { pathname, searchParams } = new URL(request.url, cloud.url);
  // A body beyond the limit was never bound: its key is free, or bound to another request.
  const print = received.isTooLarge
    ? null
    : fingerprint(operation.method, pathname, searchParams, received.bytes, json);
  const bound = boundAnswer(cloud.store, installer.company.id, key, print);
  if (bound) return { ...bound, headers: { ...bound.headers, 'idempotency-replayed': 'true' } };

  requireIds(request);
  requireForm(operation, request.raw, received);
  const call = createCall(cloud, operation, request, installer, {
    body: isJson ? json : received.bytes,
    key,
  });
  const answer = commit(cloud, operation, call, print);
  if (cloud.traps.take('commit_then_drop', `${operation.method} ${operation.template}`)) throw new Dropped();
  return answer;
}

/** @throws ApiProblem `invalid_id`; a voucher's code is no id */
function requireIds(request: FastifyRequest): void {
  for (const [name, value] of Object.entries(request.params as Record<string, string>)) {
    if (name.endsWith('_id') && !isUuid(value)) throw new ApiProblem('invalid_id');
  }
}

/** The last check before the transaction: body and query, all violations at once (C1). */
function createCall(
  cloud: Cloud,
  operation: Operation,
  request: FastifyRequest,
  installer: Installer,
  content: { body: unknown; key: string | null },
): Call {
  requireIds(request);
  const { searchParams } = new URL(request.url, cloud.url);
  const { query, violations } = operation.readQuery(searchParams);
  const path = Object.entries(request.params as Record<string, string>).map(([name, value]) =>
    name.endsWith('_id') ? [name, value.toLowerCase()] : [name, value],
  );
  const call: Call = {
    installer,
    now: cloud.clock.now(),
    path: Object.fromEntries(path) as Record<string, string>,
    query,
    search: searchParams,
    body: content.body,
    key: content.key,
    ifMatch: request.headers['if-match'],
  };
  const all = [
    ...violations,
    ...checkContent(operation, content.body),
    ...(endpoint(operation).check?.(cloud, call) ?? []),
  ];
  if (all.length > 0) throw new ApiProblem('validation_failed', { violations: all });
  return call;
}

function checkContent(operation: Operation, body: unknown): Violation[] {
  if (operation.bodyType === null) return [];
  if (operation.bodyType === 'application/pdf')
    return (body as Buffer).length > 0 ? [] : [{ pointer: '', rule: 'minLength' }];
  return body === undefined
    ? [{ pointer: '', rule: 'type', message: 'must be JSON in UTF-8' }]
    : operation.checkBody(body);
}

function endpoint(operation: Operation) {
  const found = endpoints[operation.id];
  if (!found) throw new Error(`nothing answers ${operation.id}`);
  return found;
}

/** Effect, bound key, ledger row and queued mail in one transaction (C12). @throws ApiProblem, and nothing is changed */
function commit(cloud: Cloud, operation: Operation, call: Call, print: string | null): BoundAnswer {
  const result = cloud.store.transaction(() => {
    settle(cloud, call.now);
    const hidden = findPath(cloud, call, operation.writes);
    if (hidden) return hidden;
    const answer = serialise(endpoint(operation).handle(cloud, call));
    if (call.key !== null && print !== null) {
      bindAnswer(cloud.store, call.installer.company.id, call.key, print, answer, call.now);
    }
    return answer;
  });
  // Thrown only now: that a hidden id was asked for is counted (C40).
  if (result instanceof ApiProblem) throw result;
  return result;
}

function serialise(answer: Answer): BoundAnswer {
  return {
    status: answer.status,
    body: answer.body === undefined ? null : JSON.stringify(answer.body),
    headers: {
      ...(answer.etag !== undefined && { etag: answer.etag }),
      ...(answer.location !== undefined && { location: answer.location }),
      ...(answer.retryAfterSeconds !== undefined && { 'retry-after': String(answer.retryAfterSeconds) }),
    },
  };
}

function sendAnswer(cloud: Cloud, reply: FastifyReply, answer: BoundAnswer): void {
  reply.code(answer.status).headers(answer.headers).header('date', new Date(cloud.clock.now()).toUTCString());
  if (answer.body === null) reply.send();
  else reply.type('application/json; charset=utf-8').send(answer.body);
}

function sendFailure(cloud: Cloud, request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  if (error instanceof Dropped || request.raw.socket.destroyed) {
    reply.hijack();
    request.raw.socket.destroy();
    return;
  }
  reply.header('date', new Date(cloud.clock.now()).toUTCString());
  if (error instanceof HtmlFailure) {
    reply.code(error.status).type('text/html; charset=utf-8');
    reply.send(`<!doctype html><title>${error.status}</title><h1>Something went wrong</h1>`);
    return;
  }
  if (!(error instanceof ApiProblem)) console.error('practice cloud:', error);
  const problem = error instanceof ApiProblem ? error : new ApiProblem('internal');
  const legacy = cloud.traps.get('legacy_errors') ? problem.legacyDocument() : null;
  reply.code(problem.status).headers(problem.headers);
  reply.type(legacy ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8');
  reply.send(JSON.stringify(legacy ?? problem.document(request.id)));
}
