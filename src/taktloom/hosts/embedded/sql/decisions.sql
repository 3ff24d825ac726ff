-- SPDX-License-Identifier: Apache-2.0

-- name: count_decision_use
INSERT INTO decision_use (tenant_id, decision_id, checksum, day, evaluations, unmatched)
VALUES (:tenant_id, :decision_id, :checksum, :day, 1, :unmatched)
ON CONFLICT (tenant_id, decision_id, checksum, day) DO UPDATE SET evaluations = decision_use.evaluations + 1,
  unmatched = decision_use.unmatched + excluded.unmatched;

-- name: count_rule_hit
INSERT INTO rule_hit (tenant_id, decision_id, checksum, rule_number, day, hits)
VALUES (:tenant_id, :decision_id, :checksum, :rule_number, :day, 1)
ON CONFLICT (tenant_id, decision_id, checksum, rule_number, day) DO UPDATE SET hits = rule_hit.hits + 1;

-- name: delete_old_decision_uses
DELETE FROM decision_use WHERE day < :day;

-- name: delete_old_rule_hits
DELETE FROM rule_hit WHERE day < :day;

-- name: decision_uses
SELECT coalesce(sum(evaluations), 0) AS evaluations, coalesce(sum(unmatched), 0) AS unmatched,
  min(day) AS first_day, max(day) AS last_day FROM decision_use
WHERE tenant_id = :tenant_id AND decision_id = :decision_id AND checksum = :checksum AND day >= :since;

-- name: rule_hits
SELECT rule_number, sum(hits) AS hits FROM rule_hit
WHERE tenant_id = :tenant_id AND decision_id = :decision_id AND checksum = :checksum AND day >= :since
GROUP BY rule_number ORDER BY rule_number;

-- name: decision_version
SELECT * FROM decision WHERE tenant_id = :tenant_id AND decision_id = :decision_id AND version = :version;

-- name: decision_versions
SELECT * FROM decision WHERE tenant_id = :tenant_id AND decision_id = :decision_id ORDER BY version DESC LIMIT :limit;
