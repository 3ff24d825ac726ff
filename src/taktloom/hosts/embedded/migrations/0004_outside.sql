-- SPDX-License-Identifier: Apache-2.0
-- Priorities of jobs, and what a worker says of a failure at length; sealed, because it may quote variables.

ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN failure_details_sealed BLOB;
