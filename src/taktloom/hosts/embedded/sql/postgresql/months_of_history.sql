-- SPDX-License-Identifier: Apache-2.0
-- Journal and event log by month; see stores/postgresql_months.py. Months are those of UTC.

-- name: insert_journal_entry
INSERT INTO journal (tenant_id, instance_key, sequence, occurred_at, kind, actor, subject_key, payload_sealed, filed_under)
VALUES (:tenant_id, :instance_key, :sequence, :occurred_at, :kind, :actor, :subject_key, :payload_sealed, :instance_key);

-- name: insert_event
INSERT INTO event_log (tenant_id, instance_key, process_id, version, visit, element_id, element_type, activity,
  lifecycle, started_at, occurred_at, resource, role, attributes_sealed, filed_under)
VALUES (:tenant_id, :instance_key, :process_id, :version, :visit, :element_id, :element_type, :activity,
  :lifecycle, :started_at, :occurred_at, :resource, :role, :attributes_sealed, :instance_key);

-- An instance is due when the month in which it ended is: so that months go as a whole.
-- name: retention_policies
SELECT p.process_id, p.retention_days, p.history_level,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.status <> 'active') AS ended,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.status <> 'active' AND i.on_hold = 0
      AND i.ended_at < CAST(extract(epoch FROM date_trunc('month',
        to_timestamp((:now - p.retention_days * 86400000000) / 1000000), 'UTC')) AS bigint) * 1000000) AS due,
  (SELECT count(*) FROM instance i
    WHERE i.tenant_id = p.tenant_id AND i.process_id = p.process_id AND i.on_hold = 1) AS on_hold
FROM process p WHERE p.tenant_id = :tenant_id AND p.process_id > :after ORDER BY p.process_id LIMIT :limit;

-- name: due_instances
SELECT i.tenant_id, i.instance_key, i.process_id FROM process p
JOIN instance i ON i.tenant_id = p.tenant_id AND i.process_id = p.process_id
WHERE p.retention_days IS NOT NULL AND i.status <> 'active' AND i.on_hold = 0
  AND i.ended_at < CAST(extract(epoch FROM date_trunc('month',
    to_timestamp((:now - p.retention_days * 86400000000) / 1000000), 'UTC')) AS bigint) * 1000000
  AND NOT EXISTS (SELECT 1 FROM instance c
    WHERE c.tenant_id = i.tenant_id AND c.instance_key = i.caller_key AND c.status = 'active')
ORDER BY i.ended_at, i.instance_key LIMIT :limit;

-- What lies in a month that goes, goes with it.
-- name: delete_journal_of_instance
DELETE FROM journal j WHERE j.tenant_id = :tenant_id AND j.instance_key = :instance_key AND NOT EXISTS (
  SELECT 1 FROM history_month m WHERE m.is_going = 1 AND j.filed_under >= m.first_key AND j.filed_under < m.end_key);

-- name: delete_events_of_instance
DELETE FROM event_log e WHERE e.tenant_id = :tenant_id AND e.instance_key = :instance_key AND NOT EXISTS (
  SELECT 1 FROM history_month m WHERE m.is_going = 1 AND e.filed_under >= m.first_key AND e.filed_under < m.end_key);

-- name: months_of_history
SELECT first_key, end_key, is_going FROM history_month ORDER BY first_key;

-- name: note_month
INSERT INTO history_month (first_key, end_key) VALUES (:first_key, :end_key) ON CONFLICT (first_key) DO NOTHING;

-- name: forget_month
DELETE FROM history_month WHERE first_key = :first_key;

-- The months of whose ended instances at least half may go.
-- name: let_months_go
WITH counted AS (
  SELECT m.first_key, count(*) AS ended, count(*) FILTER (WHERE i.on_hold = 0
      AND i.ended_at <= :now - p.retention_days * 86400000000
      AND CAST(m.end_key AS bigint) <= :now - p.retention_days * 86400000000
      AND NOT EXISTS (SELECT 1 FROM instance c
        WHERE c.tenant_id = i.tenant_id AND c.instance_key = i.caller_key AND c.status = 'active')) AS due
  FROM history_month m
  JOIN instance i ON i.ended_at >= CAST(m.first_key AS bigint) AND i.ended_at < CAST(m.end_key AS bigint)
  JOIN process p ON p.tenant_id = i.tenant_id AND p.process_id = i.process_id
  WHERE m.is_going = 0 AND i.status <> 'active'
    AND CAST(m.end_key AS bigint) <= :now - (SELECT min(retention_days) FROM process) * 86400000000
  GROUP BY m.first_key)
UPDATE history_month SET is_going = 1
WHERE first_key IN (SELECT first_key FROM counted WHERE due > 0 AND due * 2 >= ended);

-- name: is_month_due
SELECT 1 AS n FROM instance i JOIN process p ON p.tenant_id = i.tenant_id AND p.process_id = i.process_id
WHERE i.ended_at >= CAST(:first_key AS bigint) AND i.ended_at < CAST(:end_key AS bigint) AND i.status <> 'active'
  AND i.on_hold = 0 AND CAST(:end_key AS bigint) <= :now - p.retention_days * 86400000000
  AND NOT EXISTS (SELECT 1 FROM instance c
    WHERE c.tenant_id = i.tenant_id AND c.instance_key = i.caller_key AND c.status = 'active')
LIMIT 1;

-- name: instances_filed_in_month
SELECT i.tenant_id, i.instance_key, i.ended_at FROM instance i
JOIN (SELECT DISTINCT tenant_id, instance_key FROM journal WHERE filed_under >= :first_key AND filed_under < :end_key)
  AS filed ON filed.tenant_id = i.tenant_id AND filed.instance_key = i.instance_key
LIMIT :limit;

-- name: file_journal_on
UPDATE journal SET filed_under = :later WHERE tenant_id = :tenant_id AND instance_key = :instance_key
  AND filed_under >= :first_key AND filed_under < :end_key;

-- name: file_events_on
UPDATE event_log SET filed_under = :later WHERE tenant_id = :tenant_id AND instance_key = :instance_key
  AND filed_under >= :first_key AND filed_under < :end_key;
