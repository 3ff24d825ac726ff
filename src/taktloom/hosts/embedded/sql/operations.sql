-- SPDX-License-Identifier: Apache-2.0

-- name: hold_jobs
UPDATE job SET is_held = :is_held
WHERE tenant_id = :tenant_id AND job_id > :instance_key AND job_id < :instance_key || ':'
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
SELECT i.*, s.journal_size AS state_size, s.state_sealed
FROM instance i LEFT JOIN instance_state s ON s.tenant_id = i.tenant_id AND s.instance_key = i.instance_key
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

-- name: incident_groups
SELECT signature, process_id, version, element_id, kind, count(*) AS incidents,
  count(DISTINCT instance_key) AS instances, min(raised_at) AS first_raised_at, max(raised_at) AS last_raised_at
FROM incident
WHERE tenant_id = :tenant_id AND resolved_at IS NULL AND (:process_id IS NULL OR process_id = :process_id)
GROUP BY signature, process_id, version, element_id, kind
HAVING count(*) < :after_incidents OR (count(*) = :after_incidents AND signature > :after_signature)
ORDER BY incidents DESC, signature LIMIT :limit;

-- name: count_incident_groups
SELECT count(DISTINCT signature) AS n FROM incident
WHERE tenant_id = :tenant_id AND resolved_at IS NULL AND (:process_id IS NULL OR process_id = :process_id);

-- name: latest_incident_of_group
SELECT * FROM incident WHERE tenant_id = :tenant_id AND signature = :signature AND resolved_at IS NULL
ORDER BY incident_id DESC LIMIT 1;

-- name: incidents_of_group
SELECT incident_id FROM incident WHERE tenant_id = :tenant_id AND signature = :signature AND resolved_at IS NULL
ORDER BY incident_id LIMIT :limit;

-- name: open_incident_ids
SELECT incident_id FROM incident
WHERE tenant_id = :tenant_id AND resolved_at IS NULL AND (:process_id IS NULL OR process_id = :process_id)
ORDER BY incident_id LIMIT :limit;

-- name: unsigned_incidents
SELECT * FROM incident WHERE tenant_id = :tenant_id AND signature = '' AND resolved_at IS NULL
ORDER BY incident_id LIMIT :limit;

-- name: sign_incident
UPDATE incident SET signature = :signature WHERE tenant_id = :tenant_id AND incident_id = :incident_id;

-- name: count_live_of_version
SELECT count(*) AS n FROM instance
WHERE tenant_id = :tenant_id AND process_id = :process_id AND version = :version AND status = 'active';

-- name: insert_batch
INSERT INTO batch (tenant_id, batch_id, kind, state, reason, created_at, created_by, total, done, failed,
  parameters_sealed)
VALUES (:tenant_id, :batch_id, :kind, 'running', :reason, :created_at, :created_by, :total, 0, 0, :parameters_sealed);

-- name: insert_batch_item
INSERT INTO batch_item (tenant_id, batch_id, position, target, state)
VALUES (:tenant_id, :batch_id, :position, :target, 'pending');

-- name: batch_by_id
SELECT * FROM batch WHERE tenant_id = :tenant_id AND batch_id = :batch_id;

-- name: list_batches
SELECT * FROM batch WHERE tenant_id = :tenant_id AND (:before IS NULL OR batch_id < :before)
ORDER BY batch_id DESC LIMIT :limit;

-- name: batch_items
SELECT * FROM batch_item
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND position > :after AND (:state IS NULL OR state = :state)
ORDER BY position LIMIT :limit;

-- name: due_batch_items
SELECT i.tenant_id, i.batch_id, i.position, i.target FROM batch b
JOIN batch_item i ON i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id
WHERE b.state = 'running' AND i.state = 'pending' ORDER BY i.batch_id, i.position LIMIT :limit;

-- name: claim_batch_item
UPDATE batch_item SET state = 'done', ended_at = :now, error_code = NULL, message = NULL
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND position = :position AND state = 'pending'
  AND EXISTS (SELECT 1 FROM batch b WHERE b.tenant_id = :tenant_id AND b.batch_id = :batch_id AND b.state = 'running');

-- name: fail_batch_item
UPDATE batch_item SET state = 'failed', ended_at = :now, error_code = :error_code, message = :message
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND position = :position AND state = 'pending';

-- name: add_to_batch
UPDATE batch SET done = done + :done, failed = failed + :failed WHERE tenant_id = :tenant_id AND batch_id = :batch_id;

-- name: count_batch
UPDATE batch SET
  done = (SELECT count(*) FROM batch_item i
    WHERE i.tenant_id = :tenant_id AND i.batch_id = :batch_id AND i.state = 'done'),
  failed = (SELECT count(*) FROM batch_item i
    WHERE i.tenant_id = :tenant_id AND i.batch_id = :batch_id AND i.state = 'failed')
WHERE tenant_id = :tenant_id AND batch_id = :batch_id;

-- name: turn_batch
UPDATE batch SET state = :state, ended_at = :ended_at WHERE tenant_id = :tenant_id AND batch_id = :batch_id;

-- name: end_batch
UPDATE batch SET state = 'done', ended_at = :now
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND state = 'running' AND done + failed >= total;

-- name: skip_pending_items
UPDATE batch_item SET state = 'skipped', ended_at = :now
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND state = 'pending';

-- name: reopen_failed_items
UPDATE batch_item SET state = 'pending', ended_at = NULL, error_code = NULL, message = NULL
WHERE tenant_id = :tenant_id AND batch_id = :batch_id AND state = 'failed';

