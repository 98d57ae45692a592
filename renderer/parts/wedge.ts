/** A scanner that plays keyboard types faster than a hand: at most this long from key to key. */
export const WEDGE_GAP_MS = 50;
/** Fewer characters than this are never taken for a scan. */
export const WEDGE_MIN_CHARACTERS = 6;
const WEDGE_MAX_CHARACTERS = 64;

/** Tells scans of a keyboard-wedge scanner from typing: a quick burst of characters that ends with Enter. */
export interface WedgeDetector {
  /** Feeds one key at a moment in milliseconds; gives the scanned text when the burst is complete. */
  key(key: string, atMs: number): string | null;
}

/** Makes a {@link WedgeDetector}. It keeps at most 64 characters. */
export function createWedgeDetector(): WedgeDetector {
  let burst = '';
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    key(key, atMs) {
      const quick = atMs - lastMs <= WEDGE_GAP_MS;
      lastMs = atMs;
      if (key === 'Enter') {
        const scanned = quick && burst.length >= WEDGE_MIN_CHARACTERS ? burst : null;
        burst = '';
        return scanned;
      }
      if (key.length !== 1) {
        // Shift is part of a scanner's capital letters; any other key is a hand.
        if (key !== 'Shift') burst = '';
        return null;
      }
      burst = quick ? (burst + key).slice(-WEDGE_MAX_CHARACTERS) : key;
      return null;
    },
  };
}
