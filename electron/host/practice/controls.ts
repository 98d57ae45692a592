import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJson } from './api/idempotency.ts';
import { parseTime, timeText } from './clock.ts';
import type { Cloud } from './cloud.ts';
import { html, sendPage } from './html.ts';
import { readLedger } from './ledger.ts';
import { countDeliveries, type MailboxItem, readMailbox } from './mail/mailbox.ts';
import { ApiProblem, type ProblemExtra } from './problem.ts';

const controlBytesMax = 64 * 1024;

const invalid = (extra: ProblemExtra = {}) => new ApiProblem('validation_failed', extra);

/** Mounts the controls of C39 under `/practice`. */
export function registerControls(app: FastifyInstance, cloud: Cloud): void {
  app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      // Nothing but JSON: a page elsewhere cannot send that here without asking first, and is never answered.
      scope.addContentTypeParser(
        'application/json',
        { parseAs: 'buffer', bodyLimit: controlBytesMax },
        (_request, body, done) => done(null, body),
      );
      scope.setErrorHandler((error: { statusCode?: number }, request, reply) => {
        const problem = error instanceof ApiProblem ? error : controlProblem(error.statusCode);
        if (problem.status === 500) console.error('practice cloud:', error);
        reply.code(problem.status).type('application/problem+json; charset=utf-8');
        reply.send(JSON.stringify(problem.document(request.id)));
      });
      scope.setNotFoundHandler(() => {
        throw new ApiProblem('not_found');
      });
      registerClock(scope, cloud);
      registerTraps(scope, cloud);
      scope.get('/ledger', (request) => ({ items: readLedger(cloud.store, readAfter(request)) }));
      scope.get('/mailbox', (request, reply) => sendMailbox(cloud, request, reply));
    },
    { prefix: '/practice' },
  );
}

function controlProblem(status: number | undefined): ApiProblem {
  if (status === 415) return new ApiProblem('unsupported_media_type');
  if (status === 413) return new ApiProblem('payload_too_large');
  return status !== undefined && status < 500 ? invalid() : new ApiProblem('internal');
}

function readBody(request: FastifyRequest): unknown {
  const value = parseJson(request.body instanceof Buffer ? request.body : Buffer.alloc(0));
  if (value === undefined) throw invalid({ detail: 'the body must be JSON' });
  return value;
}

function registerClock(scope: FastifyInstance, cloud: Cloud): void {
  const check = cloud.contract.compile({
    type: 'object',
    oneOf: [{ required: ['advance_seconds'] }, { required: ['now'] }],
    properties: {
      advance_seconds: { type: 'number', minimum: 0, maximum: 100 * 366 * 86_400 },
      now: { type: 'string', format: 'date-time' },
    },
    additionalProperties: false,
  });
  const show = () => ({ now: timeText(cloud.clock.now()) });
  scope.get('/clock', show);
  scope.put('/clock', (request) => {
    const body = readBody(request) as { advance_seconds?: number; now?: string };
    const violations = check(body);
    if (violations.length > 0) throw invalid({ violations });
    const target =
      body.now === undefined
        ? cloud.clock.now() + Math.round((body.advance_seconds ?? 0) * 1000)
        : (parseTime(body.now) ?? Number.NaN);
    if (!cloud.clock.moveTo(target)) throw invalid({ detail: 'the clock goes forwards only' });
    return show();
  });
}

function registerTraps(scope: FastifyInstance, cloud: Cloud): void {
  scope.get('/traps', () => cloud.traps.show());
  scope.put('/traps', (request) => {
    const violations = cloud.traps.change(readBody(request));
    if (violations.length > 0) throw invalid({ violations });
    return cloud.traps.show();
  });
  scope.delete('/traps', () => {
    cloud.traps.clear();
    return cloud.traps.show();
  });
}

function queryOf(request: FastifyRequest, known: string): string | null {
  const query = request.query as Record<string, unknown>;
  const value = query[known];
  const isKnown = Object.keys(query).every((name) => name === known);
  if (!isKnown || (value !== undefined && typeof value !== 'string')) throw invalid();
  return value ?? null;
}

function readAfter(request: FastifyRequest): number {
  const after = queryOf(request, 'after') ?? '0';
  if (!/^\d{1,15}$/.test(after)) throw invalid();
  return Number(after);
}

/** JSON for programs, a page for people. */
function sendMailbox(cloud: Cloud, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const items = readMailbox(cloud.store, queryOf(request, 'to'));
  reply.header('vary', 'accept');
  if (!(request.headers.accept ?? '').includes('text/html')) {
    return reply.send({ items, smtp_deliveries: countDeliveries(cloud.store) });
  }
  const content =
    items.length === 0 ? html`<p>No mail yet.</p>` : html`${[...items].reverse().map(mailView)}`;
  return sendPage(reply, 200, { language: 'en', title: 'Mailbox', content });
}

function mailView(mail: MailboxItem) {
  const parts = mail.text.split(/(https?:\/\/\S+)/);
  const text = parts.map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : part));
  return html`<article class="mail">
<h2>${mail.subject}</h2>
<dl><dt>To</dt><dd>${mail.to}</dd><dt>At</dt><dd>${mail.at}</dd><dt>Kind</dt><dd>${mail.kind}</dd></dl>
<pre>${text}</pre>
</article>`;
}
