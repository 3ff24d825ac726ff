-- SPDX-License-Identifier: Apache-2.0
-- Indexes that are paid at each insert: one was never used, one is only ever asked for open jobs.

DROP INDEX event_log_by_process;
DROP INDEX job_by_element;
CREATE INDEX job_by_element ON job (tenant_id, process_id, element_id)
  WHERE state IN ('available', 'locked', 'waiting', 'failed');
