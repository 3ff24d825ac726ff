-- SPDX-License-Identifier: Apache-2.0
-- Jobs under the rules of external tasks: found by filters, held by a worker's name.

-- name: external_task_candidates
SELECT j.job_id, j.instance_key, j.priority, j.created_at
FROM job j
  JOIN instance i ON i.tenant_id = j.tenant_id AND i.instance_key = j.instance_key
  JOIN process_definition d ON d.tenant_id = i.tenant_id AND d.definition_key = i.definition_key
WHERE j.tenant_id = :tenant_id AND j.job_type = :topic AND j.state IN ('available', 'waiting', 'locked')
  AND j.ready_at <= :now AND j.is_held = 0
  AND (:business_key IS NULL OR i.business_key = :business_key)
  AND (:process_id IS NULL OR i.process_id = :process_id)
  AND (:definition_key IS NULL OR i.definition_key = :definition_key)
  AND (:version_tag IS NULL OR d.version_tag = :version_tag)
ORDER BY CASE WHEN :by_priority = 1 THEN j.priority ELSE 0 END DESC,
  CASE WHEN :newest_first = 1 THEN j.created_at ELSE 0 END DESC, j.created_at, j.job_id
LIMIT :limit;

-- name: lock_external_task
UPDATE job SET state = 'locked', fence = fence + 1, attempt = attempt + 1, worker = :worker, taken_at = :now,
  ready_at = :locked_until
WHERE tenant_id = :tenant_id AND job_id = :job_id AND state IN ('available', 'waiting', 'locked') AND is_held = 0;

-- name: unlock_external_task
UPDATE job SET state = 'available', worker = NULL, ready_at = :now
WHERE tenant_id = :tenant_id AND job_id = :job_id AND state = 'locked';

-- name: external_task
SELECT j.*, i.business_key, i.subject_key, i.definition_key, d.version_tag
FROM job j
  JOIN instance i ON i.tenant_id = j.tenant_id AND i.instance_key = j.instance_key
  JOIN process_definition d ON d.tenant_id = i.tenant_id AND d.definition_key = i.definition_key
WHERE j.tenant_id = :tenant_id AND j.job_id = :job_id;

-- name: list_external_tasks
SELECT j.*, i.business_key, i.subject_key, i.definition_key, d.version_tag
FROM job j
  JOIN instance i ON i.tenant_id = j.tenant_id AND i.instance_key = j.instance_key
  JOIN process_definition d ON d.tenant_id = i.tenant_id AND d.definition_key = i.definition_key
WHERE j.tenant_id = :tenant_id AND j.state IN ('available', 'waiting', 'locked', 'failed')
  AND (:task_id IS NULL OR j.job_id = :task_id)
  AND (:topic IS NULL OR j.job_type = :topic)
  AND (:worker IS NULL OR j.worker = :worker)
  AND (:instance_key IS NULL OR j.instance_key = :instance_key)
  AND (:process_id IS NULL OR i.process_id = :process_id)
  AND (:definition_key IS NULL OR i.definition_key = :definition_key)
  AND (:element_id IS NULL OR j.element_id = :element_id)
  AND (:is_locked IS NULL OR CASE WHEN j.state = 'locked' AND j.ready_at > :now THEN 1 ELSE 0 END = :is_locked)
  AND (:has_retries IS NULL OR CASE WHEN j.retries_left > 0 THEN 1 ELSE 0 END = :has_retries)
ORDER BY j.job_id LIMIT :limit OFFSET :offset;

-- name: count_external_tasks
SELECT count(*) AS n
FROM job j
  JOIN instance i ON i.tenant_id = j.tenant_id AND i.instance_key = j.instance_key
WHERE j.tenant_id = :tenant_id AND j.state IN ('available', 'waiting', 'locked', 'failed')
  AND (:task_id IS NULL OR j.job_id = :task_id)
  AND (:topic IS NULL OR j.job_type = :topic)
  AND (:worker IS NULL OR j.worker = :worker)
  AND (:instance_key IS NULL OR j.instance_key = :instance_key)
  AND (:process_id IS NULL OR i.process_id = :process_id)
  AND (:definition_key IS NULL OR i.definition_key = :definition_key)
  AND (:element_id IS NULL OR j.element_id = :element_id)
  AND (:is_locked IS NULL OR CASE WHEN j.state = 'locked' AND j.ready_at > :now THEN 1 ELSE 0 END = :is_locked)
  AND (:has_retries IS NULL OR CASE WHEN j.retries_left > 0 THEN 1 ELSE 0 END = :has_retries);

-- name: open_topics
SELECT DISTINCT job_type FROM job
WHERE tenant_id = :tenant_id AND state IN ('available', 'waiting', 'locked', 'failed')
ORDER BY job_type LIMIT :limit;

-- An empty failure says that they were set, though nothing has failed.
-- name: set_job_retries
UPDATE job SET retries_left = :retries_left, failure = coalesce(failure, '') WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: set_job_priority
UPDATE job SET priority = :priority WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: write_failure_details
UPDATE job SET failure_details_sealed = :failure_details_sealed WHERE tenant_id = :tenant_id AND job_id = :job_id;

-- name: open_incident_of_job
SELECT incident_id FROM incident
WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND job_id = :job_id AND resolved_at IS NULL
ORDER BY incident_id LIMIT 1;
