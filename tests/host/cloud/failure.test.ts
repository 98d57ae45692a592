import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { errorTable } from '../../../electron/contract/index.ts';
import { failureOf, silence } from '../../../electron/host/cloud/failure.ts';

const contract = parse(readFileSync(join('resources', 'cloud', 'openapi.yaml'), 'utf8'));
const answer = (status: number, body: unknown, write = true) =>
  failureOf({ status, body, retryAfterMs: null, write });

/** The contract's own table of codes: code, status, older number. */
const table = [...contract.info.description.matchAll(/^\| `(\w+)` \| (\d{3}) \| (\d{4})? ?\|/gm)].map(
  ([, code, status, older]) => ({
    code,
    status: Number(status),
    older: older === undefined ? null : Number(older),
  }),
);

test('the contract lists its codes', () => {
  expect(table.map(({ code }) => code)).toEqual(contract.components.schemas.Problem.properties.code.enum);
});

test.for(table)('$code of $status has its own code, and is certain', ({ code, status }) => {
  const failure = answer(status, { type: `urn:doorstep:problem:${code}`, title: 'x', status, code });
  expect(failure.code).toBe(`cloud.${code}`);
  expect(Object.keys(errorTable)).toContain(failure.code);
  expect(failure.uncertain).toBe(code === 'idempotency_in_progress');
});

test.for(table.filter(({ older }) => older !== null))(
  'the older $older is $code',
  ({ code, status, older }) => {
    expect(answer(status, { ErrorCode: older, Message: 'Something' }).code).toBe(`cloud.${code}`);
  },
);

describe('what an error says of the key (C1, C2, C9)', () => {
  const problem = (code: string) => ({ code });
  test.for([
    { name: 'a rule', status: 422, body: problem('tree_invalid'), uncertain: false, keyIsFree: true },
    { name: 'a dead token', status: 401, body: problem('token_invalid'), uncertain: false, keyIsFree: false },
    { name: 'the rate', status: 429, body: problem('rate_limited'), uncertain: false, keyIsFree: false },
    {
      name: 'the twin still runs',
      status: 409,
      body: problem('idempotency_in_progress'),
      uncertain: true,
      keyIsFree: false,
    },
    {
      name: 'the key is bound',
      status: 422,
      body: problem('idempotency_key_reused'),
      uncertain: false,
      keyIsFree: false,
    },
    { name: 'a readable fault', status: 500, body: problem('internal'), uncertain: false, keyIsFree: false },
    { name: 'an unreadable fault', status: 503, body: '<html>', uncertain: true, keyIsFree: false },
    { name: 'a refusal without a body', status: 403, body: undefined, uncertain: false, keyIsFree: false },
    { name: 'an unknown code', status: 409, body: problem('brand_new'), uncertain: false, keyIsFree: true },
    { name: 'a redirect', status: 302, body: '', uncertain: true, keyIsFree: false },
  ])('$name', ({ status, body, uncertain, keyIsFree }) => {
    const failure = answer(status, body);
    expect({ uncertain: failure.uncertain, keyIsFree: failure.keyIsFree }).toEqual({ uncertain, keyIsFree });
    expect(answer(status, body, false).uncertain).toBe(false);
  });
});

test.for([
  [400, 'cloud.validation_failed'],
  [404, 'cloud.not_found'],
  [409, 'cloud.refused'],
  [418, 'cloud.refused'],
  [500, 'cloud.internal'],
  [502, 'cloud.unavailable'],
  [504, 'cloud.unavailable'],
  [599, 'cloud.internal'],
  [307, 'cloud.unreadable_answer'],
] as const)('a status %i without a readable body is %s', ([status, code]) => {
  for (const body of [undefined, '', '<html>', 'null', { nothing: 'of it' }, [], { code: 7 }]) {
    expect(answer(status, body).code).toBe(code);
  }
});

test('names where it went wrong, and never repeats what was sent', () => {
  const violations = [{ rule: 'pattern', pointer: '/activation_code', message: '04.A2.FF is wrong' }];
  const { params, message } = answer(400, { code: 'validation_failed', violations, trace_id: 't-1' });
  expect(params).toEqual({ status: 400, detail: 'pattern /activation_code', trace: 't-1' });
  expect(message).not.toContain('04.A2');
});

describe('silence', () => {
  const failed = (cause: unknown) => new TypeError('fetch failed', { cause });
  test.for([
    { name: 'nothing listens', cause: { code: 'ECONNREFUSED', syscall: 'connect' } },
    { name: 'the name is unknown', cause: { code: 'ENOTFOUND', syscall: 'getaddrinfo' } },
    { name: 'no way there', cause: { code: 'ENETUNREACH', syscall: 'connect' } },
    { name: 'nobody takes the call', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } },
    {
      name: 'all addresses refuse',
      cause: new AggregateError([{ code: 'ECONNREFUSED', syscall: 'connect' }]),
    },
  ])('$name: certain that nothing was sent', ({ cause }) => {
    const failure = silence(failed(cause), true);
    expect([failure.code, failure.uncertain]).toEqual(['cloud.offline', false]);
  });

  test.for([
    { name: 'reset', cause: { code: 'ECONNRESET', syscall: 'read' } },
    { name: 'unreachable while reading', cause: { code: 'EHOSTUNREACH', syscall: 'read' } },
    { name: 'closed', cause: { code: 'UND_ERR_SOCKET' } },
    { name: 'timed out', cause: new DOMException('', 'TimeoutError') },
    { name: 'something never seen', cause: undefined },
  ])('$name: unknown for a write, harmless for a read', ({ cause }) => {
    expect([silence(failed(cause), true).code, silence(failed(cause), true).uncertain]).toEqual([
      'cloud.no_answer',
      true,
    ]);
    expect(silence(failed(cause), false).uncertain).toBe(false);
  });

  test('a refused certificate has its own code', () => {
    expect(silence(failed({ code: 'CERT_NOT_YET_VALID' }), true).code).toBe('cloud.certificate_refused');
  });

  test('a cause that causes itself is no trap', () => {
    const error = new Error('round');
    error.cause = error;
    expect(silence(error, true).code).toBe('cloud.no_answer');
  });
});
