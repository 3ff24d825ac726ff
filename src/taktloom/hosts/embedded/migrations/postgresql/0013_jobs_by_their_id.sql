-- SPDX-License-Identifier: Apache-2.0
-- See the file of this number beside the folder; jobs have no reference to their instance here, and keep their table.

DROP INDEX job_by_instance;
DROP INDEX job_by_element;
CREATE INDEX job_by_element ON job (tenant_id, process_id, element_id) WHERE ended_at IS NULL;
