import type { Migration } from '../migrate.ts';

/** Sites with their devices, the work on them, the outbox, the account, and the vault that seals their secrets. */
export const firstTables: Migration = {
  version: 10,
  rebuildsTables: false,
  sql: `
-- The data key itself is never here: only a check value, and the key wrapped in each of its ways.
CREATE TABLE vault (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  key_check BLOB NOT NULL
) STRICT;
CREATE TABLE vault_wraps (
  sequence INTEGER PRIMARY KEY,
  way TEXT NOT NULL,
  backend TEXT NOT NULL,
  parameters TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sites (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  business_type TEXT NOT NULL,
  country TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  street TEXT NOT NULL,
  postcode TEXT NOT NULL,
  city TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  owner_email TEXT NOT NULL,
  owner_email_repeated TEXT NOT NULL,
  owner_language TEXT NOT NULL,
  tenant TEXT NOT NULL,
  voucher TEXT NOT NULL,
  notes TEXT NOT NULL,
  state TEXT NOT NULL,
  attention TEXT,
  cloud_id TEXT,
  site_uid TEXT,
  invitation_id TEXT,
  invitation TEXT,
  finished_at INTEGER,
  finished_by TEXT,
  released_at INTEGER,
  last_worked_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sites_by_name ON sites (name_key);

-- The parent is looked at when the transaction ends, so that a tree may be written in any order.
CREATE TABLE devices (
  id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  parent_id TEXT REFERENCES devices (id) DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  model TEXT,
  radio TEXT,
  mac TEXT,
  activation_code BLOB,
  activation_code_hash BLOB,
  door TEXT NOT NULL,
  floor TEXT NOT NULL,
  notes TEXT NOT NULL,
  state TEXT NOT NULL,
  serial TEXT,
  firmware TEXT,
  rssi INTEGER,
  battery_percent INTEGER,
  heard_at INTEGER,
  network_proven INTEGER NOT NULL CHECK (network_proven IN (0, 1)),
  cloud_id TEXT,
  subscription TEXT
) STRICT;
CREATE INDEX devices_of_site ON devices (site_id, position);
CREATE INDEX devices_of_parent ON devices (parent_id);
CREATE INDEX devices_by_mac ON devices (mac) WHERE mac IS NOT NULL;
CREATE INDEX devices_by_code ON devices (activation_code_hash) WHERE activation_code_hash IS NOT NULL;

CREATE TABLE checks (
  sequence INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  check_name TEXT NOT NULL,
  result TEXT NOT NULL,
  witness TEXT NOT NULL,
  at INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX checks_of_device ON checks (device_id, check_name, sequence);

CREATE TABLE work (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  device_ids TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  problem TEXT
) STRICT;
CREATE INDEX work_of_site ON work (site_id);
CREATE INDEX work_by_state ON work (state);
CREATE TABLE work_steps (
  sequence INTEGER PRIMARY KEY,
  work_id TEXT NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX work_steps_of_work ON work_steps (work_id, sequence);
CREATE TABLE work_facts (
  work_id TEXT NOT NULL REFERENCES work (id) ON DELETE CASCADE,
  fact TEXT NOT NULL,
  value TEXT NOT NULL CHECK (length(value) <= 512),
  PRIMARY KEY (work_id, fact)
) STRICT, WITHOUT ROWID;

-- next_at: a waiting row is not tried before it, a leased row's lease ends at it.
-- open_needs: how many rows of outbox_needs are not done yet; kept so that what is due is an index search.
-- sending: a try has begun of which the end is not known; becomes uncertain when the lease is lost (C9).
CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  site_id TEXT NOT NULL REFERENCES sites (id),
  kind TEXT NOT NULL,
  subject_id TEXT,
  payload BLOB,
  state TEXT NOT NULL,
  open_needs INTEGER NOT NULL CHECK (open_needs >= 0),
  next_at INTEGER NOT NULL,
  owner TEXT,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  first_tried_at INTEGER,
  sending INTEGER NOT NULL CHECK (sending IN (0, 1)),
  uncertain INTEGER NOT NULL CHECK (uncertain IN (0, 1)),
  request BLOB,
  problem TEXT,
  result BLOB,
  created_at INTEGER NOT NULL,
  done_at INTEGER,
  CHECK ((state = 'leased') = (owner IS NOT NULL)),
  CHECK ((state = 'done') = (done_at IS NOT NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (state, open_needs, next_at);
CREATE INDEX outbox_of_site ON outbox (site_id, sequence);
CREATE INDEX outbox_unsent ON outbox (site_id) WHERE done_at IS NULL;
CREATE INDEX outbox_sent ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE TABLE outbox_needs (
  intent_id TEXT NOT NULL REFERENCES outbox (id),
  needed_id TEXT NOT NULL REFERENCES outbox (id),
  PRIMARY KEY (intent_id, needed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_needs_of ON outbox_needs (needed_id);
CREATE TABLE outbox_attempts (
  sequence INTEGER PRIMARY KEY,
  intent_id TEXT NOT NULL REFERENCES outbox (id),
  site_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  problem TEXT
) STRICT;
CREATE INDEX outbox_attempts_of_site ON outbox_attempts (site_id, sequence);
CREATE INDEX outbox_attempts_of_intent ON outbox_attempts (intent_id);

CREATE TABLE account (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  me TEXT NOT NULL,
  tokens BLOB,
  clock_offset_ms REAL,
  updated_at INTEGER NOT NULL
) STRICT;

-- No foreign key: what was done stays told when the site is gone.
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  person TEXT NOT NULL,
  site_id TEXT,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_site ON audit (site_id, sequence);

CREATE TABLE settings (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
};
