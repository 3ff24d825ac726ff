# SPDX-License-Identifier: Apache-2.0
"""The case view of one object type: each object is a case, with the events that touch it.

An event that touches several objects of the type is in several cases (convergence), and what one object's events share
with others is lost (divergence), which is why the type is named in every result. Source: van der Aalst (2019),
Object-Centric Process Mining: Dealing with Divergence and Convergence in Event Data.
"""

import polars as pl

from taktloom.mining.objects.object_log import ObjectCentricLog
from taktloom.model.errors import NotFoundError
from taktloom.model.places import Place

CASE_PREFIX = "case:"


class UnknownObjectTypeError(NotFoundError):
    """The log has no object of this type."""

    code = "TL-2132"

    def __init__(self, object_type: str, known: tuple[str, ...]) -> None:
        shown = ", ".join(known[:30])
        super().__init__(
            f"The log has no objects of the type '{object_type[:200]}'.",
            Place(element_id=object_type[:200]),
            f"Name one of: {shown}." if known else "The log has no objects at all: give one whose events name objects.",
            {"object_type": object_type[:200], "types": shown},
        )
        self.args = (object_type, known)


def flatten(log: ObjectCentricLog, object_type: str) -> pl.DataFrame:
    """One row per event and object of the type, by (object's first event, time).

    Columns: case_id, activity, timestamp (UTC), ocel_event, the events' attributes, `case:<name>` with the objects'
    first values. Raises UnknownObjectTypeError.
    """
    objects = log.objects.filter(pl.col("object_type") == object_type)
    if objects.height == 0:
        raise UnknownObjectTypeError(object_type, tuple(log.objects["object_type"].unique().sort()))
    touched = log.event_objects.select("event_id", "object_id").unique(maintain_order=True)
    rows = (
        log.events.join(touched, on="event_id", maintain_order="left")
        .join(objects, on="object_id", maintain_order="left")
        .select(case_id="object_id", activity="activity", timestamp="occurred_at", ocel_event="event_id")
    )
    values = _wide(log.event_attributes.filter(pl.col("event_id").is_in(rows["ocel_event"].implode())), "event_id", "")
    first = log.object_attributes.sort("changed_at", maintain_order=True).unique(
        ["object_id", "name"], keep="first", maintain_order=True
    )
    owned = _wide(first.filter(pl.col("object_id").is_in(objects["object_id"].implode())), "object_id", CASE_PREFIX)
    rows = rows.join(values, left_on="ocel_event", right_on="event_id", how="left", maintain_order="left")
    return rows.join(owned, left_on="case_id", right_on="object_id", how="left", maintain_order="left")


def _wide(table: pl.DataFrame, owner: str, prefix: str) -> pl.DataFrame:
    """A row per owner, a column per attribute; of several values the first."""
    names = table["name"].unique(maintain_order=True).to_list()
    wide = table.select(owner).unique(maintain_order=True)
    for name in names:
        own = table.filter(pl.col("name") == name).unique(owner, keep="first", maintain_order=True)
        column = f"{prefix}{name}" if prefix else _free(name)
        wide = wide.join(own.select(owner, pl.col("value").alias(column)), on=owner, how="left", maintain_order="left")
    return wide


def _free(name: str) -> str:
    """The name, unless it is that of a part."""
    return f"{name}_" if name in {"case_id", "activity", "timestamp", "ocel_event", "event_id"} else name
