-- SPDX-License-Identifier: Apache-2.0
-- The journal tells how far an instance is; its state is written now and then, to begin from (decision 30).

DROP TABLE instance_ahead;
ALTER TABLE instance_state DROP COLUMN advanced_at;
