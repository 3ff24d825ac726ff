-- SPDX-License-Identifier: Apache-2.0
-- Signals, called instances, data stores, conditional starts, and messages matched by BPMN correlation.

ALTER TABLE message_subscription ADD COLUMN matches_sealed BLOB;  -- null: name and key decide alone

CREATE TABLE signal_subscription (
  tenant_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  element_id TEXT NOT NULL,
  signal_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subscription_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX signal_subscription_match ON signal_subscription (tenant_id, signal_name, subscription_id);
CREATE INDEX signal_subscription_by_instance ON signal_subscription (tenant_id, instance_key);

-- Signal start events of the newest version of each process.
CREATE TABLE signal_start (
  tenant_id TEXT NOT NULL,
  signal_name TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, signal_name, process_id, element_id)
) WITHOUT ROWID;

-- Conditional start events of the newest version of each process; they start again only after having been false.
CREATE TABLE condition_start (
  tenant_id TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  was_true INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, process_id, element_id)
) WITHOUT ROWID;

-- Who called an instance: the call activity's instance, the id that it knows the called one by, and how deep calls are.
ALTER TABLE instance ADD COLUMN caller_key TEXT;
ALTER TABLE instance ADD COLUMN child_id TEXT;
ALTER TABLE instance ADD COLUMN call_depth INTEGER NOT NULL DEFAULT 0;
CREATE INDEX instance_by_caller ON instance (tenant_id, caller_key, child_id) WHERE caller_key IS NOT NULL;

CREATE TABLE data_store (
  tenant_id TEXT NOT NULL,
  store_id TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  value_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, store_id)
);

-- What has come of a parallel multiple start event that still waits for its other parts.
CREATE TABLE start_part (
  tenant_id TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  variables_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, process_id, element_id, part)
);
