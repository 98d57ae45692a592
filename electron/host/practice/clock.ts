import type { Store } from './store/store.ts';

/** The cloud's own clock: runs on with the real one, can be moved forwards, survives a restart (C39). */
export interface Clock {
  /** Milliseconds since 1970. Never goes back. */
  now(): number;
  /** Moves the clock so that it shows `atMs` now. Returns false, and does nothing, if that is in its past. */
  moveTo(atMs: number): boolean;
}

/** The last moment that has a four-digit year with room for every lifetime added to it. */
const latestMs = Date.UTC(9000, 0, 1);

/**
 * @param store keeps the offset
 * @param realNow the real clock, in milliseconds
 */
export function createClock(store: Store, realNow: () => number): Clock {
  let offsetMs = Number(store.meta('clock_offset_ms') ?? '0');
  let latest = 0;
  const now = (): number => {
    latest = Math.max(latest, Math.floor(realNow()) + offsetMs);
    return latest;
  };
  return {
    now,
    moveTo(atMs) {
      if (atMs < now() || atMs > latestMs) return false;
      offsetMs = atMs - Math.floor(realNow());
      store.setMeta('clock_offset_ms', String(offsetMs));
      return true;
    },
  };
}

/** A moment as the contract writes it: RFC 3339 in UTC, milliseconds. */
export function timeText(ms: number): string;
export function timeText(ms: number | null): string | null;
export function timeText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** Reads a moment of the contract; `null` unless RFC 3339 in UTC with `Z` and at most milliseconds. */
export function parseTime(text: string): number | null {
  if (!timePattern.test(text)) return null;
  const ms = Date.parse(text);
  // Date.parse takes the 30th of February for the 1st of March; the round trip does not.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  return ms;
}
