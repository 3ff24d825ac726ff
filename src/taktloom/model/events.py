# SPDX-License-Identifier: Apache-2.0
"""The event schema: one set of columns for imported logs, engine history and simulated cases.

A bare `Event` is a row of an event log. Times are UTC with microseconds. Attribute columns are typed, with the level
in the name: `case.<name>`, `event.<name>`. XES and CSV names (`concept:name` …) appear only in readers and writers.
Sources: IEEE 1849-2016 (XES) for case, activity, lifecycle, resource; OCEL 2.0 for objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Lifecycle(StrEnum):
    """The transactional states used here (XES lifecycle extension); others are kept as text on import."""

    START = "start"
    COMPLETE = "complete"
    TERMINATE = "ate_abort"
    FAILED = "failed"


CASE_ATTRIBUTE_PREFIX = "case."
EVENT_ATTRIBUTE_PREFIX = "event."

# Columns of a canonical log in order, with what they hold. The Parquet types are in mining/logs/canonical.py.
EVENT_COLUMNS: Mapping[str, str] = {
    "event_id": "text, unique in the log; the source's own where it has one, else its position",
    "case_id": "text, the case (object of the flattened type)",
    "activity": "text, the label of what happened",
    "started_at": "UTC instant of the start, null where the log knows only completion",
    "occurred_at": "UTC instant of the event (its completion)",
    "lifecycle": "text, a Lifecycle value or the source's own",
    "resource": "text or null, who did it",
    "role": "text or null, the resource's group or role",
    "element_id": "text or null, BPMN element in an executed process",
    "process_key": "text or null",
    "process_version": "integer or null",
    "instance_key": "text or null",
    "position": "integer, 0-based place in the source: the tie-break of equal times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of an event log, as hosts write it; `attributes` has full column names (`case.amount`)."""

    event_id: str
    case_id: str
    activity: str
    occurred_at: datetime
    lifecycle: str = Lifecycle.COMPLETE
    started_at: datetime | None = None
    resource: str | None = None
    role: str | None = None
    element_id: str | None = None
    process_key: str | None = None
    process_version: int | None = None
    instance_key: str | None = None
    position: int = 0
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventObject:
    """Event-to-object relation (OCEL 2.0, E2O)."""

    event_id: str
    object_id: str
    object_type: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectObject:
    """Object-to-object relation (OCEL 2.0, O2O)."""

    source_id: str
    target_id: str
    qualifier: str = ""
