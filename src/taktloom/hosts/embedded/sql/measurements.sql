-- SPDX-License-Identifier: Apache-2.0

-- name: finished_cycles
SELECT started_at, ended_at FROM instance
WHERE tenant_id = :tenant_id AND process_id = :process_id AND status = 'completed'
ORDER BY instance_key DESC LIMIT :limit;

-- name: finished_between
SELECT count(*) AS n FROM instance
WHERE tenant_id = :tenant_id AND (:process_id IS NULL OR process_id = :process_id) AND status <> 'active'
  AND ended_at >= :since AND ended_at < :until;

-- name: job_spans
SELECT element_id, created_at, taken_at, ended_at FROM job
WHERE tenant_id = :tenant_id AND process_id = :process_id AND state = 'completed' ORDER BY job_id DESC LIMIT :limit;

-- name: user_task_spans
SELECT element_id, created_at, taken_at, ended_at FROM user_task
WHERE tenant_id = :tenant_id AND process_id = :process_id AND state = 'completed'
ORDER BY user_task_id DESC LIMIT :limit;

-- name: active_elements
SELECT element_id, count(*) AS active FROM (
  SELECT element_id FROM job WHERE tenant_id = :tenant_id AND process_id = :process_id
    AND ended_at IS NULL
  UNION ALL
  SELECT element_id FROM user_task WHERE tenant_id = :tenant_id AND process_id = :process_id AND state = 'open') AS waiting
GROUP BY element_id ORDER BY element_id;
