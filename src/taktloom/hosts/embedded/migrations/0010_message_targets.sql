-- SPDX-License-Identifier: Apache-2.0
-- Messages that instances throw to programs outside; what cannot be delivered is an incident of the thrower.

ALTER TABLE outbox ADD COLUMN instance_key TEXT;  -- of the thrower; no reference: it may be deleted before
ALTER TABLE outbox ADD COLUMN element_id TEXT;
ALTER TABLE outbox ADD COLUMN content_sealed BLOB;  -- name, correlation key and variables of a thrown message
ALTER TABLE incident ADD COLUMN outbox_id TEXT;  -- of an undelivered message; such an incident is none of the kernel
CREATE INDEX incident_by_outbox ON incident (tenant_id, outbox_id) WHERE outbox_id IS NOT NULL;
CREATE INDEX outbox_by_instance ON outbox (tenant_id, instance_key) WHERE instance_key IS NOT NULL;
