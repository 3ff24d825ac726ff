# SPDX-License-Identifier: Apache-2.0
"""Which column of a source plays which part, and which columns become attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from taktloom.mining.logs.json_records import as_list, as_mapping, as_optional_text, as_text


class AttributeLevel(StrEnum):
    """Whether an attribute belongs to the case or to one event; AUTO: case when no case holds two values."""

    CASE = "case"
    EVENT = "event"
    AUTO = "auto"


class AttributeType(StrEnum):
    """What the values are; AUTO is decided on all values, TEXT where nothing narrower fits every one."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeColumn:
    """A source column kept as attribute *name* (`case.<name>` or `event.<name>` in the event schema)."""

    source: str
    name: str
    level: AttributeLevel = AttributeLevel.AUTO
    type: AttributeType = AttributeType.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Source columns by their part; None where the source has none.

    timestamp is the completion; start_timestamp the start on the same row. time_of_day and start_time_of_day: the
    columns with their clock times, where they are dates alone. event_id, where given, must be unique.
    lifecycle: the column with transitions (`start`, `complete` …) when starts are rows of their own;
    instance: the column that tells which start belongs to which completion.
    """

    case: str
    activity: str
    timestamp: str
    start_timestamp: str | None = None
    resource: str | None = None
    role: str | None = None
    lifecycle: str | None = None
    instance: str | None = None
    event_id: str | None = None
    time_of_day: str | None = None
    start_time_of_day: str | None = None
    attributes: tuple[AttributeColumn, ...] = ()

    def role_columns(self) -> tuple[str, ...]:
        """The source columns that play a part, without attributes, each once."""
        parts = (self.case, self.activity, self.timestamp, self.start_timestamp, self.resource, self.role)
        more = (self.lifecycle, self.instance, self.event_id, self.time_of_day, self.start_time_of_day)
        return tuple(dict.fromkeys(column for column in (*parts, *more) if column is not None))

    def time_columns(self) -> tuple[tuple[str, str | None], ...]:
        """The columns of times, each with that of its time of day."""
        found = ((self.timestamp, self.time_of_day), (self.start_timestamp, self.start_time_of_day))
        return tuple((column, clock) for column, clock in found if column is not None)


OPTIONAL_PARTS = (
    "start_timestamp", "resource", "role", "lifecycle", "instance", "event_id", "time_of_day", "start_time_of_day",
)  # fmt: skip


def mapping_to_json(mapping: ColumnMapping) -> dict[str, object]:
    """The mapping as plain JSON values."""
    parts: dict[str, object] = {"case": mapping.case, "activity": mapping.activity, "timestamp": mapping.timestamp}
    for part in OPTIONAL_PARTS:
        parts[part] = getattr(mapping, part)
    parts["attributes"] = [
        {"source": column.source, "name": column.name, "level": column.level.value, "type": column.type.value}
        for column in mapping.attributes
    ]
    return parts


def mapping_from_json(record: Mapping[str, object]) -> ColumnMapping:
    """The inverse of `mapping_to_json`; raises InputRefusedError on a wrong shape."""
    attributes = tuple(
        AttributeColumn(
            source=as_text(column, "source"),
            name=as_text(column, "name"),
            level=AttributeLevel(as_text(column, "level")),
            type=AttributeType(as_text(column, "type")),
        )
        for column in map(as_mapping, as_list(record, "attributes"))
    )
    return ColumnMapping(
        case=as_text(record, "case"),
        activity=as_text(record, "activity"),
        timestamp=as_text(record, "timestamp"),
        start_timestamp=as_optional_text(record, "start_timestamp"),
        resource=as_optional_text(record, "resource"),
        role=as_optional_text(record, "role"),
        lifecycle=as_optional_text(record, "lifecycle"),
        instance=as_optional_text(record, "instance"),
        event_id=as_optional_text(record, "event_id"),
        time_of_day=as_optional_text(record, "time_of_day"),
        start_time_of_day=as_optional_text(record, "start_time_of_day"),
        attributes=attributes,
    )
