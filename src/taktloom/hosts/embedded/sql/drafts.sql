-- SPDX-License-Identifier: Apache-2.0

-- name: insert_draft
INSERT INTO model_draft (tenant_id, draft_id, name, bpmn_xml, dmn_xml, revision, updated_at, updated_by, source_log_id,
  based_on, notes)
VALUES (:tenant_id, :draft_id, :name, :bpmn_xml, :dmn_xml, 1, :now, :updated_by, :source_log_id, :based_on, :notes);

-- name: update_draft
UPDATE model_draft SET name = :name, bpmn_xml = :bpmn_xml, dmn_xml = :dmn_xml, revision = revision + 1,
  updated_at = :now, updated_by = :updated_by
WHERE tenant_id = :tenant_id AND draft_id = :draft_id AND revision = :revision;

-- name: draft_by_id
SELECT * FROM model_draft WHERE tenant_id = :tenant_id AND draft_id = :draft_id;

-- name: list_drafts
SELECT * FROM model_draft
WHERE tenant_id = :tenant_id AND (:before IS NULL OR draft_id < :before)
ORDER BY draft_id DESC LIMIT :limit;

-- name: delete_draft
DELETE FROM model_draft WHERE tenant_id = :tenant_id AND draft_id = :draft_id;
