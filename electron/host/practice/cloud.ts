import type { Clock } from './clock.ts';
import type { Contract } from './contract.ts';
import type { Store } from './store/store.ts';
import type { PasswordRule, Traps } from './traps.ts';

/** What every part of the practice cloud works with. */
export interface Cloud {
  readonly store: Store;
  readonly clock: Clock;
  readonly contract: Contract;
  readonly traps: Traps;
  /** The origin, without a slash at the end; known once the server listens. */
  readonly url: string;
  /** Mail was queued and committed: send it. */
  mailQueued(): void;
}

/** How long the link of an invitation or a confirmation lives, from the moment its mail was sent (C27, C36). */
export const linkLifetimeHours = 72;

const defaultPasswordRule: PasswordRule = {
  min_length: 8,
  max_length: 128,
  min_lower_case: 1,
  min_upper_case: 1,
  min_digits: 2,
  min_special: 0,
};

/** The password rule in force (S6, C40). */
export function passwordRule(cloud: Cloud): PasswordRule {
  return cloud.traps.get('password_rule') ?? defaultPasswordRule;
}

/** An address as it is compared: without regard to ASCII case, nothing else folded (C30). */
export function addressKey(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
