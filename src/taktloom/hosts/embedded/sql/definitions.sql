-- SPDX-License-Identifier: Apache-2.0

-- name: insert_resource
INSERT INTO resource (tenant_id, checksum, content) VALUES (:tenant_id, :checksum, :content) ON CONFLICT DO NOTHING;

-- name: resource_content
SELECT content FROM resource WHERE tenant_id = :tenant_id AND checksum = :checksum;

-- name: insert_process
INSERT INTO process (tenant_id, process_id) VALUES (:tenant_id, :process_id) ON CONFLICT DO NOTHING;

-- name: set_baseline
UPDATE process SET baseline_log_id = :log_id WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: insert_definition
INSERT INTO process_definition (tenant_id, definition_key, process_id, version, name, version_tag, resource_name, checksum,
  has_start_form, is_startable, findings, deployed_at, deployed_by)
VALUES (:tenant_id, :definition_key, :process_id, :version, :name, :version_tag, :resource_name, :checksum,
  :has_start_form, :is_startable, :findings, :deployed_at, :deployed_by);

-- name: latest_definition
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id ORDER BY d.version DESC LIMIT 1;

-- name: definition_of_version
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id AND d.version = :version;

-- name: definition_by_key
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.definition_key = :definition_key;

-- name: definitions_of_process
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id ORDER BY d.version DESC;

-- name: process_ids
SELECT process_id FROM process WHERE tenant_id = :tenant_id AND process_id > :after ORDER BY process_id LIMIT :limit;

-- name: process_counts
SELECT
  (SELECT count(*) FROM process_definition WHERE tenant_id = :tenant_id AND process_id = :process_id) AS versions,
  (SELECT count(*) FROM instance WHERE tenant_id = :tenant_id AND process_id = :process_id AND status = 'active') AS active,
  (SELECT count(*) FROM instance WHERE tenant_id = :tenant_id AND process_id = :process_id AND status <> 'active') AS ended,
  (SELECT coalesce(sum(open_incidents), 0) FROM instance
   WHERE tenant_id = :tenant_id AND process_id = :process_id AND status = 'active') AS incidents;

-- name: latest_decision
SELECT * FROM decision WHERE tenant_id = :tenant_id AND decision_id = :decision_id ORDER BY version DESC LIMIT 1;

-- name: latest_decisions
SELECT d.* FROM decision d WHERE d.tenant_id = :tenant_id AND d.version =
  (SELECT max(version) FROM decision WHERE tenant_id = d.tenant_id AND decision_id = d.decision_id)
ORDER BY d.decision_id LIMIT :limit;

-- name: insert_decision
INSERT INTO decision (tenant_id, decision_id, version, name, resource_name, checksum, deployed_at, deployed_by)
VALUES (:tenant_id, :decision_id, :version, :name, :resource_name, :checksum, :deployed_at, :deployed_by);

-- name: latest_form
SELECT * FROM form WHERE tenant_id = :tenant_id AND form_id = :form_id ORDER BY version DESC LIMIT 1;

-- name: form_of_definition
SELECT f.* FROM definition_form d
  JOIN form f ON f.tenant_id = d.tenant_id AND f.form_id = d.form_id AND f.version = d.version
WHERE d.tenant_id = :tenant_id AND d.definition_key = :definition_key AND d.form_id = :form_id;

-- Of a process that was deployed before its form, or by an older program: the newest form of its day, else the first.
-- name: form_beside_definition
SELECT f.* FROM form f
  JOIN process_definition d ON d.tenant_id = f.tenant_id AND d.definition_key = :definition_key
WHERE f.tenant_id = :tenant_id AND f.form_id = :form_id
ORDER BY CASE WHEN f.deployed_at <= d.deployed_at THEN 0 ELSE 1 END,
  CASE WHEN f.deployed_at <= d.deployed_at THEN -f.version ELSE f.version END
LIMIT 1;

-- name: insert_definition_form
INSERT INTO definition_form (tenant_id, definition_key, form_id, version)
VALUES (:tenant_id, :definition_key, :form_id, :version);

