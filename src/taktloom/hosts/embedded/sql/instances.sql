-- SPDX-License-Identifier: Apache-2.0

-- name: greatest_instance_key
SELECT max(instance_key) AS instance_key FROM instance;

-- name: insert_instance
INSERT INTO instance (tenant_id, instance_key, definition_key, process_id, process_name, version, status, business_key,
  subject_key, started_at, started_by, caller_key, child_id, call_depth, history_level, traceparent)
VALUES (:tenant_id, :instance_key, :definition_key, :process_id, :process_name, :version, 'active', :business_key,
  :subject_key, :started_at, :started_by, :caller_key, :child_id, :call_depth, :history_level, :traceparent);

-- name: called_instance
SELECT instance_key FROM instance
WHERE tenant_id = :tenant_id AND caller_key = :caller_key AND child_id = :child_id AND status = 'active';

-- name: ended_called_instance
SELECT instance_key FROM instance
WHERE tenant_id = :tenant_id AND caller_key = :caller_key AND child_id = :child_id AND status <> 'active';

-- name: called_instances
SELECT * FROM instance WHERE tenant_id = :tenant_id AND caller_key = :caller_key ORDER BY instance_key LIMIT :limit;

-- name: save_instance_state
INSERT INTO instance_state (tenant_id, instance_key, journal_size, state_sealed)
VALUES (:tenant_id, :instance_key, :journal_size, :state_sealed)
ON CONFLICT (tenant_id, instance_key) DO UPDATE SET journal_size = excluded.journal_size,
  state_sealed = excluded.state_sealed;

-- The entry at which the state was written comes first, where there is a state: it tells when that was.
-- name: entries_since_states
SELECT j.instance_key, j.sequence, j.occurred_at, j.payload_sealed
FROM json_each(:instance_keys)
  LEFT JOIN instance_state s ON s.tenant_id = :tenant_id AND s.instance_key = value
  JOIN journal j ON j.tenant_id = :tenant_id AND j.instance_key = value AND j.sequence >= coalesce(s.journal_size, 1)
ORDER BY j.instance_key, j.sequence;

-- name: live_instance
SELECT i.instance_key, i.status, i.subject_key, i.definition_key, i.business_key, i.caller_key, i.child_id, i.call_depth,
  i.history_level, i.traceparent, s.journal_size AS state_size, s.state_sealed,
  CASE WHEN EXISTS (SELECT 1 FROM job_value v WHERE v.tenant_id = i.tenant_id AND v.instance_key = i.instance_key)
    THEN 1 ELSE 0 END AS has_long_values
FROM instance i LEFT JOIN instance_state s USING (tenant_id, instance_key)
WHERE i.tenant_id = :tenant_id AND i.instance_key = :instance_key;

-- name: live_instances
SELECT i.instance_key, i.subject_key, i.definition_key, i.business_key, i.caller_key, i.child_id, i.call_depth,
  i.history_level, i.traceparent, s.journal_size AS state_size, s.state_sealed,
  CASE WHEN EXISTS (SELECT 1 FROM job_value v WHERE v.tenant_id = i.tenant_id AND v.instance_key = i.instance_key)
    THEN 1 ELSE 0 END AS has_long_values
FROM instance i LEFT JOIN instance_state s USING (tenant_id, instance_key)
WHERE i.tenant_id = :tenant_id AND i.instance_key IN (SELECT value FROM json_each(:instance_keys))
  AND i.status = 'active';

-- name: instance_with_state
SELECT i.*, s.journal_size AS state_size, s.state_sealed
FROM instance i LEFT JOIN instance_state s USING (tenant_id, instance_key)
WHERE i.tenant_id = :tenant_id AND i.instance_key = :instance_key;

-- name: instance_by_key
SELECT * FROM instance WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: reopen_instance
UPDATE instance SET status = 'active', ended_at = NULL WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: end_instance
UPDATE instance SET status = :status, ended_at = :ended_at, is_suspended = 0 WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: add_open_incidents
UPDATE instance SET open_incidents = open_incidents + :difference
WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: list_instances
SELECT * FROM instance i
WHERE i.tenant_id = :tenant_id
  AND (:before IS NULL OR i.instance_key < :before)
  AND (:process_id IS NULL OR i.process_id = :process_id)
  AND (:version IS NULL OR i.version = :version)
  AND (:version_tag IS NULL OR i.definition_key IN (SELECT d.definition_key FROM process_definition d
    WHERE d.tenant_id = :tenant_id AND d.version_tag = :version_tag))
  AND (:status IS NULL OR i.status = :status)
  AND (:with_incidents IS NULL OR CASE WHEN i.open_incidents > 0 THEN 1 ELSE 0 END = :with_incidents)
  AND (:is_suspended IS NULL OR i.is_suspended = :is_suspended)
  AND (:started_after IS NULL OR i.started_at >= :started_after)
  AND (:started_before IS NULL OR i.started_at < :started_before)
  AND (:search IS NULL OR i.instance_key = :search OR instr(lower(coalesce(i.business_key, '')), lower(:search)) > 0)
  AND (:element_id IS NULL
    OR EXISTS (SELECT 1 FROM job j WHERE j.tenant_id = i.tenant_id AND j.job_id > i.instance_key
      AND j.job_id < i.instance_key || ':' AND j.element_id = :element_id AND j.state IN ('available', 'locked', 'waiting', 'failed'))
    OR EXISTS (SELECT 1 FROM user_task u WHERE u.tenant_id = i.tenant_id AND u.instance_key = i.instance_key
      AND u.element_id = :element_id AND u.state = 'open')
    OR EXISTS (SELECT 1 FROM timer t WHERE t.tenant_id = i.tenant_id AND t.instance_key = i.instance_key
      AND t.element_id = :element_id)
    OR EXISTS (SELECT 1 FROM message_subscription m WHERE m.tenant_id = i.tenant_id AND m.instance_key = i.instance_key
      AND m.element_id = :element_id)
    OR EXISTS (SELECT 1 FROM signal_subscription g WHERE g.tenant_id = i.tenant_id AND g.instance_key = i.instance_key
      AND g.element_id = :element_id)
    OR EXISTS (SELECT 1 FROM incident x WHERE x.tenant_id = i.tenant_id AND x.instance_key = i.instance_key
      AND x.element_id = :element_id AND x.resolved_at IS NULL))
ORDER BY i.instance_key DESC LIMIT :limit;

-- name: count_instances
SELECT count(*) AS n FROM (
  SELECT 1 FROM instance i
  WHERE i.tenant_id = :tenant_id
    AND (:process_id IS NULL OR i.process_id = :process_id)
    AND (:version IS NULL OR i.version = :version)
    AND (:version_tag IS NULL OR i.definition_key IN (SELECT d.definition_key FROM process_definition d
      WHERE d.tenant_id = :tenant_id AND d.version_tag = :version_tag))
    AND (:status IS NULL OR i.status = :status)
    AND (:with_incidents IS NULL OR CASE WHEN i.open_incidents > 0 THEN 1 ELSE 0 END = :with_incidents)
    AND (:is_suspended IS NULL OR i.is_suspended = :is_suspended)
    AND (:started_after IS NULL OR i.started_at >= :started_after)
    AND (:started_before IS NULL OR i.started_at < :started_before)
    AND (:search IS NULL OR i.instance_key = :search OR instr(lower(coalesce(i.business_key, '')), lower(:search)) > 0)
  LIMIT :limit) AS found;
