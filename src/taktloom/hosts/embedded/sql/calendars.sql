-- SPDX-License-Identifier: Apache-2.0

-- name: insert_calendar
INSERT INTO business_calendar (tenant_id, name, version, definition, saved_at, saved_by)
VALUES (:tenant_id, :name, :version, :definition, :now, :saved_by);

-- name: greatest_calendar_version
SELECT max(version) AS n FROM business_calendar WHERE tenant_id = :tenant_id AND name = :name;

-- name: set_current_calendar
INSERT INTO current_calendar (tenant_id, name, version, is_default)
VALUES (:tenant_id, :name, :version, :is_default)
ON CONFLICT (tenant_id, name) DO UPDATE SET version = excluded.version, is_default = excluded.is_default;

-- name: current_calendar
SELECT c.name, c.version, c.is_default, b.definition, b.saved_at, b.saved_by FROM current_calendar c
JOIN business_calendar b ON b.tenant_id = c.tenant_id AND b.name = c.name AND b.version = c.version
WHERE c.tenant_id = :tenant_id AND c.name = :name;

-- name: default_calendar
SELECT c.name, c.version, c.is_default, b.definition, b.saved_at, b.saved_by FROM current_calendar c
JOIN business_calendar b ON b.tenant_id = c.tenant_id AND b.name = c.name AND b.version = c.version
WHERE c.tenant_id = :tenant_id AND c.is_default = 1;

-- name: list_calendars
SELECT c.name, c.version, c.is_default, b.definition, b.saved_at, b.saved_by FROM current_calendar c
JOIN business_calendar b ON b.tenant_id = c.tenant_id AND b.name = c.name AND b.version = c.version
WHERE c.tenant_id = :tenant_id ORDER BY c.name LIMIT :limit;

-- name: calendar_versions
SELECT name, version, 0 AS is_default, definition, saved_at, saved_by FROM business_calendar
WHERE tenant_id = :tenant_id AND name = :name ORDER BY version DESC LIMIT :limit;

-- name: clear_default_calendar
UPDATE current_calendar SET is_default = 0 WHERE tenant_id = :tenant_id AND is_default = 1;

-- name: delete_current_calendar
DELETE FROM current_calendar WHERE tenant_id = :tenant_id AND name = :name;

-- name: insert_calendar_use
INSERT INTO calendar_use (tenant_id, name, definition_key) VALUES (:tenant_id, :name, :definition_key)
ON CONFLICT DO NOTHING;

-- name: delete_calendar_uses_of_nobody
DELETE FROM calendar_use WHERE NOT EXISTS (
  SELECT 1 FROM process_definition d
  WHERE d.tenant_id = calendar_use.tenant_id AND d.definition_key = calendar_use.definition_key);

-- name: calendar_uses
SELECT definition_key FROM calendar_use WHERE tenant_id = :tenant_id AND name = :name
ORDER BY definition_key LIMIT :limit;
