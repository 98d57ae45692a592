/** A `Date` header counts whole seconds; on average the answer was written half a second later. */
const halfASecondMs = 500;
/** A slower answer says too little about the moment in between. */
const longestRoundTripMs = 10_000;

/**
 * The other side's clock minus this laptop's, in milliseconds (C4), from an answer's `Date` and the laptop's time
 * when it was asked for and received. Null where nothing can be said.
 */
export function clockOffset(date: string | null, sentAt: number, receivedAt: number): number | null {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs) || receivedAt < sentAt || receivedAt - sentAt > longestRoundTripMs) return null;
  return Math.round(theirs + halfASecondMs - (sentAt + receivedAt) / 2);
}

/** RFC 9110's date; `Date.parse` alone takes much more for a date than is one. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * `Retry-After` in milliseconds: seconds, or an HTTP date measured against the same answer's `Date`, so that the
 * laptop's clock has no say. Null where there is none or it cannot be read.
 */
export function retryAfter(value: string | null, date: string | null): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const until = httpDate.test(value.trim()) ? Date.parse(value) : Number.NaN;
  const from = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(until) || Number.isNaN(from)) return null;
  return Math.max(0, until - from);
}
