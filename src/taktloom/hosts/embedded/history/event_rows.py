# SPDX-License-Identifier: Apache-2.0
"""The engine's event-log rows as events of the schema, for the instance page and, in batches, for mining.

An instance is an object of type `case` (OCEL 2.0); the flattened view by that type is the log: case_id = instance key.
Both kinds of rows are given, start and completion; `started_at` stands on completion rows.
"""

from dataclasses import dataclass

from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.core.values import ValueCodec, ValueOwner, load_values
from taktloom.model.events import Event, EventObject
from taktloom.model.identifiers import ProcessId, SubjectKey, TenantId
from taktloom.storage import Row

CASE_OBJECT_TYPE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """Events after a cursor in order of writing, with their objects; cursor: give it to get what follows."""

    events: tuple[Event, ...]
    objects: tuple[EventObject, ...]
    cursor: int


class EventLogSource:
    """The event log of one tenant in batches; rows appear with the commit of the advance they tell of."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def read(self, *, after: int = 0, limit: int = 10_000, process_id: ProcessId | None = None) -> EventBatch:
        """At most *limit* rows after the cursor; an empty batch keeps the cursor."""
        with self._core.database.reading() as session:
            rows = session.all(
                "events_after", tenant_id=self._tenant_id, after=after, limit=limit, process_id=process_id
            )
        events = tuple(event_of(row, self._core.codec) for row in rows)
        objects = tuple(
            EventObject(event_id=event.event_id, object_id=event.case_id, object_type=CASE_OBJECT_TYPE)
            for event in events
        )
        return EventBatch(events=events, objects=objects, cursor=events[-1].position if events else after)

    def count_after(self, after: int, *, process_id: ProcessId | None = None) -> int:
        """How many rows a reader who stands at the cursor has not seen."""
        with self._core.database.reading() as session:
            return session.count("count_events_after", tenant_id=self._tenant_id, after=after, process_id=process_id)

    def newest_position(self) -> int:
        """The cursor behind the last row: tells how far a reader lags."""
        with self._core.database.reading() as session:
            return session.count("last_event_position", tenant_id=self._tenant_id)


def event_of(row: Row, codec: ValueCodec) -> Event:
    """From event_log with the instance's subject_key."""
    subject = row.text_or_none("subject_key")
    owner = ValueOwner(
        tenant_id=TenantId(row.text("tenant_id")), subject_key=None if subject is None else SubjectKey(subject)
    )
    sealed = row.blob_or_none("attributes_sealed")
    return Event(
        event_id=str(row.integer("position")),
        case_id=row.text("instance_key"),
        activity=row.text("activity"),
        occurred_at=row.instant("occurred_at"),
        lifecycle=row.text("lifecycle"),
        started_at=row.instant_or_none("started_at"),
        resource=row.text_or_none("resource"),
        role=row.text_or_none("role"),
        element_id=row.text("element_id"),
        process_key=row.text("process_id"),
        process_version=row.integer("version"),
        instance_key=row.text("instance_key"),
        position=row.integer("position"),
        attributes={} if sealed is None else load_values(codec.unseal(sealed, owner)),
    )
