-- SPDX-License-Identifier: Apache-2.0

-- name: insert_webhook
INSERT INTO webhook (tenant_id, webhook_id, url, topics, secret_sealed, created_at, created_by)
VALUES (:tenant_id, :webhook_id, :url, :topics, :secret_sealed, :now, :created_by);

-- name: webhooks
SELECT * FROM webhook WHERE tenant_id = :tenant_id ORDER BY webhook_id LIMIT :limit;

-- name: every_webhook
SELECT tenant_id, webhook_id, topics FROM webhook ORDER BY tenant_id, webhook_id;

-- name: delete_outbox_of_webhook
DELETE FROM outbox WHERE tenant_id = :tenant_id AND webhook_id = :webhook_id;

-- name: delete_webhook
DELETE FROM webhook WHERE tenant_id = :tenant_id AND webhook_id = :webhook_id;

-- name: insert_outbox
INSERT INTO outbox (tenant_id, outbox_id, webhook_id, topic, created_at, ready_at, payload)
VALUES (:tenant_id, :outbox_id, :webhook_id, :topic, :now, :now, :payload);

-- name: insert_thrown_message
INSERT INTO outbox (tenant_id, outbox_id, webhook_id, topic, created_at, ready_at, payload, instance_key, element_id,
  content_sealed)
VALUES (:tenant_id, :outbox_id, :webhook_id, :topic, :now, :now, :payload, :instance_key, :element_id,
  :content_sealed);

-- name: thrower_of_outbox
SELECT i.instance_key, i.definition_key, o.element_id
FROM outbox o JOIN instance i ON i.tenant_id = o.tenant_id AND i.instance_key = o.instance_key
WHERE o.tenant_id = :tenant_id AND o.outbox_id = :outbox_id;

-- name: count_undelivered
SELECT count(*) AS n FROM incident
WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND outbox_id IS NOT NULL;

-- name: insert_undelivered
INSERT INTO incident (tenant_id, incident_id, instance_key, process_id, process_name, version, element_id, element_name,
  kind, message, raised_at, signature, outbox_id)
VALUES (:tenant_id, :incident_id, :instance_key, :process_id, :process_name, :version, :element_id, :element_name,
  :kind, :message, :now, :signature, :outbox_id);

-- name: open_undelivered
SELECT incident_id, instance_key FROM incident
WHERE tenant_id = :tenant_id AND outbox_id = :outbox_id AND resolved_at IS NULL ORDER BY incident_id;

-- name: delete_outbox_of_instance
DELETE FROM outbox WHERE tenant_id = :tenant_id AND instance_key = :instance_key AND is_dead = 1;

-- name: due_outbox
SELECT o.outbox_id, o.topic, o.attempt, o.payload, o.content_sealed, w.url, w.secret_sealed
FROM outbox o JOIN webhook w ON w.tenant_id = o.tenant_id AND w.webhook_id = o.webhook_id
WHERE o.tenant_id = :tenant_id AND o.is_dead = 0 AND o.ready_at <= :now
ORDER BY o.ready_at, o.outbox_id LIMIT :limit;

-- name: next_outbox_at
SELECT min(ready_at) AS n FROM outbox WHERE tenant_id = :tenant_id AND is_dead = 0;

-- name: lease_outbox
UPDATE outbox SET attempt = attempt + 1, ready_at = :until
WHERE tenant_id = :tenant_id AND outbox_id = :outbox_id AND is_dead = 0 AND ready_at <= :now;

-- name: delete_outbox
DELETE FROM outbox WHERE tenant_id = :tenant_id AND outbox_id = :outbox_id;

-- name: postpone_outbox
UPDATE outbox SET ready_at = :ready_at, failure = :failure, is_dead = :is_dead
WHERE tenant_id = :tenant_id AND outbox_id = :outbox_id;

-- name: dead_letters
SELECT o.outbox_id, o.webhook_id, o.topic, o.created_at, o.attempt, o.failure, w.url
FROM outbox o JOIN webhook w ON w.tenant_id = o.tenant_id AND w.webhook_id = o.webhook_id
WHERE o.tenant_id = :tenant_id AND o.is_dead = 1 AND (:after IS NULL OR o.outbox_id > :after)
ORDER BY o.outbox_id LIMIT :limit;

-- name: revive_outbox
UPDATE outbox SET is_dead = 0, attempt = 0, ready_at = :now
WHERE tenant_id = :tenant_id AND outbox_id = :outbox_id AND is_dead = 1;
