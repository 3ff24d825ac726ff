-- SPDX-License-Identifier: Apache-2.0
-- What several engine nodes on one database need; see migrations/postgresql_only.

-- name: register_node
INSERT INTO engine_node (node_id, node_number, marker, opened_at)
VALUES (:node_id, :node_number, '', :now)
ON CONFLICT (node_id) DO UPDATE SET node_number = excluded.node_number;

-- name: forget_node
-- Who comes and goes between two looks of another node must not be missed: one row, of no node, names who went last.
WITH gone AS (DELETE FROM engine_node WHERE node_id = :node_id RETURNING node_id)
INSERT INTO engine_node (node_id, node_number, marker, opened_at) SELECT '', 0, node_id, :now FROM gone
ON CONFLICT (node_id) DO UPDATE SET marker = excluded.marker, opened_at = excluded.opened_at;

-- name: forget_old_nodes
DELETE FROM engine_node WHERE node_id <> '' AND opened_at < :before AND NOT EXISTS (
  SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = CAST(:node_class AS oid)
    AND objid = CAST(engine_node.node_number AS oid) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()));

-- name: markers_of_others
SELECT count(*) FILTER (WHERE node_id <> '') AS nodes, coalesce(md5(string_agg(marker, ',' ORDER BY node_id)), '') AS markers FROM engine_node WHERE node_id <> :node_id;

-- name: mark_commit
INSERT INTO engine_node (node_id, node_number, marker, opened_at) VALUES (:node_id, :node_number, :marker, :now)
ON CONFLICT (node_id) DO UPDATE SET marker = excluded.marker;

-- name: last_marker
SELECT marker FROM engine_node WHERE node_id = :node_id FOR UPDATE;

-- name: take_node_number
SELECT 1 AS n WHERE pg_try_advisory_lock(CAST(:node_class AS integer), CAST(:node_number AS integer));
