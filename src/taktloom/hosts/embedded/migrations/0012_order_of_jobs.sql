-- SPDX-License-Identifier: Apache-2.0
-- Jobs are read in the order in which they are handed out, and no more of them than are handed out. SQLite's index ended
-- with the job's id before; PostgreSQL has to be told.

DROP INDEX job_ready;
CREATE INDEX job_ready ON job (tenant_id, job_type, priority, ready_at, job_id)
  WHERE state IN ('available', 'waiting', 'locked') AND is_held = 0;
