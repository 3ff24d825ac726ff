-- SPDX-License-Identifier: Apache-2.0
-- What operators do: suspension, incidents by cause, batches, their record, history levels, retention.

-- is_suspended: no token moves. on_hold: kept by law, whatever the retention says. history_level: full, activity, none.
ALTER TABLE instance ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN on_hold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN history_level TEXT NOT NULL DEFAULT 'full';
CREATE INDEX instance_by_version ON instance (tenant_id, definition_key, instance_key) WHERE status = 'active';

-- is_held: of a suspended instance; not handed out, does not fire.
ALTER TABLE job ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE timer ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
DROP INDEX job_ready;
CREATE INDEX job_ready ON job (tenant_id, job_type, ready_at)
  WHERE state IN ('available', 'waiting', 'locked') AND is_held = 0;
DROP INDEX timer_due;
CREATE INDEX timer_due ON timer (due_at) WHERE is_held = 0;

ALTER TABLE process_definition ADD COLUMN suspended_at INTEGER;  -- null: new instances may start
ALTER TABLE process ADD COLUMN history_level TEXT NOT NULL DEFAULT 'full';
ALTER TABLE process ADD COLUMN retention_days INTEGER;  -- null: kept for ever

ALTER TABLE incident ADD COLUMN signature TEXT NOT NULL DEFAULT '';  -- digest of the cause; '' where not yet made
CREATE INDEX incident_by_signature ON incident (tenant_id, signature) WHERE resolved_at IS NULL;

CREATE TABLE operator_action (
  tenant_id TEXT NOT NULL,
  action_id TEXT NOT NULL,  -- grows with time
  occurred_at INTEGER NOT NULL,
  actor TEXT,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  process_id TEXT,
  instance_key TEXT,  -- no reference: the record outlives the instance
  batch_id TEXT,
  details TEXT NOT NULL,  -- JSON: names, never values
  PRIMARY KEY (tenant_id, action_id)
);
CREATE INDEX operator_action_by_instance ON operator_action (tenant_id, instance_key, action_id);

CREATE TABLE batch (
  tenant_id TEXT NOT NULL,
  batch_id TEXT NOT NULL,  -- grows with time
  kind TEXT NOT NULL,
  state TEXT NOT NULL,  -- running paused cancelled done
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT,
  ended_at INTEGER,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  parameters_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, batch_id)
);
CREATE INDEX batch_running ON batch (state, batch_id) WHERE state = 'running';

CREATE TABLE batch_item (
  tenant_id TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  target TEXT NOT NULL,  -- key of an instance or id of an incident
  state TEXT NOT NULL,  -- pending done failed skipped
  error_code TEXT,
  message TEXT,  -- why it failed; no variable values
  ended_at INTEGER,
  PRIMARY KEY (tenant_id, batch_id, position),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES batch
);
CREATE INDEX batch_item_by_state ON batch_item (tenant_id, batch_id, state, position);
CREATE INDEX batch_item_pending ON batch_item (tenant_id, target) WHERE state = 'pending';
