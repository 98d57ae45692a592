import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError, type ErrorCode, errorTable } from '../../../electron/contract/index.ts';
import { CloudFailure } from '../../../electron/host/cloud/index.ts';
import { type Circumstances, outcomeOf } from '../../../electron/host/sync/outcome.ts';
import { backoffMs, createBreaker, pauseMs } from '../../../electron/host/sync/pace.ts';

const known = (change: Partial<Circumstances> = {}, uncertain = false, attempts = 0): Circumstances => ({
  intent: { attempts, uncertain },
  young: false,
  online: true,
  random: () => 0.5,
  ...change,
});

test('waits grow to a cap, and each is anything below its bound', () => {
  expect(backoffMs(1, () => 0.999)).toBeLessThanOrEqual(2_000);
  expect(backoffMs(4, () => 0.999)).toBeLessThanOrEqual(16_000);
  expect(backoffMs(4, () => 0.999)).toBeGreaterThan(15_000);
  expect(backoffMs(5_000, () => 0.999)).toBeLessThanOrEqual(300_000);
  expect(backoffMs(9, () => 0)).toBe(0);
});

test('a pause lasts between a second and an hour (C15)', () => {
  expect([pauseMs(null), pauseMs(0), pauseMs(30_000), pauseMs(86_400_000)]).toEqual([
    1_000, 1_000, 30_000, 3_600_000,
  ]);
});

test('a host that fails again and again is left alone, then asked by one call', () => {
  const breaker = createBreaker();
  for (let fault = 0; fault < 4; fault += 1) breaker.failed(0);
  expect([breaker.restMs(0), breaker.allowed(6)]).toEqual([0, 6]);
  breaker.failed(0);
  expect([breaker.restMs(0), breaker.restMs(14_999), breaker.restMs(15_000)]).toEqual([15_000, 1, 0]);
  expect(breaker.allowed(6)).toBe(1);
  // Calls that were under way when it opened say nothing new.
  breaker.failed(1_000);
  expect(breaker.restMs(15_000)).toBe(0);
  breaker.failed(15_000);
  expect(breaker.restMs(15_000)).toBeGreaterThan(15_000);
  breaker.succeeded();
  expect([breaker.restMs(15_000), breaker.allowed(6)]).toEqual([0, 6]);
});

describe('what a failure means', () => {
  const failure = (code: ErrorCode, facts: ConstructorParameters<typeof CloudFailure>[2] = {}) =>
    new CloudFailure(code, {}, facts);

  test('offline and sign-in pause', () => {
    const unsent = known({ online: false });
    expect(outcomeOf(failure('cloud.offline'), unsent)).toEqual({
      kind: 'paused',
      reason: 'offline',
      afterMs: null,
      uncertain: false,
    });
    expect(outcomeOf(failure('cloud.no_answer', { uncertain: true }), unsent)).toMatchObject({
      kind: 'paused',
      uncertain: true,
    });
    for (const code of ['account.signed_out', 'account.session_expired'] as const) {
      expect(outcomeOf(new CodedError(code), known())).toMatchObject({
        kind: 'paused',
        reason: 'sign_in',
        uncertain: false,
      });
    }
  });

  test('a line that dies while the cloud is there counts as a try', () => {
    expect(outcomeOf(failure('cloud.no_answer', { uncertain: true }), known())).toMatchObject({
      kind: 'retry',
      uncertain: true,
    });
  });

  test('the rate pauses for as long as it is told', () => {
    expect(outcomeOf(failure('cloud.rate_limited', { retryAfterMs: 42_000 }), known())).toMatchObject({
      kind: 'paused',
      reason: 'rate_limited',
      afterMs: 42_000,
    });
  });

  test('what is not there is "later" for what is young, and final for what is not (C16)', () => {
    for (const code of ['cloud.not_found', 'cloud.forbidden'] as const) {
      const refused = failure(code, { status: 404, keyIsFree: true });
      expect(outcomeOf(refused, known({ young: true }))).toMatchObject({
        kind: 'retry',
        problem: { code: 'cloud.not_visible_yet' },
      });
      expect(outcomeOf(refused, known())).toMatchObject({ kind: 'needs_person', problem: { code } });
    }
  });

  test('Retry-After is the least that is waited', () => {
    const busy = failure('cloud.unavailable', { status: 503, retryAfterMs: 60_000 });
    expect(outcomeOf(busy, known())).toMatchObject({ kind: 'retry', afterMs: 60_000 });
  });

  test('an unknown effect stays unknown until an answer frees the key (C2, C9)', () => {
    const doubt = known({}, true);
    expect(outcomeOf(failure('cloud.rate_limited', { status: 429 }), doubt)).toMatchObject({
      uncertain: true,
    });
    expect(outcomeOf(failure('cloud.internal', { status: 500 }), doubt)).toMatchObject({
      kind: 'retry',
      uncertain: true,
    });
    expect(outcomeOf(failure('cloud.offline'), known({ online: false }, true))).toMatchObject({
      uncertain: true,
    });
    expect(outcomeOf(failure('cloud.refused', { status: 418 }), doubt)).toMatchObject({
      kind: 'retry',
      uncertain: true,
    });
    expect(outcomeOf(failure('cloud.tree_invalid', { status: 422, keyIsFree: true }), doubt)).toMatchObject({
      kind: 'needs_person',
      uncertain: false,
    });
  });

  test('nothing a network or a cloud can do goes on burning into a person, and nothing else is tried for ever', () => {
    const codes = Object.keys(errorTable) as ErrorCode[];
    // `cloud.not_visible_yet` is an outcome's own word, never a failure's.
    const own = codes.filter((code) => /^(cloud|account|app)\.(?!not_visible_yet)/.test(code));
    fc.assert(
      fc.property(
        fc.constantFrom(...own),
        fc.boolean(),
        fc.boolean(),
        fc.nat(100),
        (code, doubt, online, attempts) => {
          const outcome = outcomeOf(failure(code), known({ online }, doubt, attempts));
          if (errorTable[code].retry === 'yes' && code.startsWith('cloud.'))
            expect(outcome.kind).not.toBe('needs_person');
          if (errorTable[code].retry === 'no' && attempts > 20) expect(outcome.kind).toBe('needs_person');
          if (outcome.kind === 'retry') expect(outcome.afterMs).toBeLessThanOrEqual(300_000);
        },
      ),
    );
  });
});
