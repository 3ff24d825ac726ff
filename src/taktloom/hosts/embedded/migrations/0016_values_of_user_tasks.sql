-- SPDX-License-Identifier: Apache-2.0
-- Long values that user tasks of the instance were opened with, each written once for all of them (decision 28). Tasks
-- show them after their end too, so that they go when the instance is deleted.
CREATE TABLE user_task_value (
  tenant_id TEXT NOT NULL,
  instance_key TEXT NOT NULL,
  value_digest TEXT NOT NULL,
  value_sealed BLOB NOT NULL,
  PRIMARY KEY (tenant_id, instance_key, value_digest)
);
