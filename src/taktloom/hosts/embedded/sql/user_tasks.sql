-- SPDX-License-Identifier: Apache-2.0

-- name: insert_user_task
INSERT INTO user_task (tenant_id, user_task_id, instance_key, definition_key, process_id, process_name, version,
  element_id, name, business_key, subject_key, assignee, candidate_groups, state, form_id, created_at, taken_at, due_at,
  variables_sealed)
VALUES (:tenant_id, :user_task_id, :instance_key, :definition_key, :process_id, :process_name, :version,
  :element_id, :name, :business_key, :subject_key, :assignee, :candidate_groups, 'open', :form_id, :now,
  CASE WHEN CAST(:assignee AS TEXT) IS NULL THEN NULL ELSE CAST(:now AS BIGINT) END, :due_at, :variables_sealed);

-- name: insert_user_task_group
INSERT INTO user_task_group (tenant_id, group_name, user_task_id) VALUES (:tenant_id, :group_name, :user_task_id)
ON CONFLICT DO NOTHING;

-- name: end_user_task
UPDATE user_task SET state = :state, ended_at = :now WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id
  AND state = 'open';

-- name: assign_user_task
UPDATE user_task SET assignee = :assignee, taken_at = CASE WHEN CAST(:assignee AS TEXT) IS NULL THEN NULL ELSE CAST(:now AS BIGINT) END
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: user_task_by_id
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: user_tasks_of_instance
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key ORDER BY user_task_id;

-- name: list_user_tasks
SELECT * FROM user_task u
WHERE u.tenant_id = :tenant_id
  AND (:after IS NULL OR u.user_task_id > :after)
  AND (:state IS NULL OR u.state = :state)
  AND (:assignee IS NULL OR u.assignee = :assignee)
  AND (:is_unassigned IS NULL OR CASE WHEN u.assignee IS NULL THEN 1 ELSE 0 END = :is_unassigned)
  AND (:process_id IS NULL OR u.process_id = :process_id)
  AND (:instance_key IS NULL OR u.instance_key = :instance_key)
  AND (:search IS NULL OR u.instance_key = :search OR instr(lower(u.name), lower(:search)) > 0
    OR instr(lower(coalesce(u.business_key, '')), lower(:search)) > 0)
  AND (:visible_to_groups IS NULL OR u.assignee = :visible_to
    OR (u.assignee IS NULL AND u.candidate_groups = '[]')
    OR EXISTS (SELECT 1 FROM user_task_group g WHERE g.tenant_id = u.tenant_id AND g.user_task_id = u.user_task_id
      AND g.group_name IN (SELECT value FROM json_each(:visible_to_groups))))
ORDER BY u.user_task_id LIMIT :limit;

-- name: count_user_tasks
SELECT count(*) AS n FROM (
  SELECT 1 FROM user_task u
  WHERE u.tenant_id = :tenant_id
    AND (:state IS NULL OR u.state = :state)
    AND (:assignee IS NULL OR u.assignee = :assignee)
    AND (:is_unassigned IS NULL OR CASE WHEN u.assignee IS NULL THEN 1 ELSE 0 END = :is_unassigned)
    AND (:process_id IS NULL OR u.process_id = :process_id)
    AND (:instance_key IS NULL OR u.instance_key = :instance_key)
    AND (:search IS NULL OR u.instance_key = :search OR instr(lower(u.name), lower(:search)) > 0
      OR instr(lower(coalesce(u.business_key, '')), lower(:search)) > 0)
    AND (:visible_to_groups IS NULL OR u.assignee = :visible_to
      OR (u.assignee IS NULL AND u.candidate_groups = '[]')
      OR EXISTS (SELECT 1 FROM user_task_group g WHERE g.tenant_id = u.tenant_id AND g.user_task_id = u.user_task_id
      AND g.group_name IN (SELECT value FROM json_each(:visible_to_groups))))
  LIMIT :limit) AS found;
