# SPDX-License-Identifier: Apache-2.0
"""The object-centric directly-follows graph: one graph over all object types, an edge per type.

An object's life is its events in the log's order. An edge of a type counts how many times an object of it went from the
one activity directly to the other; its median is the time between. An activity's events are counted once, however many
objects they touch, so that nothing is counted twice that happened once (no convergence).
Source: Berti & van der Aalst, "OC-PM: analyzing object-centric event logs and process models", STTT 25, 2023.
"""

from dataclasses import dataclass

import polars as pl

from taktloom.mining.objects.flattening import UnknownObjectTypeError
from taktloom.mining.objects.object_log import ObjectCentricLog
from taktloom.mining.watching import tell

MICROSECONDS_PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectActivity:
    """events: of the activity that touch an object of the chosen types. objects: distinct ones by type."""

    activity: str
    events: int
    objects: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFlow:
    """Objects of one type from one activity directly to the next. objects: distinct ones of *frequency* times."""

    object_type: str
    source: str
    target: str
    frequency: int
    objects: int
    median_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectGate:
    """How many objects of a type begin, and end, their life with an activity."""

    object_type: str
    activity: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectCentricGraph:
    """object_types: chosen, in order of names. Most frequent first; ties by names."""

    object_types: tuple[str, ...]
    activities: tuple[ObjectActivity, ...]
    flows: tuple[ObjectFlow, ...]
    gates: tuple[ObjectGate, ...]


def discover_object_graph(log: ObjectCentricLog, object_types: tuple[str, ...] = ()) -> ObjectCentricGraph:
    """The graph of these types (none named: all). Raises UnknownObjectTypeError."""
    chosen = chosen_types(log, object_types)
    tell("joining events and objects", 0)
    lives = object_lives(log, chosen)
    tell("counting", 0)
    following = lives.with_columns(
        pl.col("activity").shift(-1).over("object_id").alias("target"),
        (pl.col("occurred_at").shift(-1).over("object_id") - pl.col("occurred_at")).alias("gap"),
    )
    return ObjectCentricGraph(
        object_types=chosen,
        activities=_activities(lives),
        flows=_flows(following.filter(pl.col("target").is_not_null())),
        gates=_gates(lives),
    )


def chosen_types(log: ObjectCentricLog, object_types: tuple[str, ...]) -> tuple[str, ...]:
    """The named types, or all that have objects; in order of names. Raises UnknownObjectTypeError."""
    known = tuple(log.objects["object_type"].unique().sort().to_list())
    for name in object_types:
        if name not in known:
            raise UnknownObjectTypeError(name, known)
    return tuple(sorted(set(object_types))) or known


def object_lives(log: ObjectCentricLog, object_types: tuple[str, ...]) -> pl.DataFrame:
    """One row per object of these types and event that touches it, each object's rows in the log's order.

    Columns: object_type, object_id, event_id, activity, occurred_at.
    """
    wanted = log.objects.filter(pl.col("object_type").is_in(object_types))
    touched = log.event_objects.select("event_id", "object_id").unique(maintain_order=True)
    return (
        log.events.with_row_index("place")
        .join(touched, on="event_id")
        .join(wanted, on="object_id")
        .sort("object_type", "object_id", "place")
        .select("object_type", "object_id", "event_id", "activity", "occurred_at")
    )


def _activities(lives: pl.DataFrame) -> tuple[ObjectActivity, ...]:
    events = lives.group_by("activity").agg(pl.col("event_id").n_unique()).rows()
    objects: dict[str, list[tuple[str, int]]] = {}
    counted = lives.group_by("activity", "object_type").agg(pl.col("object_id").n_unique()).sort("object_type")
    for activity, kind, count in counted.rows():
        objects.setdefault(activity, []).append((kind, count))
    found = [ObjectActivity(activity=name, events=count, objects=tuple(objects[name])) for name, count in events]
    return tuple(sorted(found, key=lambda each: (-each.events, each.activity)))


def _flows(following: pl.DataFrame) -> tuple[ObjectFlow, ...]:
    counted = following.group_by("object_type", pl.col("activity").alias("source"), "target").agg(
        pl.len(),
        pl.col("object_id").n_unique().alias("objects"),
        pl.col("gap").dt.total_microseconds().median().alias("median"),
    )
    found = [
        ObjectFlow(
            object_type=kind,
            source=source,
            target=target,
            frequency=frequency,
            objects=objects,
            median_s=median / MICROSECONDS_PER_SECOND,
        )
        for kind, source, target, frequency, objects, median in counted.rows()
    ]
    return tuple(sorted(found, key=lambda each: (-each.frequency, each.object_type, each.source, each.target)))


def _gates(lives: pl.DataFrame) -> tuple[ObjectGate, ...]:
    ends = lives.group_by("object_id", "object_type", maintain_order=True).agg(
        pl.col("activity").first().alias("first"), pl.col("activity").last().alias("last")
    )
    counts: dict[tuple[str, str], list[int]] = {}
    for place, column in enumerate(("first", "last")):
        for kind, activity, count in ends.group_by("object_type", column).len().rows():
            counts.setdefault((kind, activity), [0, 0])[place] = count
    return tuple(
        ObjectGate(object_type=kind, activity=activity, first=first, last=last)
        for (kind, activity), (first, last) in sorted(counts.items())
    )
