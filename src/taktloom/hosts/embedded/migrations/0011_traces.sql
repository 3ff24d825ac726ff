-- SPDX-License-Identifier: Apache-2.0
-- The trace that the call which started an instance belongs to, as W3C Trace Context writes it; null: none.

ALTER TABLE instance ADD COLUMN traceparent TEXT;
