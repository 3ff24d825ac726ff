-- SPDX-License-Identifier: Apache-2.0
-- All instants are whole microseconds since 1970 (UTC). Tokens and keys are kept as SHA-256 of 256 random bits only.

CREATE TABLE user (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  username TEXT NOT NULL,
  username_folded TEXT NOT NULL,  -- compared and unique without regard to case
  display_name TEXT NOT NULL,
  password_hash TEXT,             -- argon2id; null: only a one-time link lets this user in
  roles TEXT NOT NULL,            -- JSON list
  groups TEXT NOT NULL,           -- JSON list
  language TEXT,
  theme TEXT,
  is_disabled INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  last_sign_in_at INTEGER,
  PRIMARY KEY (tenant_id, user_id),
  UNIQUE (tenant_id, username_folded)
);

CREATE TABLE session (
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL,  -- hash of the token
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user
);
CREATE INDEX session_of_user ON session (tenant_id, user_id);

CREATE TABLE one_time_token (
  tenant_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user
);

CREATE TABLE failed_sign_in (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,  -- hash of the user name or address, with its kind
  failed_at INTEGER NOT NULL
);
CREATE INDEX failed_sign_in_of_subject ON failed_sign_in (tenant_id, subject, failed_at);

CREATE TABLE service_account (
  tenant_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  key_prefix TEXT NOT NULL,  -- tells keys apart on screens; not secret
  job_types TEXT NOT NULL,   -- JSON list
  routes TEXT NOT NULL,      -- JSON list of scopes
  created_at INTEGER NOT NULL,
  created_by TEXT,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (tenant_id, account_id),
  UNIQUE (tenant_id, key_hash)
);

CREATE TABLE audit_entry (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX audit_entry_by_time ON audit_entry (tenant_id, entry_id DESC);
