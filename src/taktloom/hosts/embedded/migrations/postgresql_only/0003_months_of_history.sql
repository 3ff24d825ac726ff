-- SPDX-License-Identifier: Apache-2.0
-- Journal and event log lie in partitions by month, so that months whose instances may all go are dropped, not deleted
-- row by row. What was written before stays together in a partition of its own and is deleted by rows.

-- The months that have partitions. Keys are instants as instance keys write them: microseconds, sixteen digits.
CREATE TABLE history_month (
  first_key TEXT COLLATE "C" PRIMARY KEY,
  end_key TEXT COLLATE "C" NOT NULL,  -- of the next month
  is_going BIGINT NOT NULL DEFAULT 0  -- 1: what stays of it is filed on, then it is dropped; never taken back
);

-- filed_under: the key of the instance, which tells when it started; where it stays beyond that month, when it ended.
ALTER TABLE journal RENAME TO journal_older;
ALTER TABLE journal_older ADD COLUMN filed_under TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE journal_older DROP CONSTRAINT journal_pkey;
ALTER TABLE journal_older ADD PRIMARY KEY (tenant_id, instance_key, sequence, filed_under);
CREATE TABLE journal (LIKE journal_older) PARTITION BY RANGE (filed_under);
ALTER TABLE journal ADD CONSTRAINT journal_pkey PRIMARY KEY (tenant_id, instance_key, sequence, filed_under);
ALTER TABLE journal ATTACH PARTITION journal_older FOR VALUES FROM (MINVALUE) TO ('0');
CREATE TABLE journal_other PARTITION OF journal DEFAULT;

-- Identity columns of partitioned tables are known to newer servers only; a sequence is known to all.
ALTER TABLE event_log RENAME TO event_log_older;
ALTER TABLE event_log_older ALTER COLUMN position DROP IDENTITY;
ALTER TABLE event_log_older ADD COLUMN filed_under TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE event_log_older DROP CONSTRAINT event_log_pkey;
ALTER TABLE event_log_older ADD PRIMARY KEY (position, filed_under);
ALTER INDEX event_log_by_instance RENAME TO event_log_older_by_instance;
CREATE TABLE event_log (LIKE event_log_older) PARTITION BY RANGE (filed_under);
ALTER TABLE event_log ADD CONSTRAINT event_log_pkey PRIMARY KEY (position, filed_under);
CREATE INDEX event_log_by_instance ON event_log (tenant_id, instance_key, position);
CREATE SEQUENCE event_log_position OWNED BY event_log.position;
SELECT setval('event_log_position', coalesce(max(position), 0) + 1, false) FROM event_log_older;
ALTER TABLE event_log ALTER COLUMN position SET DEFAULT nextval('event_log_position');
ALTER TABLE event_log ATTACH PARTITION event_log_older FOR VALUES FROM (MINVALUE) TO ('0');
CREATE TABLE event_log_other PARTITION OF event_log DEFAULT;