-- name: retention_policies
SELECT p.process_id, p.retention_days, p.history_level,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.status <> 'active') AS ended,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.status <> 'active' AND i.on_hold = 0
      AND i.ended_at <= :now - p.retention_days * 86400000000) AS due,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.on_hold = 1) AS on_hold
FROM process p WHERE p.tenant_id = :tenant_id AND p.process_id > :after ORDER BY p.process_id LIMIT :limit;

-- name: set_retention
UPDATE process SET retention_days = :days, history_level = :history_level
WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: hold_instance
UPDATE instance SET on_hold = :on_hold WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: active_caller
SELECT c.instance_key FROM instance i
JOIN instance c ON c.tenant_id = i.tenant_id AND c.instance_key = i.caller_key
WHERE i.tenant_id = :tenant_id AND i.instance_key = :instance_key AND c.status = 'active';

-- name: due_instances
SELECT i.tenant_id, i.instance_key, i.process_id FROM process p
JOIN instance i ON i.tenant_id = p.tenant_id AND i.process_id = p.process_id
WHERE p.retention_days IS NOT NULL AND i.status <> 'active' AND i.on_hold = 0
  AND i.ended_at <= :now - p.retention_days * 86400000000
  AND NOT EXISTS (SELECT 1 FROM instance c
    WHERE c.tenant_id = i.tenant_id AND c.instance_key = i.caller_key AND c.status = 'active')
ORDER BY i.ended_at, i.instance_key LIMIT :limit;

-- name: delete_attachment_contents_of_instance
DELETE FROM user_task_attachment_content WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_attachments_of_instance
DELETE FROM user_task_attachment WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_comments_of_instance
DELETE FROM user_task_comment WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_task_events_of_instance
DELETE FROM user_task_event WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_task_places_of_instance
DELETE FROM user_task_place WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_task_groups_of_instance
DELETE FROM user_task_group WHERE tenant_id = :tenant_id AND user_task_id IN (
  SELECT user_task_id FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key);

-- name: delete_user_tasks_of_instance
DELETE FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_task_values_of_instance
DELETE FROM user_task_value WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_jobs_of_instance
DELETE FROM job WHERE tenant_id = :tenant_id AND job_id > :instance_key AND job_id < :instance_key || ':';

-- name: delete_timers_of_instance
DELETE FROM timer WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_subscriptions_of_instance
DELETE FROM message_subscription WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_signals_of_instance
DELETE FROM signal_subscription WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_incidents_of_instance
DELETE FROM incident WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_events_of_instance
DELETE FROM event_log WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_journal_of_instance
DELETE FROM journal WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_state_of_instance
DELETE FROM instance_state WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: delete_instance
DELETE FROM instance WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: instances_without_waits
SELECT i.*, s.journal_size AS state_size, s.state_sealed
FROM instance i LEFT JOIN instance_state s ON s.tenant_id = i.tenant_id AND s.instance_key = i.instance_key
WHERE i.tenant_id = :tenant_id AND i.status = 'active' AND i.is_suspended = 0 AND i.open_incidents = 0
  AND i.instance_key > :after AND (:process_id IS NULL OR i.process_id = :process_id)
  AND NOT EXISTS (SELECT 1 FROM job j WHERE j.tenant_id = i.tenant_id AND j.job_id > i.instance_key
    AND j.job_id < i.instance_key || ':' AND j.state IN ('available', 'locked', 'waiting', 'failed'))
  AND NOT EXISTS (SELECT 1 FROM user_task u WHERE u.tenant_id = i.tenant_id AND u.instance_key = i.instance_key
    AND u.state = 'open')
  AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.tenant_id = i.tenant_id AND t.instance_key = i.instance_key)
  AND NOT EXISTS (SELECT 1 FROM message_subscription m WHERE m.tenant_id = i.tenant_id
    AND m.instance_key = i.instance_key)
  AND NOT EXISTS (SELECT 1 FROM signal_subscription g WHERE g.tenant_id = i.tenant_id
    AND g.instance_key = i.instance_key)
  AND NOT EXISTS (SELECT 1 FROM instance c WHERE c.tenant_id = i.tenant_id AND c.caller_key = i.instance_key
    AND c.status = 'active')
  AND NOT EXISTS (SELECT 1 FROM batch_item b WHERE b.tenant_id = i.tenant_id AND b.target = i.instance_key
    AND b.state = 'pending')
ORDER BY i.instance_key LIMIT :limit;

-- name: version_uses
SELECT d.version, d.version_tag, d.suspended_at,
  (SELECT count(*) FROM instance i WHERE i.tenant_id = d.tenant_id AND i.definition_key = d.definition_key
    AND i.status = 'active') AS active,
  (SELECT count(*) FROM instance i WHERE i.tenant_id = d.tenant_id AND i.definition_key = d.definition_key
    AND i.status <> 'active') AS ended
FROM process_definition d WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id ORDER BY d.version DESC;

-- name: count_instances_of_definition
SELECT count(*) AS n FROM instance WHERE tenant_id = :tenant_id AND definition_key = :definition_key;

-- name: forget_calendars_of_definition
DELETE FROM calendar_use WHERE tenant_id = :tenant_id AND definition_key = :definition_key;

-- name: forget_forms_of_definition
DELETE FROM definition_form WHERE tenant_id = :tenant_id AND definition_key = :definition_key;

-- name: delete_definition
DELETE FROM process_definition WHERE tenant_id = :tenant_id AND definition_key = :definition_key;

-- name: kept_migrations
SELECT a.details FROM operator_action a
JOIN instance i ON i.tenant_id = a.tenant_id AND i.instance_key = a.instance_key
WHERE a.tenant_id = :tenant_id AND a.process_id = :process_id AND a.action = 'migrate-instance' ORDER BY a.action_id;
