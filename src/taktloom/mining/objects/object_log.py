# SPDX-License-Identifier: Apache-2.0
"""The object-centric log: events, objects, and how they belong together. Source: OCEL 2.0 specification (2023).

Tables are in one order: events by (time, place in the source), everything else as in the source. Values of attributes
are texts in the spelling of the standard (`true`, `12`, `0.5`, ISO 8601); their types are declared per type.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
EVENT_SCHEMA: dict[str, pl.DataType] = {"event_id": pl.String(), "activity": pl.String(), "occurred_at": INSTANT}
OBJECT_SCHEMA: dict[str, pl.DataType] = {"object_id": pl.String(), "object_type": pl.String()}
EVENT_OBJECT_SCHEMA: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "object_id": pl.String(),
    "qualifier": pl.String(),
}
OBJECT_OBJECT_SCHEMA: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "target_id": pl.String(),
    "qualifier": pl.String(),
}
EVENT_ATTRIBUTE_SCHEMA: dict[str, pl.DataType] = {"event_id": pl.String(), "name": pl.String(), "value": pl.String()}
OBJECT_ATTRIBUTE_SCHEMA: dict[str, pl.DataType] = {
    "object_id": pl.String(),
    "name": pl.String(),
    "value": pl.String(),
    "changed_at": INSTANT,
}


class OcelFormat(StrEnum):
    """The serialisations."""

    JSON = "json"
    XML = "xml"
    SQLITE = "sqlite"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredType:
    """An activity or an object type with its attributes: (name, type) where type is string, time, integer, float or
    boolean."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObjectCentricLog:
    """The tables, columns as in the schemas above. qualifier is empty where the source names none; changed_at is when
    the value came to hold, 1970 for from the beginning."""

    event_types: tuple[DeclaredType, ...]
    object_types: tuple[DeclaredType, ...]
    events: pl.DataFrame
    objects: pl.DataFrame
    event_objects: pl.DataFrame
    object_objects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OBJECT_OBJECT_SCHEMA))
    event_attributes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EVENT_ATTRIBUTE_SCHEMA))
    object_attributes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OBJECT_ATTRIBUTE_SCHEMA))

    def equals(self, other: "ObjectCentricLog") -> bool:
        """Whether every table and declaration is the same."""
        tables = (
            "events",
            "objects",
            "event_objects",
            "object_objects",
            "event_attributes",
            "object_attributes",
        )
        declared = (self.event_types, self.object_types) == (other.event_types, other.object_types)
        return declared and all(getattr(self, name).equals(getattr(other, name)) for name in tables)

    def events_of_types(self) -> dict[str, int]:
        """How many events touch an object of each type, most first (ties by name)."""
        touched = self.event_objects.join(self.objects, on="object_id").unique(["event_id", "object_type"])
        counted = dict.fromkeys((each.name for each in self.object_types), 0)
        counted |= dict(touched.group_by("object_type").len().rows())
        return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
