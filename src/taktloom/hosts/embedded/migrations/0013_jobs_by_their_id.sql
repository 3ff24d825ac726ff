-- SPDX-License-Identifier: Apache-2.0
-- What is paid at each job is less: its id begins with the key of its instance, so the jobs of an instance are one range
-- of the primary key and need no index of their own. Nor a reference: each row is written in the transaction that writes
-- the state of the instance, which has one. Open jobs by element are told by their end, which a lock does not change.

ALTER TABLE job RENAME TO older_job;
CREATE TABLE job (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,  -- begins with instance_key
  instance_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  job_type TEXT NOT NULL,
  state TEXT NOT NULL,  -- available locked waiting failed completed cancelled
  retries_left INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  ready_at INTEGER NOT NULL,  -- when it may be locked: creation, end of back-off, or end of the present lock
  created_at INTEGER NOT NULL,
  taken_at INTEGER,  -- when it was locked last
  ended_at INTEGER,  -- null: available locked waiting failed
  failure TEXT,  -- what the worker said last; no variable values
  headers TEXT NOT NULL,  -- JSON
  variables_sealed BLOB,  -- null once ended
  priority INTEGER NOT NULL DEFAULT 0,
  failure_details_sealed BLOB,  -- what the worker said at length
  is_held INTEGER NOT NULL DEFAULT 0,  -- of a suspended instance; not handed out
  back_off TEXT,  -- JSON: tries, pauses in microseconds; null: the engine's own
  PRIMARY KEY (tenant_id, job_id)
) WITHOUT ROWID;
INSERT INTO job (tenant_id, job_id, instance_key, process_id, element_id, job_type, state, retries_left, attempt, fence,
  worker, ready_at, created_at, taken_at, ended_at, failure, headers, variables_sealed, priority, failure_details_sealed,
  is_held, back_off)
SELECT tenant_id, job_id, instance_key, process_id, element_id, job_type, state, retries_left, attempt, fence,
  worker, ready_at, created_at, taken_at, ended_at, failure, headers, variables_sealed, priority, failure_details_sealed,
  is_held, back_off FROM older_job;
DROP TABLE older_job;
CREATE INDEX job_ready ON job (tenant_id, job_type, priority, ready_at, job_id)
  WHERE state IN ('available', 'waiting', 'locked') AND is_held = 0;
CREATE INDEX job_by_element ON job (tenant_id, process_id, element_id) WHERE ended_at IS NULL;
