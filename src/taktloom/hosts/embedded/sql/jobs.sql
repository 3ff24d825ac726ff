-- SPDX-License-Identifier: Apache-2.0

-- name: insert_job
INSERT INTO job (tenant_id, job_id, instance_key, process_id, element_id, job_type, state, retries_left, ready_at,
  created_at, headers, variables_sealed)
VALUES (:tenant_id, :job_id, :instance_key, :process_id, :element_id, :job_type, 'available', :retries, :now,
  :now, :headers, :variables_sealed);

-- name: is_job_ready
SELECT 1 AS n FROM job
WHERE tenant_id = :tenant_id AND job_type IN (SELECT value FROM json_each(:job_types))
  AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
LIMIT 1;

-- name: next_job_ready_at
SELECT min(ready_at) AS n FROM job
WHERE tenant_id = :tenant_id AND job_type IN (SELECT value FROM json_each(:job_types))
  AND state IN ('available', 'waiting', 'locked') AND is_held = 0;

-- name: lock_jobs
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE tenant_id = :tenant_id AND job_id IN (
  SELECT job_id FROM job
  WHERE tenant_id = :tenant_id AND job_type IN (SELECT value FROM json_each(:job_types))
    AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
  ORDER BY ready_at, job_id LIMIT :max_jobs)
RETURNING job_id, job_type, instance_key, process_id, element_id, retries_left, attempt, fence, ready_at, headers,
  variables_sealed, (SELECT subject_key FROM instance i
    WHERE i.tenant_id = job.tenant_id AND i.instance_key = job.instance_key) AS subject_key;

-- name: lock_jobs_of_type
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE tenant_id = :tenant_id AND job_id IN (
  SELECT job_id FROM job
  WHERE tenant_id = :tenant_id AND job_type = :job_type
    AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
  ORDER BY ready_at, job_id LIMIT :max_jobs)
RETURNING job_id, job_type, instance_key, process_id, element_id, retries_left, attempt, fence, ready_at, headers,
  variables_sealed, (SELECT subject_key FROM instance i
    WHERE i.tenant_id = job.tenant_id AND i.instance_key = job.instance_key) AS subject_key;

-- name: job_by_id
SELECT tenant_id, job_id, instance_key, element_id, job_type, state, retries_left, attempt, fence, worker, ready_at,
  created_at FROM job
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: end_job
UPDATE job SET state = :state, ended_at = :now, variables_sealed = NULL
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- The fence moves on, so that a completion under the same lock is not taken for one that was had already.
-- name: end_job_by_error
UPDATE job SET state = 'completed', ended_at = :now, variables_sealed = NULL, fence = fence + 1
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: cancel_job
UPDATE job SET state = 'cancelled', ended_at = :now, variables_sealed = NULL
WHERE tenant_id = :tenant_id AND job_id = :job_id AND state IN ('available', 'locked', 'waiting', 'failed');

-- name: extend_job_lock
UPDATE job SET ready_at = :locked_until WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: postpone_job
UPDATE job SET state = 'waiting', worker = NULL, retries_left = :retries_left, ready_at = :ready_at, failure = :failure
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: fail_job
UPDATE job SET state = 'failed', worker = NULL, retries_left = 0, failure = :failure
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: offer_job_again
UPDATE job SET state = 'available', worker = NULL, retries_left = :retries, ready_at = :now, ended_at = NULL,
  variables_sealed = :variables_sealed
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: jobs_of_instance
SELECT job_id, job_type, instance_key, element_id, state, retries_left, worker, ready_at, created_at FROM job
WHERE tenant_id = :tenant_id AND instance_key = :instance_key ORDER BY job_id;
