-- SPDX-License-Identifier: Apache-2.0
-- What several engine nodes on one database need; SQLite has one writer at a time and needs none of it.

-- One row per running engine. marker: of its last transaction; by it the others notice a commit, and a node whose
-- connection broke in the middle of a commit learns what came of it.
CREATE TABLE engine_node (
  node_id TEXT PRIMARY KEY,
  node_number BIGINT NOT NULL,
  marker TEXT NOT NULL,
  opened_at BIGINT NOT NULL
);

-- Two transactions that each look for what the other one is about to write (a message, a subscription to it) pass the
-- same gate, so that one of them comes second and sees the first. Gates are hash buckets: their number does not grow.
CREATE TABLE gate (
  bucket BIGINT PRIMARY KEY,
  passed BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO gate (bucket, passed) SELECT number, 0 FROM generate_series(0, 1023) AS numbers(number);
