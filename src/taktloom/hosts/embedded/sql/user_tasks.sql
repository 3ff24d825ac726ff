-- SPDX-License-Identifier: Apache-2.0

-- name: insert_user_task
INSERT INTO user_task (tenant_id, user_task_id, instance_key, definition_key, process_id, process_name, version,
  element_id, name, business_key, subject_key, assignee, candidate_groups, candidate_users, state, form_id, created_at,
  taken_at, due_at, follow_up_at, priority, variables_sealed)
VALUES (:tenant_id, :user_task_id, :instance_key, :definition_key, :process_id, :process_name, :version,
  :element_id, :name, :business_key, :subject_key, :assignee, :candidate_groups, :candidate_users, 'open', :form_id,
  :now, :taken_at, :due_at, :follow_up_at, :priority, :variables_sealed);

-- name: insert_user_task_group
INSERT INTO user_task_group (tenant_id, group_name, user_task_id) VALUES (:tenant_id, :group_name, :user_task_id)
ON CONFLICT DO NOTHING;

-- Long values of user tasks. A value that is there already is the same one: its key is its digest.
-- name: insert_user_task_value
INSERT INTO user_task_value (tenant_id, instance_key, value_digest, value_sealed)
VALUES (:tenant_id, :instance_key, :value_digest, :value_sealed)
ON CONFLICT (tenant_id, instance_key, value_digest) DO NOTHING;

-- name: user_task_values
SELECT value_digest, value_sealed FROM user_task_value
WHERE tenant_id = :tenant_id AND instance_key = :instance_key
  AND value_digest IN (SELECT value FROM json_each(:digests));

-- name: end_user_task
UPDATE user_task SET state = :state, ended_at = :now WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id
  AND state = 'open';

-- name: assign_user_task
UPDATE user_task SET assignee = :assignee, taken_at = :taken_at, owner = :owner, delegation = :delegation
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: plan_user_task
UPDATE user_task SET due_at = :due_at, follow_up_at = :follow_up_at, priority = :priority
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: user_task_by_id
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: user_tasks_of_instance
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key ORDER BY user_task_id;

-- name: user_tasks_by_ids
SELECT * FROM user_task
WHERE tenant_id = :tenant_id AND user_task_id IN (SELECT value FROM json_each(:user_task_ids)) ORDER BY user_task_id;

-- name: user_tasks_of_instance_after
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND user_task_id > :after
ORDER BY user_task_id LIMIT :limit;

-- name: user_tasks_of_business_key_after
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND business_key = :business_key AND user_task_id > :after
ORDER BY user_task_id LIMIT :limit;

-- name: ended_user_tasks_of_assignee_after
SELECT * FROM user_task
WHERE tenant_id = :tenant_id AND assignee = :assignee AND state <> 'open' AND user_task_id > :after
ORDER BY user_task_id LIMIT :limit;

-- name: user_tasks_after
SELECT * FROM user_task WHERE tenant_id = :tenant_id AND user_task_id > :after ORDER BY user_task_id LIMIT :limit;

-- name: insert_user_task_place
INSERT INTO user_task_place (tenant_id, user_task_id, place, process_id, created_at, due_at, urgency, follow_up_at)
VALUES (:tenant_id, :user_task_id, :place, :process_id, :created_at, :due_at, :urgency, :follow_up_at)
ON CONFLICT DO NOTHING;

-- name: delete_user_task_places
DELETE FROM user_task_place WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: place_oldest
SELECT user_task_id, process_id, created_at, due_at, urgency, follow_up_at FROM user_task_place
WHERE tenant_id = :tenant_id AND place = :place AND (created_at, user_task_id) > (:first, :last)
ORDER BY created_at, user_task_id LIMIT :limit;

-- name: place_newest
SELECT user_task_id, process_id, created_at, due_at, urgency, follow_up_at FROM user_task_place
WHERE tenant_id = :tenant_id AND place = :place AND (created_at, user_task_id) < (:first, :last)
ORDER BY created_at DESC, user_task_id DESC LIMIT :limit;

-- name: place_due
SELECT user_task_id, process_id, created_at, due_at, urgency, follow_up_at FROM user_task_place
WHERE tenant_id = :tenant_id AND place = :place AND (due_at, user_task_id) > (:first, :last)
ORDER BY due_at, user_task_id LIMIT :limit;

-- name: place_priority
SELECT user_task_id, process_id, created_at, due_at, urgency, follow_up_at FROM user_task_place
WHERE tenant_id = :tenant_id AND place = :place AND (urgency, created_at, user_task_id) > (:first, :second, :last)
ORDER BY urgency, created_at, user_task_id LIMIT :limit;

-- name: count_place
SELECT count(*) AS n FROM (
  SELECT 1 AS one FROM user_task_place WHERE tenant_id = :tenant_id AND place = :place AND due_at <= :due_until
  LIMIT :limit) counted;

-- name: ids_of_place
SELECT user_task_id FROM user_task_place
WHERE tenant_id = :tenant_id AND place = :place AND due_at <= :due_until
ORDER BY due_at, user_task_id LIMIT :limit;

-- name: insert_user_task_event
INSERT INTO user_task_event (tenant_id, user_task_id, number, kind, occurred_at, actor, detail)
SELECT :tenant_id, :user_task_id, COALESCE(max(number), 0) + 1, :kind, :now, :actor, :detail FROM user_task_event
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: user_task_events
SELECT number, kind, occurred_at, actor, detail FROM user_task_event
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id ORDER BY number LIMIT :limit;

-- name: greatest_comment
SELECT max(number) AS n FROM user_task_comment WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: insert_comment
INSERT INTO user_task_comment (tenant_id, user_task_id, number, author, written_at, text_sealed)
VALUES (:tenant_id, :user_task_id, :number, :author, :now, :text_sealed);

-- name: comments
SELECT number, author, written_at, text_sealed FROM user_task_comment
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id ORDER BY number;

-- name: attachment_sums
SELECT max(number) AS greatest, count(*) AS n FROM user_task_attachment
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id;

-- name: insert_attachment
INSERT INTO user_task_attachment (tenant_id, user_task_id, number, name_sealed, media_type, size_bytes, checksum,
  added_by, added_at)
VALUES (:tenant_id, :user_task_id, :number, :name_sealed, :media_type, :size_bytes, :checksum, :added_by, :now);

-- name: insert_attachment_content
INSERT INTO user_task_attachment_content (tenant_id, user_task_id, number, content_sealed)
VALUES (:tenant_id, :user_task_id, :number, :content_sealed);

-- name: attachments
SELECT number, name_sealed, media_type, size_bytes, checksum, added_by, added_at FROM user_task_attachment
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id ORDER BY number;

-- name: attachment_content
SELECT content_sealed FROM user_task_attachment_content
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id AND number = :number;

-- name: delete_attachment_content
DELETE FROM user_task_attachment_content
WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id AND number = :number;

-- name: delete_attachment
DELETE FROM user_task_attachment WHERE tenant_id = :tenant_id AND user_task_id = :user_task_id AND number = :number;
