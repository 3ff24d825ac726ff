-- SPDX-License-Identifier: Apache-2.0
-- All instants are whole microseconds since 1970 (UTC). Columns named *_sealed hold values that passed the value codec.

CREATE TABLE resource (
  tenant_id TEXT NOT NULL,
  checksum TEXT NOT NULL,  -- SHA-256 of content, hex
  content BLOB NOT NULL,
  PRIMARY KEY (tenant_id, checksum)
);

CREATE TABLE process (
  tenant_id TEXT NOT NULL,
  process_id TEXT NOT NULL,
  baseline_log_id TEXT,
  PRIMARY KEY (tenant_id, process_id)
) WITHOUT ROWID;

CREATE TABLE process_definition (
  tenant_id TEXT NOT NULL,
  definition_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  version_tag TEXT,
  resource_name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  has_start_form INTEGER NOT NULL,
  is_startable INTEGER NOT NULL,
  findings TEXT NOT NULL,  -- JSON
  deployed_at INTEGER NOT NULL,
  deployed_by TEXT,
  PRIMARY KEY (tenant_id, definition_key),
  UNIQUE (tenant_id, process_id, version),
  FOREIGN KEY (tenant_id, process_id) REFERENCES process,
  FOREIGN KEY (tenant_id, checksum) REFERENCES resource
);

-- Message start events of the newest version of each process.
CREATE TABLE message_start (
  tenant_id TEXT NOT NULL,
  message_name TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, message_name, process_id, element_id)
) WITHOUT ROWID;

-- Timer start events of the newest version of each process.
CREATE TABLE timer_start (
  tenant_id TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  repetitions_left INTEGER NOT NULL,  -- -1: without end
  schedule TEXT,  -- of a cycle, as the kernel wrote it
  occurrence INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, process_id, element_id)
) WITHOUT ROWID;
CREATE INDEX timer_start_due ON timer_start (due_at);

CREATE TABLE decision (
  tenant_id TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  resource_name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  deployed_at INTEGER NOT NULL,
  deployed_by TEXT,
  PRIMARY KEY (tenant_id, decision_id, version),
  FOREIGN KEY (tenant_id, checksum) REFERENCES resource
) WITHOUT ROWID;

CREATE TABLE form (
  tenant_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  resource_name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  deployed_at INTEGER NOT NULL,
  deployed_by TEXT,
  PRIMARY KEY (tenant_id, form_id, version),
  FOREIGN KEY (tenant_id, checksum) REFERENCES resource
) WITHOUT ROWID;

CREATE TABLE instance (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  definition_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  process_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  business_key TEXT,
  subject_key TEXT,
  started_at INTEGER NOT NULL,
  started_by TEXT,
  ended_at INTEGER,
  open_incidents INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, instance_key),
  FOREIGN KEY (tenant_id, definition_key) REFERENCES process_definition
) WITHOUT ROWID;
-- Ids of jobs and tasks begin with the key and are known outside, so no two tenants may share one.
CREATE UNIQUE INDEX instance_key_unique ON instance (instance_key);
CREATE INDEX instance_by_process ON instance (tenant_id, process_id, status, instance_key);
CREATE INDEX instance_by_business_key ON instance (tenant_id, business_key) WHERE business_key IS NOT NULL;
CREATE INDEX instance_by_end ON instance (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

-- Apart from the instance row, so that a list of instances never drags states along.
CREATE TABLE instance_state (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  journal_size INTEGER NOT NULL,
  advanced_at INTEGER NOT NULL,
  state_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, instance_key),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
);

