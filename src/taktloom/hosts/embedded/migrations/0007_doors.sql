-- SPDX-License-Identifier: Apache-2.0
-- What the doors keep: requests under an idempotency key, a sign of life, webhooks and what is to be sent to them.

CREATE TABLE idempotent_request (
  tenant_id TEXT NOT NULL,
  owner TEXT NOT NULL,  -- who sent it
  key_digest TEXT NOT NULL,
  request_digest TEXT NOT NULL,  -- of method, address and body: the same key with another request is refused
  begun_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,  -- null while it is not known what came of it
  content_type TEXT,
  answer_sealed BLOB,
  PRIMARY KEY (tenant_id, owner, key_digest)
);
CREATE INDEX idempotent_request_expiry ON idempotent_request (expires_at);

CREATE TABLE pulse (
  tenant_id TEXT NOT NULL,
  beaten_at INTEGER NOT NULL,
  padding BLOB,  -- written and taken away again: is there room for it?
  PRIMARY KEY (tenant_id)
);

CREATE TABLE webhook (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  url TEXT NOT NULL,
  topics TEXT NOT NULL,  -- JSON list
  secret_sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT,
  PRIMARY KEY (tenant_id, webhook_id)
);

-- Written in the transaction of what it tells of; a row goes when it was delivered. No variable values.
CREATE TABLE outbox (
  tenant_id TEXT NOT NULL,
  outbox_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  is_dead INTEGER NOT NULL DEFAULT 0,
  failure TEXT,
  payload TEXT NOT NULL,
  PRIMARY KEY (tenant_id, outbox_id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook
);
CREATE INDEX outbox_ready ON outbox (ready_at) WHERE is_dead = 0;
CREATE INDEX outbox_by_webhook ON outbox (tenant_id, webhook_id);
