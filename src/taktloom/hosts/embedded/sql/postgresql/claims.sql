-- SPDX-License-Identifier: Apache-2.0
-- Work that several nodes look for at the same time: what another one is taking is passed over, not waited for.
-- MATERIALIZED: a choice inside IN (…) may be made several times, and then takes more than its LIMIT.
-- By ctid: the rows were locked by this very statement, so they stay where they are until it has written them.

-- name: lock_jobs
WITH chosen AS MATERIALIZED (
  SELECT ctid AS place, job_id AS chosen_id, state AS was FROM job
  WHERE tenant_id = :tenant_id AND job_type IN (SELECT value FROM json_each(:job_types))
    AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
  ORDER BY priority DESC, ready_at, job_id LIMIT :max_jobs FOR UPDATE SKIP LOCKED)
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE ctid = ANY (ARRAY(SELECT place FROM chosen))
RETURNING job_id, job_type, priority, instance_key, process_id, element_id, retries_left, attempt, fence, ready_at, headers,
  variables_sealed, CASE WHEN job_id IN (SELECT chosen_id FROM chosen WHERE was = 'locked') THEN 1 ELSE 0 END
    AS has_timed_out, (SELECT subject_key FROM instance i
    WHERE i.tenant_id = job.tenant_id AND i.instance_key = job.instance_key) AS subject_key;

-- name: lock_jobs_of_type
WITH chosen AS MATERIALIZED (
  SELECT ctid AS place, job_id AS chosen_id, state AS was FROM job
  WHERE tenant_id = :tenant_id AND job_type = :job_type AND priority = :priority
    AND state IN ('available', 'waiting', 'locked') AND ready_at <= :now AND is_held = 0
  ORDER BY ready_at, job_id LIMIT :max_jobs FOR UPDATE SKIP LOCKED)
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE ctid = ANY (ARRAY(SELECT place FROM chosen))
RETURNING job_id, job_type, priority, instance_key, process_id, element_id, retries_left, attempt, fence, ready_at, headers,
  variables_sealed, CASE WHEN job_id IN (SELECT chosen_id FROM chosen WHERE was = 'locked') THEN 1 ELSE 0 END
    AS has_timed_out, (SELECT subject_key FROM instance i
    WHERE i.tenant_id = job.tenant_id AND i.instance_key = job.instance_key) AS subject_key;

-- The job is found by its id before anything is asked of it: the planner would read all that is ready for it.
-- name: locked_jobs
WITH named AS MATERIALIZED (
  SELECT job_id, fence, state, ready_at FROM job
  WHERE tenant_id = :tenant_id AND job_id IN (SELECT value FROM json_each(:job_ids)))
SELECT job_id, fence FROM named WHERE state = 'locked' AND ready_at > :now;

-- name: lock_external_task
WITH named AS MATERIALIZED (
  SELECT ctid AS place, state, is_held FROM job WHERE tenant_id = :tenant_id AND job_id = :job_id FOR UPDATE)
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE ctid = ANY (ARRAY(
  SELECT place FROM named WHERE state IN ('available', 'waiting', 'locked') AND is_held = 0));

-- name: unlock_external_task
WITH named AS MATERIALIZED (
  SELECT ctid AS place, state FROM job WHERE tenant_id = :tenant_id AND job_id = :job_id FOR UPDATE)
UPDATE job SET state = 'available', worker = NULL, ready_at = :now
WHERE ctid = ANY (ARRAY(SELECT place FROM named WHERE state = 'locked'));

-- name: claim_timer
DELETE FROM timer WHERE tenant_id = :tenant_id AND timer_id IN (
  SELECT timer_id FROM timer WHERE tenant_id = :tenant_id AND timer_id = :timer_id FOR UPDATE SKIP LOCKED);

-- name: claim_timer_start
DELETE FROM timer_start WHERE (tenant_id, process_id, element_id, part) IN (
  SELECT tenant_id, process_id, element_id, part FROM timer_start
  WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id AND part = :part
    AND due_at = :due_at
  FOR UPDATE SKIP LOCKED);

-- name: delete_expired_messages
WITH chosen AS MATERIALIZED (
  SELECT tenant_id, message_id FROM message WHERE expires_at <= :now ORDER BY tenant_id, message_id LIMIT 1000
  FOR UPDATE SKIP LOCKED)
DELETE FROM message WHERE (tenant_id, message_id) IN (SELECT tenant_id, message_id FROM chosen);