-- name: insert_form
INSERT INTO form (tenant_id, form_id, version, resource_name, checksum, deployed_at, deployed_by)
VALUES (:tenant_id, :form_id, :version, :resource_name, :checksum, :deployed_at, :deployed_by);

-- name: delete_message_starts
DELETE FROM message_start WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: insert_message_start
INSERT INTO message_start (tenant_id, message_name, process_id, element_id)
VALUES (:tenant_id, :message_name, :process_id, :element_id);

-- name: message_starts
SELECT process_id, element_id FROM message_start WHERE tenant_id = :tenant_id AND message_name = :message_name
ORDER BY process_id, element_id;

-- name: timer_starts_of_process
SELECT * FROM timer_start WHERE tenant_id = :tenant_id AND process_id = :process_id ORDER BY element_id, part;

-- name: insert_timer_start
INSERT INTO timer_start (tenant_id, process_id, element_id, part, parts, due_at, repetitions_left, schedule,
  occurrence, calendar)
VALUES (:tenant_id, :process_id, :element_id, :part, :parts, :due_at, :repetitions_left, :schedule,
  :occurrence, :calendar);

-- name: due_timer_starts
SELECT * FROM timer_start t WHERE t.due_at <= :now AND NOT EXISTS (
  SELECT 1 FROM process_definition d WHERE d.tenant_id = t.tenant_id AND d.process_id = t.process_id
    AND d.suspended_at IS NOT NULL AND d.version =
      (SELECT max(version) FROM process_definition WHERE tenant_id = t.tenant_id AND process_id = t.process_id))
ORDER BY t.due_at, t.tenant_id, t.process_id, t.element_id, t.part LIMIT :limit;

-- name: delete_timer_start
DELETE FROM timer_start WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id
  AND part = :part AND due_at = :due_at;

-- name: claim_timer_start
DELETE FROM timer_start WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id
  AND part = :part AND due_at = :due_at;

-- name: delete_signal_starts
DELETE FROM signal_start WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: insert_signal_start
INSERT INTO signal_start (tenant_id, signal_name, process_id, element_id)
VALUES (:tenant_id, :signal_name, :process_id, :element_id);

-- name: signal_starts
SELECT process_id, element_id FROM signal_start WHERE tenant_id = :tenant_id AND signal_name = :signal_name
ORDER BY process_id, element_id;

-- name: delete_condition_starts
DELETE FROM condition_start WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: insert_condition_start
INSERT INTO condition_start (tenant_id, process_id, element_id) VALUES (:tenant_id, :process_id, :element_id);

-- name: condition_starts
SELECT * FROM condition_start WHERE tenant_id = :tenant_id ORDER BY process_id, element_id;

-- name: note_condition_start
UPDATE condition_start SET was_true = :was_true
WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id;

-- name: definition_of_tag
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id AND d.version_tag = :version_tag
ORDER BY d.version DESC LIMIT 1;

-- name: definition_of_deployment
SELECT d.*, p.baseline_log_id FROM process_definition d JOIN process p USING (tenant_id, process_id)
WHERE d.tenant_id = :tenant_id AND d.process_id = :process_id AND d.deployed_at = :deployed_at
ORDER BY d.version DESC LIMIT 1;

-- name: delete_start_parts
DELETE FROM start_part WHERE tenant_id = :tenant_id AND process_id = :process_id;

-- name: delete_start_parts_of
DELETE FROM start_part WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id;

-- name: write_start_part
INSERT INTO start_part (tenant_id, process_id, element_id, part, variables_sealed)
VALUES (:tenant_id, :process_id, :element_id, :part, :variables_sealed)
ON CONFLICT (tenant_id, process_id, element_id, part) DO UPDATE SET variables_sealed = excluded.variables_sealed;

-- name: start_parts
SELECT * FROM start_part WHERE tenant_id = :tenant_id AND process_id = :process_id AND element_id = :element_id
ORDER BY part;
