-- SPDX-License-Identifier: Apache-2.0
-- A step of a large instance does not cost what the instance is large (decision 28): its state is not written at every
-- step, and values that many of its jobs are given are written once.

-- Instances whose journal goes on behind the state in instance_state, which holds the journal's size at that time.
CREATE TABLE instance_ahead (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  journal_size INTEGER NOT NULL,
  advanced_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, instance_key)
) WITHOUT ROWID;

-- Long values that open jobs of the instance refer to; gone with its end at the latest.
CREATE TABLE job_value (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  value_digest TEXT NOT NULL,
  value_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, instance_key, value_digest)
);
