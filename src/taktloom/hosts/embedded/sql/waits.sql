-- SPDX-License-Identifier: Apache-2.0

-- name: insert_timer
INSERT INTO timer (tenant_id, timer_id, instance_key, element_id, due_at)
VALUES (:tenant_id, :timer_id, :instance_key, :element_id, :due_at);

-- name: delete_timer
DELETE FROM timer WHERE tenant_id = :tenant_id AND timer_id = :timer_id;

-- name: claim_timer
DELETE FROM timer WHERE tenant_id = :tenant_id AND timer_id = :timer_id;

-- name: due_timers
SELECT * FROM timer WHERE due_at <= :now AND is_held = 0 ORDER BY due_at, timer_id LIMIT :limit;

-- name: next_due_at
SELECT min(due_at) AS n FROM (
  SELECT min(due_at) AS due_at FROM timer WHERE is_held = 0
  UNION ALL
  SELECT min(t.due_at) AS due_at FROM timer_start t WHERE NOT EXISTS (
    SELECT 1 FROM process_definition d WHERE d.tenant_id = t.tenant_id AND d.process_id = t.process_id
      AND d.suspended_at IS NOT NULL AND d.version =
        (SELECT max(version) FROM process_definition WHERE tenant_id = t.tenant_id AND process_id = t.process_id))) AS due;

-- name: timers_of_instance
SELECT * FROM timer WHERE tenant_id = :tenant_id AND instance_key = :instance_key ORDER BY due_at, timer_id;

-- name: insert_subscription
INSERT INTO message_subscription (tenant_id, subscription_id, instance_key, element_id, message_name,
  correlation_digest, correlation_key_sealed, matches_sealed)
VALUES (:tenant_id, :subscription_id, :instance_key, :element_id, :message_name,
  :correlation_digest, :correlation_key_sealed, :matches_sealed);

-- name: delete_subscription
DELETE FROM message_subscription WHERE tenant_id = :tenant_id AND subscription_id = :subscription_id;

-- name: matching_subscriptions
SELECT subscription_id, instance_key, matches_sealed FROM message_subscription
WHERE tenant_id = :tenant_id AND message_name = :message_name AND correlation_digest IN ('', :correlation_digest)
ORDER BY CASE WHEN correlation_digest = '' AND matches_sealed IS NULL THEN 1 ELSE 0 END, subscription_id LIMIT :limit;

-- name: subscriptions_of_instance
SELECT * FROM message_subscription WHERE tenant_id = :tenant_id AND instance_key = :instance_key
ORDER BY subscription_id;

-- name: message_by_id
SELECT * FROM message WHERE tenant_id = :tenant_id AND message_id = :message_id;

-- name: insert_message
INSERT INTO message (tenant_id, message_id, message_name, correlation_digest, content_digest, received_at, expires_at,
  correlated_with, variables_sealed)
VALUES (:tenant_id, :message_id, :message_name, :correlation_digest, :content_digest, :now, :expires_at,
  :correlated_with, :variables_sealed);

-- name: buffered_messages
SELECT * FROM message
WHERE tenant_id = :tenant_id AND message_name = :message_name
  AND (:correlation_digest = '' OR correlation_digest = :correlation_digest)
  AND correlated_with IS NULL AND expires_at > :now
ORDER BY received_at, message_id LIMIT :limit;

-- name: take_message
UPDATE message SET correlated_with = :correlated_with, variables_sealed = NULL
WHERE tenant_id = :tenant_id AND message_id = :message_id;

-- name: delete_expired_messages
DELETE FROM message WHERE expires_at <= :now;

-- name: insert_signal_subscription
INSERT INTO signal_subscription (tenant_id, subscription_id, instance_key, element_id, signal_name)
VALUES (:tenant_id, :subscription_id, :instance_key, :element_id, :signal_name);

-- name: delete_signal_subscription
DELETE FROM signal_subscription WHERE tenant_id = :tenant_id AND subscription_id = :subscription_id;

-- name: has_signal_subscription
SELECT 1 AS n FROM signal_subscription WHERE tenant_id = :tenant_id AND subscription_id = :subscription_id;

-- name: signal_subscriptions
SELECT subscription_id, instance_key FROM signal_subscription
WHERE tenant_id = :tenant_id AND signal_name = :signal_name ORDER BY subscription_id;

-- name: signals_of_instance
SELECT * FROM signal_subscription WHERE tenant_id = :tenant_id AND instance_key = :instance_key
ORDER BY subscription_id;

-- name: data_store
SELECT value_sealed FROM data_store WHERE tenant_id = :tenant_id AND store_id = :store_id;

-- name: write_data_store
INSERT INTO data_store (tenant_id, store_id, updated_at, value_sealed)
VALUES (:tenant_id, :store_id, :now, :value_sealed)
ON CONFLICT (tenant_id, store_id) DO UPDATE SET updated_at = excluded.updated_at, value_sealed = excluded.value_sealed;

-- name: subscriptions_of_message
SELECT s.subscription_id, s.instance_key, s.correlation_digest, s.matches_sealed
FROM message_subscription s
  JOIN instance i ON i.tenant_id = s.tenant_id AND i.instance_key = s.instance_key
WHERE s.tenant_id = :tenant_id AND s.message_name = :message_name
  AND (:instance_key IS NULL OR s.instance_key = :instance_key)
  AND (:business_key IS NULL OR i.business_key = :business_key)
ORDER BY s.subscription_id LIMIT :limit;
