import type { Migration } from '../migrate.ts';

/** What was measured of a device and when, the time it was given, and the last Wi-Fi for the next hub. */
export const measurements: Migration = {
  version: 20,
  rebuildsTables: false,
  sql: `
-- reach: what a hub measured of its way to the cloud, JSON.
-- clock_set_at, clock_offset_ms: when the laptop last gave the device its time, and what was then added to the
-- laptop's own, so that a wrong one can be told once the cloud's time is known (A44).
ALTER TABLE devices ADD COLUMN reach TEXT;
ALTER TABLE devices ADD COLUMN battery_at INTEGER;
ALTER TABLE devices ADD COLUMN clock_set_at INTEGER;
ALTER TABLE devices ADD COLUMN clock_offset_ms INTEGER;

-- network: name, security and passphrase as JSON, sealed as a whole.
CREATE TABLE last_wifi (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  network BLOB NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;
`,
};
