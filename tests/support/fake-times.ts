/** Milliseconds of the times that the fake data speaks of. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A UUID that can be told from the others by its number. */
export const fakeId = (number: number): string =>
  `01990000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** A moment before and after now, as the contract writes it. */
export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
export const ahead = (ms: number): string => new Date(Date.now() + ms).toISOString();
