-- SPDX-License-Identifier: Apache-2.0
-- Statements that pass a gate: who reads and writes what somebody else writes and reads comes before or after them.
-- A message name has sixteen gates, one of them for each correlation key; a subscription to any key passes all sixteen.

-- name: matching_subscriptions
WITH passing AS (
  UPDATE gate SET passed = passed + 1
  WHERE bucket = abs(hashtext(CAST(:tenant_id AS text) || chr(31) || CAST(:message_name AS text))::bigint) % 64 * 16
    + abs(hashtext(CAST(:correlation_digest AS text))::bigint) % 16
  RETURNING bucket)
SELECT subscription_id, instance_key, matches_sealed FROM message_subscription
WHERE tenant_id = :tenant_id AND message_name = :message_name AND correlation_digest IN ('', :correlation_digest)
ORDER BY CASE WHEN correlation_digest = '' AND matches_sealed IS NULL THEN 1 ELSE 0 END, subscription_id LIMIT :limit;

-- name: buffered_messages
WITH passing AS (
  UPDATE gate SET passed = passed + 1
  WHERE bucket / 16 = abs(hashtext(CAST(:tenant_id AS text) || chr(31) || CAST(:message_name AS text))::bigint) % 64
    AND (CAST(:correlation_digest AS text) = ''
      OR bucket % 16 = abs(hashtext(CAST(:correlation_digest AS text))::bigint) % 16)
  RETURNING bucket)
SELECT * FROM message
WHERE tenant_id = :tenant_id AND message_name = :message_name
  AND (:correlation_digest = '' OR correlation_digest = :correlation_digest)
  AND correlated_with IS NULL AND expires_at > :now
ORDER BY received_at, message_id LIMIT :limit;

-- name: write_start_part
WITH passing AS (
  UPDATE gate SET passed = passed + 1
  WHERE bucket = abs(hashtext(CAST(:tenant_id AS text) || chr(31) || CAST(:process_id AS text)
    || chr(31) || CAST(:element_id AS text))::bigint) % 1024
  RETURNING bucket)
INSERT INTO start_part (tenant_id, process_id, element_id, part, variables_sealed)
VALUES (:tenant_id, :process_id, :element_id, :part, :variables_sealed)
ON CONFLICT (tenant_id, process_id, element_id, part) DO UPDATE SET variables_sealed = excluded.variables_sealed;
