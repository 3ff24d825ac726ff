-- SPDX-License-Identifier: Apache-2.0
-- How often processes asked a decision, and which rules of its table matched: counters by day, no values.
-- By the file's checksum: versions of a decision that come from the same bytes share their counts.

CREATE TABLE decision_use (
  tenant_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  checksum TEXT NOT NULL,
  day INTEGER NOT NULL,
  evaluations INTEGER NOT NULL,
  unmatched INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, decision_id, checksum, day)
) WITHOUT ROWID;

CREATE TABLE rule_hit (
  tenant_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  checksum TEXT NOT NULL,
  rule_number INTEGER NOT NULL,
  day INTEGER NOT NULL,
  hits INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, decision_id, checksum, rule_number, day)
) WITHOUT ROWID;
