/** The first wait is up to this long; each further one up to twice the one before. */
const firstBackoffMs = 2_000;
const longestBackoffMs = 5 * 60_000;

/** Wait before try `attempts + 1`, in milliseconds: full jitter below a doubling, capped bound. */
export function backoffMs(attempts: number, random: () => number): number {
  const bound = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 20));
  return Math.ceil(random() * bound);
}

/** C15: a pause lasts at least a second and at most an hour, whatever is asked for. */
export function pauseMs(asked: number | null): number {
  return Math.min(60 * 60_000, Math.max(1_000, asked ?? 0));
}

/** So many faults in a row, and the cloud is left in peace for a while. */
const faultsToOpen = 5;
const firstRestMs = 15_000;
const longestRestMs = 5 * 60_000;

/** Leaves a host alone that fails again and again; after a rest one call may try. Times are monotonic milliseconds. */
export interface Breaker {
  succeeded(): void;
  failed(now: number): void;
  /** How long to leave the host alone. */
  restMs(now: number): number;
  /** How many calls may run at once: one while it is not known whether the host is well again. */
  allowed(most: number): number;
}

/** Makes a circuit breaker that is closed. */
export function createBreaker(): Breaker {
  let faults = 0;
  let openUntil = 0;
  return {
    succeeded() {
      faults = 0;
    },
    failed(now) {
      faults += 1;
      if (faults < faultsToOpen || now < openUntil) return;
      openUntil = now + Math.min(longestRestMs, firstRestMs * 2 ** Math.min(faults - faultsToOpen, 10));
    },
    restMs: (now) => (faults < faultsToOpen ? 0 : Math.max(0, openUntil - now)),
    allowed: (most) => (faults < faultsToOpen ? most : 1),
  };
}
