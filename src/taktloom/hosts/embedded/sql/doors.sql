-- SPDX-License-Identifier: Apache-2.0

-- name: delete_expired_requests
DELETE FROM idempotent_request WHERE expires_at <= :now;

-- name: idempotent_request
SELECT * FROM idempotent_request WHERE tenant_id = :tenant_id AND owner = :owner AND key_digest = :key_digest;

-- name: begin_request
INSERT INTO idempotent_request (tenant_id, owner, key_digest, request_digest, begun_at, expires_at)
VALUES (:tenant_id, :owner, :key_digest, :request_digest, :now, :expires_at)
ON CONFLICT (tenant_id, owner, key_digest) DO NOTHING;

-- name: finish_request
UPDATE idempotent_request SET status = :status, content_type = :content_type, answer_sealed = :answer_sealed
WHERE tenant_id = :tenant_id AND owner = :owner AND key_digest = :key_digest;

-- name: forget_request
DELETE FROM idempotent_request WHERE tenant_id = :tenant_id AND owner = :owner AND key_digest = :key_digest;

-- name: pulse
SELECT beaten_at FROM pulse WHERE tenant_id = :tenant_id;

-- name: beat
INSERT INTO pulse (tenant_id, beaten_at, padding) VALUES (:tenant_id, :now, :padding)
ON CONFLICT (tenant_id) DO UPDATE SET beaten_at = excluded.beaten_at, padding = excluded.padding;

-- Of a clock that was ahead: an instant that has not come yet, and at which they were created or taken.
-- name: hasten_jobs
UPDATE job SET ready_at = :now
WHERE tenant_id = :tenant_id AND state = 'available' AND ended_at IS NULL AND ready_at > :now;

-- Lock and pause keep their length, counted from now: nobody knows how much of it has passed.
-- name: shorten_locks
UPDATE job SET ready_at = :now + ready_at - taken_at, taken_at = :now
WHERE tenant_id = :tenant_id AND state IN ('locked', 'waiting') AND ended_at IS NULL AND taken_at > :latest;

-- name: take_padding_away
UPDATE pulse SET padding = NULL WHERE tenant_id = :tenant_id;

-- name: active_by_process
SELECT process_id, count(*) AS n FROM instance WHERE tenant_id = :tenant_id AND status = 'active'
GROUP BY process_id ORDER BY count(*) DESC, process_id LIMIT :limit;

-- name: jobs_by_type
SELECT job_type, CASE WHEN state = 'locked' AND ready_at <= :now THEN 'timed-out' ELSE state END AS standing,
  count(*) AS n FROM job
WHERE tenant_id = :tenant_id AND state IN ('available', 'waiting', 'locked', 'failed')
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :limit;

-- name: open_counts
SELECT
  (SELECT count(*) FROM incident WHERE tenant_id = :tenant_id AND resolved_at IS NULL) AS incidents,
  (SELECT count(*) FROM user_task WHERE tenant_id = :tenant_id AND state = 'open') AS user_tasks,
  (SELECT count(*) FROM outbox WHERE tenant_id = :tenant_id AND is_dead = 0) AS outbox,
  (SELECT count(*) FROM outbox WHERE tenant_id = :tenant_id AND is_dead = 1) AS dead,
  (SELECT min(due_at) FROM timer) AS due_at;
