/**
 * The tables of the practice cloud. Times are milliseconds of the cloud's clock, except in `oidc`, which keeps
 * real time (C39). Activation codes, tokens, links and sessions are stored as hashes only.
 */
export const schema = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE installations (
  id TEXT PRIMARY KEY,
  company_id TEXT NOT NULL,
  site_uid TEXT NOT NULL UNIQUE,
  customer_reference TEXT NOT NULL,
  business_type TEXT NOT NULL,
  country_code TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  street TEXT NOT NULL,
  postcode TEXT NOT NULL,
  city TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  owner_email TEXT NOT NULL,
  owner_key TEXT NOT NULL,
  owner_language TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  finished_at TEXT,
  released_at INTEGER,
  installer_access_until INTEGER
) STRICT;
CREATE INDEX installations_by_company ON installations (company_id, created_at, id);
CREATE INDEX installations_by_owner ON installations (owner_key);

CREATE TABLE subscriptions (
  installation_id TEXT PRIMARY KEY REFERENCES installations (id),
  voucher_code TEXT NOT NULL,
  plan TEXT NOT NULL,
  seats INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vouchers (
  voucher_code TEXT PRIMARY KEY,
  installation_id TEXT NOT NULL REFERENCES installations (id),
  redeemed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  installation_id TEXT NOT NULL REFERENCES installations (id),
  kind TEXT NOT NULL CHECK (kind IN ('iq', 'repeater', 'lock')),
  customer_reference TEXT NOT NULL,
  code_hash TEXT NOT NULL UNIQUE,
  mac TEXT,
  model TEXT,
  time_zone TEXT,
  communication_type TEXT,
  lock_type TEXT,
  floor TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  tree_version INTEGER NOT NULL DEFAULT 1,
  link_state TEXT NOT NULL DEFAULT 'detached'
    CHECK (link_state IN ('attached', 'detached_pending', 'detached')),
  iq_id TEXT REFERENCES devices (id) ON DELETE SET NULL,
  parent_id TEXT REFERENCES devices (id),
  position INTEGER,
  gone_at INTEGER
) STRICT;
CREATE INDEX devices_by_installation ON devices (installation_id, kind, created_at, id);
CREATE INDEX devices_by_iq ON devices (iq_id, position) WHERE iq_id IS NOT NULL;
CREATE INDEX devices_by_parent ON devices (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX devices_going ON devices (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX devices_detaching ON devices (kind) WHERE link_state = 'detached_pending';

CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  installation_id TEXT NOT NULL REFERENCES installations (id),
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (installation_id, sha256)
) STRICT;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  installation_id TEXT NOT NULL UNIQUE REFERENCES installations (id),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'accepted', 'bounced', 'account_exists')),
  mail_id TEXT NOT NULL,
  mails_sent INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  expires_at INTEGER,
  accepted_at INTEGER
) STRICT;

CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('invitation', 'account_exists', 'confirm', 'reset')),
  to_address TEXT NOT NULL,
  to_key TEXT NOT NULL,
  content TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'withdrawn')),
  invitation_id TEXT REFERENCES invitations (id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mails_waiting ON mails (created_at, id) WHERE state = 'waiting';
CREATE INDEX mails_by_address ON mails (to_key, kind, created_at);
CREATE INDEX mails_by_invitation ON mails (invitation_id) WHERE invitation_id IS NOT NULL;

CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invitation', 'confirm', 'reset')),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  full_name TEXT NOT NULL,
  language TEXT NOT NULL,
  invitation_id TEXT REFERENCES invitations (id),
  mail_id TEXT NOT NULL REFERENCES mails (id),
  expires_at INTEGER,
  dead INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_address ON links (email_key);
CREATE INDEX links_by_invitation ON links (invitation_id) WHERE invitation_id IS NOT NULL;
CREATE INDEX links_by_mail ON links (mail_id);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  phone TEXT,
  language TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  confirmed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE failed_log_ins (
  id TEXT PRIMARY KEY,
  email_key TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX failed_log_ins_by_address ON failed_log_ins (email_key, at);

CREATE TABLE mailbox (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  to_address TEXT NOT NULL,
  to_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  deliveries INTEGER NOT NULL
) STRICT;

CREATE TABLE answers (
  company_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT,
  headers TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (company_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  installation_id TEXT,
  subject_id TEXT NOT NULL,
  idempotency_key TEXT,
  detail TEXT NOT NULL
) STRICT;

CREATE TABLE hidden_ids (
  id TEXT PRIMARY KEY,
  code INTEGER NOT NULL,
  times INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE oidc (
  model TEXT NOT NULL,
  id TEXT NOT NULL,
  payload TEXT NOT NULL,
  grant_id TEXT,
  uid TEXT,
  expires_at INTEGER,
  consumed_at INTEGER,
  PRIMARY KEY (model, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_by_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX oidc_by_uid ON oidc (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_by_end ON oidc (expires_at) WHERE expires_at IS NOT NULL;
`;
