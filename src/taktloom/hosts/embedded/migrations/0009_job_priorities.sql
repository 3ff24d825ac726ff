-- SPDX-License-Identifier: Apache-2.0
-- Jobs are given out by priority; pauses between attempts as the model says them.

ALTER TABLE job ADD COLUMN back_off TEXT;  -- JSON: tries, pauses in microseconds; null: the engine's own
DROP INDEX job_ready;
CREATE INDEX job_ready ON job (tenant_id, job_type, priority, ready_at)
  WHERE state IN ('available', 'waiting', 'locked') AND is_held = 0;
