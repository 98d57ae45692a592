import type { Migration } from '../migrate.ts';

/** The place that a device still believes in, and from which of its checks on they count. */
export const heldBy: Migration = {
  version: 30,
  rebuildsTables: false,
  sql: `
-- held_by_hub, held_by_parent: MACs of the hub, and of the repeater below it, that the device was not told to leave:
-- its hub was replaced or reset, or made to forget it. Null where it belongs to nobody, or to the hub of the plan.
-- checks_from: checks up to this sequence number are history; the lock was detached or replaced since.
ALTER TABLE devices ADD COLUMN held_by_hub TEXT;
ALTER TABLE devices ADD COLUMN held_by_parent TEXT;
ALTER TABLE devices ADD COLUMN checks_from INTEGER NOT NULL DEFAULT 0;
`,
};
