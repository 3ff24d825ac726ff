-- SPDX-License-Identifier: Apache-2.0

-- name: insert_incident
INSERT INTO incident (tenant_id, incident_id, instance_key, process_id, process_name, version, element_id, element_name,
  kind, message, job_id, raised_at, signature)
VALUES (:tenant_id, :incident_id, :instance_key, :process_id, :process_name, :version, :element_id, :element_name,
  :kind, :message, :job_id, :now, :signature);

-- name: close_incident
UPDATE incident SET resolved_at = :now WHERE tenant_id = :tenant_id AND incident_id = :incident_id
  AND resolved_at IS NULL;

-- name: incident_by_id
SELECT n.*, i.business_key, i.is_suspended FROM incident n JOIN instance i USING (tenant_id, instance_key)
WHERE n.tenant_id = :tenant_id AND n.incident_id = :incident_id;

-- name: incidents_of_instance
SELECT n.*, i.business_key, i.is_suspended FROM incident n JOIN instance i USING (tenant_id, instance_key)
WHERE n.tenant_id = :tenant_id AND n.instance_key = :instance_key ORDER BY n.incident_id;

-- name: list_incidents
SELECT n.*, i.business_key, i.is_suspended FROM incident n JOIN instance i USING (tenant_id, instance_key)
WHERE n.tenant_id = :tenant_id
  AND (:before IS NULL OR n.incident_id < :before)
  AND (:process_id IS NULL OR n.process_id = :process_id)
  AND (:is_open IS NULL OR CASE WHEN n.resolved_at IS NULL THEN 1 ELSE 0 END = :is_open)
ORDER BY n.incident_id DESC LIMIT :limit;

-- name: count_incidents
SELECT count(*) AS n FROM (
  SELECT 1 FROM incident
  WHERE tenant_id = :tenant_id
    AND (:process_id IS NULL OR process_id = :process_id)
    AND (:is_open IS NULL OR CASE WHEN resolved_at IS NULL THEN 1 ELSE 0 END = :is_open)
  LIMIT :limit) AS found;
