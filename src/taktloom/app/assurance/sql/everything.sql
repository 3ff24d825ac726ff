-- SPDX-License-Identifier: Apache-2.0
-- What the checks of a simulation read: whole tables, for they are small.

-- name: instances
SELECT i.instance_key, i.process_id, i.definition_key, i.status, i.business_key, i.caller_key, i.child_id, i.open_incidents,
  s.journal_size AS state_size, s.state_sealed
FROM instance i LEFT JOIN instance_state s ON s.tenant_id = i.tenant_id AND s.instance_key = i.instance_key
ORDER BY i.instance_key;

-- name: journal
SELECT instance_key, sequence, payload_sealed FROM journal ORDER BY instance_key, sequence;

-- name: latest_journal_entry
SELECT max(occurred_at) AS n FROM journal;

-- name: jobs
SELECT instance_key, job_id, state FROM job ORDER BY job_id;

-- name: timers
SELECT instance_key, timer_id, due_at FROM timer ORDER BY timer_id;

-- name: subscriptions
SELECT instance_key, subscription_id FROM message_subscription ORDER BY subscription_id;

-- name: signal_subscriptions
SELECT instance_key, subscription_id FROM signal_subscription ORDER BY subscription_id;

-- name: user_tasks
SELECT instance_key, user_task_id, state, definition_key FROM user_task ORDER BY user_task_id;

-- name: incidents
SELECT instance_key, incident_id, resolved_at FROM incident ORDER BY incident_id;

-- name: event_counts
SELECT instance_key, count(*) AS n FROM event_log GROUP BY instance_key ORDER BY instance_key;

-- name: messages
SELECT message_id, correlated_with FROM message ORDER BY message_id;

-- name: timer_starts
SELECT count(*) AS n FROM timer_start;

-- name: still_open
SELECT (SELECT count(*) FROM instance WHERE status = 'active') + (SELECT count(*) FROM timer_start)
  + (SELECT count(*) FROM outbox WHERE is_dead = 0) + (SELECT count(*) FROM batch WHERE state = 'running') AS n;

-- name: definitions
SELECT definition_key FROM process_definition ORDER BY definition_key;

-- name: batches
SELECT batch_id, kind, state, reason, total, done, failed FROM batch ORDER BY batch_id;

-- name: batch_items
SELECT batch_id, target, state FROM batch_item ORDER BY batch_id, position;

-- name: actions_of_batches
SELECT batch_id, instance_key, count(*) AS n FROM operator_action
WHERE batch_id IS NOT NULL AND instance_key IS NOT NULL GROUP BY batch_id, instance_key ORDER BY batch_id, instance_key;

-- name: webhooks
SELECT count(*) AS n FROM webhook;

-- name: outbox
SELECT outbox_id, payload FROM outbox ORDER BY outbox_id;

-- name: waiting_cases
SELECT DISTINCT i.business_key
FROM message_subscription m JOIN instance i ON i.tenant_id = m.tenant_id AND i.instance_key = m.instance_key
WHERE i.business_key IS NOT NULL ORDER BY i.business_key;

-- name: waiting_for_signals
SELECT count(*) AS n FROM signal_subscription;

-- name: open_instances
SELECT instance_key FROM instance WHERE status = 'active' ORDER BY instance_key;
