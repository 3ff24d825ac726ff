-- SPDX-License-Identifier: Apache-2.0

-- name: insert_journal_entry
INSERT INTO journal (tenant_id, instance_key, sequence, occurred_at, kind, actor, subject_key, payload_sealed)
VALUES (:tenant_id, :instance_key, :sequence, :occurred_at, :kind, :actor, :subject_key, :payload_sealed);

-- name: journal_entries
SELECT * FROM journal WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND sequence > :after
ORDER BY sequence LIMIT :limit;

-- name: journal_size
SELECT max(sequence) AS n FROM journal WHERE tenant_id = :tenant_id AND instance_key = :instance_key;

-- name: insert_event
INSERT INTO event_log (tenant_id, instance_key, process_id, version, visit, element_id, element_type, activity,
  lifecycle, started_at, occurred_at, resource, role, attributes_sealed)
VALUES (:tenant_id, :instance_key, :process_id, :version, :visit, :element_id, :element_type, :activity,
  :lifecycle, :started_at, :occurred_at, :resource, :role, :attributes_sealed);

-- name: events_of_instance
SELECT e.*, i.subject_key FROM event_log e JOIN instance i USING (tenant_id, instance_key)
WHERE e.tenant_id = :tenant_id AND e.instance_key = :instance_key ORDER BY e.position;

-- name: events_after
SELECT e.*, i.subject_key FROM event_log e JOIN instance i USING (tenant_id, instance_key)
WHERE e.tenant_id = :tenant_id AND e.position > :after AND (:process_id IS NULL OR e.process_id = :process_id)
ORDER BY e.position LIMIT :limit;

-- name: count_events_after
SELECT count(*) AS n FROM event_log
WHERE tenant_id = :tenant_id AND position > :after AND (:process_id IS NULL OR process_id = :process_id);

-- name: last_event_position
SELECT position AS n FROM event_log WHERE tenant_id = :tenant_id ORDER BY position DESC LIMIT 1;