CREATE TABLE job (
  tenant_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  element_id TEXT NOT NULL,
  job_type TEXT NOT NULL,
  state TEXT NOT NULL,  -- available locked waiting failed completed cancelled
  retries_left INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  fence INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  ready_at INTEGER NOT NULL,  -- when it may be locked: creation, end of back-off, or end of the present lock
  created_at INTEGER NOT NULL,
  taken_at INTEGER,  -- when it was locked last
  ended_at INTEGER,
  failure TEXT,  -- what the worker said last; no variable values
  headers TEXT NOT NULL,  -- JSON
  variables_sealed BLOB,  -- null once ended
  PRIMARY KEY (tenant_id, job_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX job_ready ON job (tenant_id, job_type, ready_at) WHERE state IN ('available', 'waiting', 'locked');
CREATE INDEX job_by_instance ON job (tenant_id, instance_key);
CREATE INDEX job_by_element ON job (tenant_id, process_id, element_id);

CREATE TABLE timer (
  tenant_id TEXT NOT NULL,
  timer_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  element_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, timer_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due_at);
CREATE INDEX timer_by_instance ON timer (tenant_id, instance_key);

CREATE TABLE message_subscription (
  tenant_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  element_id TEXT NOT NULL,
  message_name TEXT NOT NULL,
  correlation_digest TEXT NOT NULL,  -- of the correlation key, so that no value is in an index; '' takes any
  correlation_key_sealed BLOB,
  PRIMARY KEY (tenant_id, subscription_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX subscription_match ON message_subscription (tenant_id, message_name, correlation_digest);
CREATE INDEX subscription_by_instance ON message_subscription (tenant_id, instance_key);

-- Messages that met no subscription yet, and those with an id of their own, so that a second one is known as such.
CREATE TABLE message (
  tenant_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  message_name TEXT NOT NULL,
  correlation_digest TEXT NOT NULL,
  content_digest TEXT NOT NULL,  -- of the variables: the same id with another content is refused
  received_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  correlated_with TEXT,  -- JSON list of instance keys; null while buffered
  variables_sealed BLOB,
  PRIMARY KEY (tenant_id, message_id)
) WITHOUT ROWID;
CREATE INDEX message_buffered ON message (tenant_id, message_name, correlation_digest, received_at)
  WHERE correlated_with IS NULL;
CREATE INDEX message_expiry ON message (expires_at);

CREATE TABLE user_task (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  definition_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  process_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  element_id TEXT NOT NULL,
  name TEXT NOT NULL,
  business_key TEXT,
  subject_key TEXT,
  assignee TEXT,
  candidate_groups TEXT NOT NULL,  -- JSON list, for showing; user_task_group is for finding
  state TEXT NOT NULL,  -- open completed cancelled
  form_id TEXT,
  created_at INTEGER NOT NULL,
  taken_at INTEGER,  -- when it was claimed or assigned last
  due_at INTEGER,
  ended_at INTEGER,
  variables_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, user_task_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX user_task_by_assignee ON user_task (tenant_id, assignee, user_task_id) WHERE state = 'open';
CREATE INDEX user_task_open ON user_task (tenant_id, user_task_id) WHERE state = 'open';
CREATE INDEX user_task_by_instance ON user_task (tenant_id, instance_key);
CREATE INDEX user_task_by_element ON user_task (tenant_id, process_id, element_id);

CREATE TABLE user_task_group (
  tenant_id TEXT NOT NULL,
  user_task_id TEXT NOT NULL,
  group_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_task_id, group_name),
  FOREIGN KEY (tenant_id, user_task_id) REFERENCES user_task
) WITHOUT ROWID;

CREATE TABLE incident (
  tenant_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  process_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  element_id TEXT NOT NULL,
  element_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL,  -- no variable values
  job_id TEXT,
  raised_at INTEGER NOT NULL,
  resolved_at INTEGER,
  PRIMARY KEY (tenant_id, incident_id),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;
CREATE INDEX incident_open ON incident (tenant_id, incident_id) WHERE resolved_at IS NULL;
CREATE INDEX incident_by_instance ON incident (tenant_id, instance_key);

CREATE TABLE journal (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT,
  subject_key TEXT,
  payload_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, instance_key, sequence),
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
) WITHOUT ROWID;

CREATE TABLE event_log (
  position INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: the cursor of readers
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  process_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  visit TEXT NOT NULL,
  element_id TEXT NOT NULL,
  element_type TEXT NOT NULL,
  activity TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  started_at INTEGER,
  occurred_at INTEGER NOT NULL,
  resource TEXT,
  role TEXT,
  attributes_sealed BLOB,  -- null: none
  FOREIGN KEY (tenant_id, instance_key) REFERENCES instance
);
CREATE INDEX event_log_by_instance ON event_log (tenant_id, instance_key, position);
CREATE INDEX event_log_by_process ON event_log (tenant_id, process_id, position);

CREATE TABLE model_draft (
  tenant_id TEXT NOT NULL,
  draft_id TEXT NOT NULL,
  name TEXT NOT NULL,
  bpmn_xml BLOB NOT NULL,
  dmn_xml BLOB,
  revision INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT,
  source_log_id TEXT,
  based_on TEXT,
  notes TEXT NOT NULL,  -- JSON
  PRIMARY KEY (tenant_id, draft_id)
);
