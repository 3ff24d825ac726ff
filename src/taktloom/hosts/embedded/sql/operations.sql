-- SPDX-License-Identifier: Apache-2.0

-- name: hold_jobs
UPDATE job SET is_held = :is_held WHERE tenant_id = :tenant_id AND instance_key = :instance_key
  AND state IN ('available', 'locked', 'waiting', 'failed');

-- name: hold_timers
UPDATE timer SET is_held = :is_held WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: flag_suspended
UPDATE instance SET is_suspended = :is_suspended WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: active_called_instances
SELECT instance_key FROM instance WHERE tenant_id = :tenant_id AND caller_key = :caller_key AND status = 'active'
ORDER BY instance_key;

-- name: suspend_versions
UPDATE process_definition SET suspended_at = :suspended_at
WHERE tenant_id = :tenant_id AND process_id = :process_id AND (:version IS NULL OR version = :version);

-- name: start_terms
SELECT d.suspended_at, p.history_level FROM process_definition d
JOIN process p ON p.tenant_id = d.tenant_id AND p.process_id = d.process_id
WHERE d.tenant_id = :tenant_id AND d.definition_key = :definition_key;

-- name: insert_operator_action
INSERT INTO operator_action (tenant_id, action_id, occurred_at, actor, action, reason, process_id, instance_key,
  batch_id, details)
VALUES (:tenant_id, :action_id, :occurred_at, :actor, :action, :reason, :process_id, :instance_key, :batch_id, :details);

-- name: list_operator_actions
SELECT * FROM operator_action
WHERE tenant_id = :tenant_id
  AND (:before IS NULL OR action_id < :before)
  AND (:instance_key IS NULL OR instance_key = :instance_key)
  AND (:batch_id IS NULL OR batch_id = :batch_id)
ORDER BY action_id DESC LIMIT :limit;

-- name: active_instances_of_version
SELECT i.*, s.journal_size, s.advanced_at, s.state_sealed FROM instance i
JOIN instance_state s ON s.tenant_id = i.tenant_id AND s.instance_key = i.instance_key
WHERE i.tenant_id = :tenant_id AND i.definition_key = :definition_key AND i.status = 'active'
  AND i.instance_key > :after
ORDER BY i.instance_key LIMIT :limit;

-- name: migrate_instance
UPDATE instance SET definition_key = :definition_key, version = :version, process_name = :process_name
WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: migrate_user_tasks
UPDATE user_task SET definition_key = :definition_key, version = :version, process_name = :process_name
WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND state = 'open';

-- name: migrate_incidents
UPDATE incident SET version = :version, process_name = :process_name, signature = ''
WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND resolved_at IS NULL;

-- name: move_job
UPDATE job SET element_id = :element_id WHERE tenant_id = :tenant_id AND job_id = :wait_id;

-- name: move_user_task
UPDATE user_task SET element_id = :element_id WHERE tenant_id = :tenant_id AND user_task_id = :wait_id;

-- name: move_timer
UPDATE timer SET element_id = :element_id WHERE tenant_id = :tenant_id AND timer_id = :wait_id;

-- name: move_subscription
UPDATE message_subscription SET element_id = :element_id WHERE tenant_id = :tenant_id AND subscription_id = :wait_id;

-- name: move_signal
UPDATE signal_subscription SET element_id = :element_id WHERE tenant_id = :tenant_id AND subscription_id = :wait_id;

-- name: move_incident
UPDATE incident SET element_id = :element_id, element_name = :element_name
WHERE tenant_id = :tenant_id AND incident_id = :wait_id;
