import type { Contract } from './contract.ts';
import type { Violation } from './problem.ts';
import type { Store } from './store/store.ts';

/** The password rule of the cloud (`PasswordRule` of openapi.yaml). */
export interface PasswordRule {
  readonly min_length: number;
  readonly max_length: number;
  readonly min_lower_case?: number;
  readonly min_upper_case?: number;
  readonly min_digits?: number;
  readonly min_special?: number;
}

interface Counted {
  readonly times: number;
  /** `"METHOD /path/{template}"`; without it every call. */
  readonly match?: string;
}

/** Every trap of C40 and its value. */
export interface TrapValues {
  readonly token_dies: { readonly after: number };
  readonly rate_limit: Counted & { readonly retry_after: number };
  readonly server_error: Counted & { readonly status: 500 | 502 | 503 };
  readonly drop: Counted;
  readonly commit_then_drop: Counted;
  readonly not_visible_yet: { readonly times: number; readonly code: 2202 | 2203 };
  readonly legacy_errors: true;
  readonly bare_array: true;
  readonly http_next_link: true;
  readonly async_delete: { readonly seconds: number };
  readonly not_synced: { readonly seconds: number };
  readonly online_lag: { readonly seconds: number };
  readonly detach_hangs: true;
  readonly mail_down: true;
  readonly password_rule: PasswordRule;
}
export type TrapName = keyof TrapValues;
type CountedName = 'rate_limit' | 'server_error' | 'drop' | 'commit_then_drop';

/** What `PUT /practice/traps` takes: a value sets, `null` switches off, what is absent stays. */
export type TrapChanges = { readonly [Name in TrapName]?: TrapValues[Name] | null };

/** The switches of the practice cloud. They survive a restart. */
export interface Traps {
  get<Name extends TrapName>(name: Name): TrapValues[Name] | undefined;
  /** Uses a counted trap up by one if it is on and matches `call`; `undefined` if it does not strike. */
  take<Name extends CountedName>(name: Name, call: string): TrapValues[Name] | undefined;
  /** Counts one call with a good token towards `token_dies`. */
  countCall(): void;
  /** All traps that are on, with what is left of `times`. */
  show(): Partial<TrapValues>;
  /** Merges `changes`; returns what is wrong with them and then changes nothing. */
  change(changes: unknown): Violation[];
  clear(): void;
}

export interface TrapEffects {
  /** Kills all access tokens. */
  killTokens(): void;
  /** Something was switched on or off. */
  changed(): void;
}

/** Makes the traps as they were last set; they outlive a restart. */
export function createTraps(store: Store, contract: Contract, effects: TrapEffects): Traps {
  const check = contract.compile(changesSchema(contract));
  let values = JSON.parse(store.meta('traps') ?? '{}') as { [Name in TrapName]?: TrapValues[Name] };
  const keep = (next: typeof values): void => {
    store.setMeta('traps', JSON.stringify(next));
    values = next;
  };
  const setTokenDies = (after: number): void => {
    keep({ ...values, token_dies: { after } });
    if (after === 0) effects.killTokens();
  };
  return {
    get: (name) => values[name],
    show: () => values,
    take(name, call) {
      const value = values[name];
      if (!value || value.times === 0 || (value.match !== undefined && value.match !== call))
        return undefined;
      keep({ ...values, [name]: { ...value, times: value.times - 1 } });
      return value;
    },
    countCall() {
      const left = values.token_dies?.after ?? 0;
      if (left > 0) setTokenDies(left - 1);
    },
    change(changes) {
      const violations = check(changes);
      if (violations.length > 0) return violations;
      const merged = Object.entries({ ...values, ...(changes as TrapChanges) });
      keep(Object.fromEntries(merged.filter(([, value]) => value !== null)) as typeof values);
      if ((changes as TrapChanges).token_dies?.after === 0) effects.killTokens();
      effects.changed();
      return [];
    },
    clear() {
      keep({});
      effects.changed();
    },
  };
}

/** The form of {@link TrapChanges}: unknown traps, members and values are refused (C39). */
function changesSchema(contract: Contract): object {
  const count = { type: 'integer', minimum: 0, maximum: 1_000_000 };
  const seconds = { type: 'integer', minimum: 0, maximum: 366 * 86_400 };
  const match = { enum: contract.operations.map((operation) => `${operation.method} ${operation.template}`) };
  const isOn = { enum: [true, null] };
  const members = (properties: object, required = Object.keys(properties)) => ({
    type: ['object', 'null'],
    properties,
    required,
    additionalProperties: false,
  });
  const delay = members({ seconds });
  const properties: Record<TrapName, object> = {
    token_dies: members({ after: count }),
    rate_limit: members({ times: count, retry_after: { ...count, maximum: 86_400 }, match }, [
      'times',
      'retry_after',
    ]),
    server_error: members({ times: count, status: { enum: [500, 502, 503] }, match }, ['times', 'status']),
    drop: members({ times: count, match }, ['times']),
    commit_then_drop: members({ times: count, match }, ['times']),
    not_visible_yet: members({ times: count, code: { enum: [2202, 2203] } }),
    legacy_errors: isOn,
    bare_array: isOn,
    http_next_link: isOn,
    async_delete: delay,
    not_synced: delay,
    online_lag: delay,
    detach_hangs: isOn,
    mail_down: isOn,
    password_rule: {
      oneOf: [
        { type: 'null' },
        { $ref: 'contract#/components/schemas/PasswordRule', unevaluatedProperties: false },
      ],
    },
  };
  return { type: 'object', properties, additionalProperties: false };
}
