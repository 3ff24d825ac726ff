-- SPDX-License-Identifier: Apache-2.0
-- Business calendars; what people do with user tasks; forms as they were when a process was deployed.

CREATE TABLE business_calendar (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,  -- JSON, as calendars/definition.py writes it
  saved_at INTEGER NOT NULL,
  saved_by TEXT,
  PRIMARY KEY (tenant_id, name, version)
);

-- The version of each calendar that counts; a removed calendar has none, its versions stay.
CREATE TABLE current_calendar (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  is_default INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, name),
  FOREIGN KEY (tenant_id, name, version) REFERENCES business_calendar
);

-- Which deployed versions count by a calendar; 'default' stands for whatever is the default then.
CREATE TABLE calendar_use (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  definition_key TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name, definition_key)
);

-- Parts of multiple start events, and the calendar that a schedule counts by.
ALTER TABLE timer_start RENAME TO older_timer_start;
CREATE TABLE timer_start (
  tenant_id TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  parts INTEGER NOT NULL,  -- how many must have come to start an instance
  due_at INTEGER NOT NULL,
  repetitions_left INTEGER NOT NULL,  -- -1: without end
  schedule TEXT,  -- of a cycle, or by a calendar, as the kernel wrote it
  occurrence INTEGER NOT NULL,
  calendar TEXT,
  PRIMARY KEY (tenant_id, process_id, element_id, part)
) WITHOUT ROWID;
INSERT INTO timer_start (tenant_id, process_id, element_id, part, parts, due_at, repetitions_left, schedule, occurrence)
SELECT tenant_id, process_id, element_id, 0, 1, due_at, repetitions_left, schedule, occurrence FROM older_timer_start;
DROP TABLE older_timer_start;
CREATE INDEX timer_start_due ON timer_start (due_at);

ALTER TABLE user_task ADD COLUMN candidate_users TEXT NOT NULL DEFAULT '[]';  -- JSON list, for showing
ALTER TABLE user_task ADD COLUMN priority INTEGER NOT NULL DEFAULT 50;
ALTER TABLE user_task ADD COLUMN follow_up_at INTEGER;
ALTER TABLE user_task ADD COLUMN owner TEXT;  -- who has delegated it and gets it back
ALTER TABLE user_task ADD COLUMN delegation TEXT;  -- pending resolved

-- Where an open task is to be found, one row per place: 'open', 'process:ID', 'assignee:NAME', and while nobody has it
-- 'group:NAME', 'user:NAME' or 'everybody'. Each list is then one range of one index, whatever the number of tasks.
CREATE TABLE user_task_place (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  place TEXT NOT NULL,
  process_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,  -- 9223372036854775807: never
  urgency INTEGER NOT NULL,  -- 100 - priority, so that the most urgent is first
  follow_up_at INTEGER NOT NULL,  -- 0: none
  PRIMARY KEY (tenant_id, user_task_id, place),
  FOREIGN KEY (tenant_id, user_task_id) REFERENCES user_task
) WITHOUT ROWID;
CREATE INDEX user_task_place_created ON user_task_place (tenant_id, place, created_at, user_task_id);
CREATE INDEX user_task_place_due ON user_task_place (tenant_id, place, due_at, user_task_id);
CREATE INDEX user_task_place_urgency ON user_task_place (tenant_id, place, urgency, created_at, user_task_id);

INSERT INTO user_task_place (tenant_id, user_task_id, place, process_id, created_at, due_at, urgency, follow_up_at)
SELECT t.tenant_id, t.user_task_id, p.place, t.process_id, t.created_at,
  COALESCE(t.due_at, 9223372036854775807), 50, 0
FROM user_task t JOIN (
  SELECT tenant_id, user_task_id, 'open' AS place FROM user_task
  UNION ALL SELECT tenant_id, user_task_id, 'process:' || process_id FROM user_task
  UNION ALL SELECT tenant_id, user_task_id, 'assignee:' || assignee FROM user_task WHERE assignee IS NOT NULL
  UNION ALL SELECT tenant_id, user_task_id, 'everybody' FROM user_task
    WHERE assignee IS NULL AND candidate_groups = '[]'
  UNION ALL SELECT g.tenant_id, g.user_task_id, 'group:' || g.group_name FROM user_task_group g
    JOIN user_task u ON u.tenant_id = g.tenant_id AND u.user_task_id = g.user_task_id WHERE u.assignee IS NULL
) p ON p.tenant_id = t.tenant_id AND p.user_task_id = t.user_task_id
WHERE t.state = 'open';

DROP INDEX user_task_by_assignee;
DROP INDEX user_task_open;
CREATE INDEX user_task_by_business_key ON user_task (tenant_id, business_key, user_task_id)
  WHERE business_key IS NOT NULL;
CREATE INDEX user_task_ended_by_assignee ON user_task (tenant_id, assignee, user_task_id) WHERE state <> 'open';

-- Who did what with a task, without values.
CREATE TABLE user_task_event (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  actor TEXT,
  detail TEXT NOT NULL,  -- JSON
  PRIMARY KEY (tenant_id, user_task_id, number),
  FOREIGN KEY (tenant_id, user_task_id) REFERENCES user_task
);

CREATE TABLE user_task_comment (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  author TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  text_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, user_task_id, number),
  FOREIGN KEY (tenant_id, user_task_id) REFERENCES user_task
);

CREATE TABLE user_task_attachment (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  name_sealed BLOB NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  checksum TEXT NOT NULL,  -- SHA-256 of the content, hex
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_task_id, number),
  FOREIGN KEY (tenant_id, user_task_id) REFERENCES user_task
);

-- Apart from the attachment row, so that a list never drags contents along.
CREATE TABLE user_task_attachment_content (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  content_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, user_task_id, number),
  FOREIGN KEY (tenant_id, user_task_id, number) REFERENCES user_task_attachment
);

-- The version of each form that a deployed process shows.
CREATE TABLE definition_form (
  tenant_id TEXT NOT NULL,
  definition_key TEXT NOT NULL,
  form_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, definition_key, form_id),
  FOREIGN KEY (tenant_id, form_id, version) REFERENCES form
);
