-- SPDX-License-Identifier: Apache-2.0

-- A job that is locked while its row waits to be written is written as locked, in place of that row or over it.
-- name: insert_job
INSERT INTO job (tenant_id, job_id, instance_key, process_id, element_id, job_type, state, retries_left, attempt, fence,
  worker, ready_at, created_at, taken_at, headers, variables_sealed, priority, back_off)
VALUES (:tenant_id, :job_id, :instance_key, :process_id, :element_id, :job_type, :state, :retries, :attempt, :fence,
  :worker, :ready_at, :now, :taken_at, :headers, :variables_sealed, :priority, :back_off)
ON CONFLICT (tenant_id, job_id) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
  fence = excluded.fence, worker = excluded.worker, ready_at = excluded.ready_at, taken_at = excluded.taken_at;

-- Long values of open jobs. A value that is there already is the same one: its key is its digest.
-- name: insert_job_value
INSERT INTO job_value (tenant_id, instance_key, value_digest, value_sealed)
VALUES (:tenant_id, :instance_key, :value_digest, :value_sealed)
ON CONFLICT (tenant_id, instance_key, value_digest) DO NOTHING;

-- name: job_value
SELECT value_sealed FROM job_value
WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND value_digest = :value_digest;

-- name: variables_of_open_jobs
SELECT variables_sealed FROM job
WHERE tenant_id = :tenant_id AND job_id > :instance_key AND job_id < :instance_key || ':' AND variables_sealed IS NOT NULL;

-- name: delete_other_job_values
DELETE FROM job_value WHERE tenant_id = :tenant_id AND instance_key = :instance_key
  AND value_digest NOT IN (SELECT value FROM json_each(:used));

-- name: delete_job_values
DELETE FROM job_value WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- In the index jobs lie by type, priority and time, so that each priority in use is looked at with one step, however
-- many jobs wait for their next attempt or are locked. (SELECT … LIMIT 1) = 1, not EXISTS, which the server's planner
-- would turn into a join that reads all that is ready.
-- name: is_job_ready
WITH RECURSIVE level (job_type, priority) AS (
  SELECT value, (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = value
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0)
  FROM json_each(:job_types)
  UNION ALL
  SELECT level.job_type, (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id
    AND j.job_type = level.job_type AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0
    AND j.priority < level.priority)
  FROM level WHERE level.priority IS NOT NULL)
SELECT 1 AS n FROM level WHERE (
  SELECT 1 FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = level.job_type AND j.priority = level.priority
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0 AND j.ready_at <= :now LIMIT 1) = 1
LIMIT 1;

-- name: next_job_ready_at
WITH RECURSIVE level (job_type, priority) AS (
  SELECT value, (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = value
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0)
  FROM json_each(:job_types)
  UNION ALL
  SELECT level.job_type, (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id
    AND j.job_type = level.job_type AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0
    AND j.priority < level.priority)
  FROM level WHERE level.priority IS NOT NULL)
SELECT min((SELECT min(j.ready_at) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = level.job_type
  AND j.priority = level.priority AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0)) AS n
FROM level WHERE level.priority IS NOT NULL;

-- name: ready_job_priorities
WITH RECURSIVE level (priority) AS (
  SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0
  UNION ALL
  SELECT (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0 AND j.priority < level.priority)
  FROM level WHERE level.priority IS NOT NULL)
SELECT level.priority FROM level WHERE (
  SELECT 1 FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type AND j.priority = level.priority
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0 AND j.ready_at <= :now LIMIT 1) = 1
LIMIT :max_jobs;

-- name: ready_jobs
SELECT job_id, job_type, priority, instance_key, process_id, element_id, retries_left, attempt, fence, ready_at, headers,
  variables_sealed, CASE state WHEN 'locked' THEN 1 ELSE 0 END AS has_timed_out, (SELECT subject_key FROM instance i
    WHERE i.tenant_id = job.tenant_id AND i.instance_key = job.instance_key) AS subject_key
FROM job
WHERE tenant_id = :tenant_id AND job_type = :job_type AND priority = :priority
  AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
ORDER BY ready_at, job_id LIMIT :max_jobs;

-- When a job is ready next that is not ready yet: at the end of a pause or of a lock.
-- name: next_job_ready_after
WITH RECURSIVE level (priority) AS (
  SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0
  UNION ALL
  SELECT (SELECT max(j.priority) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type
    AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0 AND j.priority < level.priority)
  FROM level WHERE level.priority IS NOT NULL)
SELECT min((SELECT min(j.ready_at) FROM job j WHERE j.tenant_id = :tenant_id AND j.job_type = :job_type
  AND j.priority = level.priority AND j.state IN ('available', 'waiting', 'locked') AND j.is_held = 0
  AND j.ready_at > :now)) AS n
FROM level WHERE level.priority IS NOT NULL;

-- name: lock_job
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: job_by_id
SELECT tenant_id, job_id, instance_key, element_id, job_type, state, retries_left, attempt, fence, worker, ready_at,
  created_at, priority, back_off FROM job
WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: locked_jobs
SELECT job_id, fence FROM job
WHERE tenant_id = :tenant_id AND job_id IN (SELECT value FROM json_each(:job_ids)) AND state = 'locked'
  AND ready_at > :now;

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

-- The id of a job is the key of its instance and nine digits more; the colon comes after them.
-- name: jobs_of_instance
SELECT job_id, job_type, instance_key, element_id, state, retries_left, worker, ready_at, created_at,
  priority FROM job
WHERE tenant_id = :tenant_id AND job_id > :instance_key AND job_id < :instance_key || ':' ORDER BY job_id;
