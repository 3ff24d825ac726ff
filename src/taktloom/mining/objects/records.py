# SPDX-License-Identifier: Apache-2.0
"""Records as a reader finds them, to the tables of an object-centric log: times read, references checked.

What an analysis could not use is left out and counted as a finding: a second event or object of one id, a relation to
what is not there, an attribute without a readable time. An event without readable time refuses the whole log, as does
one without id or activity: order is what everything is read from.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.requests import ImportLimits
from taktloom.mining.logs.times import ClockRules, parse_times
from taktloom.mining.objects.object_log import (
    EVENT_ATTRIBUTE_SCHEMA,
    EVENT_OBJECT_SCHEMA,
    INSTANT,
    OBJECT_ATTRIBUTE_SCHEMA,
    OBJECT_OBJECT_SCHEMA,
    OBJECT_SCHEMA,
    DeclaredType,
    ObjectCentricLog,
)
from taktloom.mining.objects.values import canonical, standard_type
from taktloom.mining.watching import HEED_EVERY, heed, heeding
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

BEGINNING = "1970-01-01T00:00:00Z"
SPELLINGS = {
    "integer": r"^[+-]?\d+$",
    "float": r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$",
    "boolean": r"^(true|false|True|False|0|1)$",
    "time": r"^\d{4}-\d\d-\d\d",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLogReading:
    """The log, and what of the file is not in it or is not as it should be; each finding counts."""

    log: ObjectCentricLog
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class ObjectRecords:
    """What a reader collects, as texts, in the order of the source."""

    place: Place
    limits: ImportLimits
    event_types: dict[str, dict[str, str]] = field(default_factory=dict)
    object_types: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[tuple[str, str, str]] = field(default_factory=list)  # id, activity, time
    objects: list[tuple[str, str]] = field(default_factory=list)
    event_objects: list[tuple[str, str, str]] = field(default_factory=list)
    object_objects: list[tuple[str, str, str]] = field(default_factory=list)
    event_attributes: list[tuple[str, str, str]] = field(default_factory=list)
    object_attributes: list[tuple[str, str, str, str]] = field(default_factory=list)  # with its time
    rows: int = 0
    characters: int = 0

    def count(self, rows: int = 1) -> None:
        """Refuse what memory cannot hold, and heed whoever listens; readers call it for each record."""
        self.rows += rows
        if self.rows > self.limits.held_records:
            raise LogTooLargeError("records of objects and events", self.limits.held_records, self.place)
        if self.rows % HEED_EVERY == 0:
            heed()

    def add_event(self, event_id: str, activity: str, at: str) -> None:
        """One event."""
        self.count()
        if not event_id or not activity:
            raise self.broken(f"Event {len(self.events) + 1} has no id or no activity.", event_id)
        self.events.append((event_id, activity, at))

    def add_object(self, object_id: str, object_type: str) -> None:
        """One object."""
        self.count()
        if not object_id or not object_type:
            raise self.broken(f"Object {len(self.objects) + 1} has no id or no type.", object_id)
        self.objects.append((object_id, object_type))

    def add_event_attribute(self, event_id: str, name: str, value: str) -> None:
        """A value that the event carries."""
        self.count()
        self._require_cell(value)
        self.event_attributes.append((event_id, name, value))

    def add_object_attribute(self, object_id: str, name: str, value: str, at: str = BEGINNING) -> None:
        """A value that the object has from *at* on."""
        self.count()
        self._require_cell(value)
        self.object_attributes.append((object_id, name, value, at))

    def _require_cell(self, value: str) -> None:
        if len(value) > self.limits.cell_characters:
            raise LogTooLargeError("characters in a cell", self.limits.cell_characters, self.place)
        self.characters += len(value)
        if self.characters > self.limits.held_characters:
            raise LogTooLargeError("characters in all values", self.limits.held_characters, self.place)

    def broken(self, cause: str, element: str = "") -> UnreadableLogError:
        """The file is no readable object-centric log."""
        place = Place(source=self.place.source, element_id=element[:200] or None)
        return UnreadableLogError("ocel-broken", cause, place, "Export the log again.")

    def build(self, rules: ClockRules) -> ObjectLogReading:
        """The tables and the findings; raises UnreadableLogError, TimeZoneNeededError."""
        if not self.events:
            raise UnreadableLogError("no-rows", "The log has no events.", self.place, "Export the log again.")
        found: Counter[str] = Counter()
        events = self._events(rules, found)
        objects = self._objects(found)
        event_types = self._declared(self.event_types, events["activity"], self.event_attributes, dict_of(events))
        kinds = dict(objects.rows())
        plain = [(one, name, value) for one, name, value, _ in self.object_attributes]
        object_types = self._declared(self.object_types, objects["object_type"], plain, kinds)
        known_events, known_objects = set(events["event_id"]), set(objects["object_id"])
        log = ObjectCentricLog(
            event_types=event_types,
            object_types=object_types,
            events=events,
            objects=objects,
            event_objects=_relations(
                self.event_objects, EVENT_OBJECT_SCHEMA, (known_events, known_objects), found, "event"
            ),
            object_objects=_relations(
                self.object_objects, OBJECT_OBJECT_SCHEMA, (known_objects, known_objects), found, "object"
            ),
            event_attributes=_table(
                [each for each in heeding(self.event_attributes) if each[0] in known_events], EVENT_ATTRIBUTE_SCHEMA
            ),
            object_attributes=self._object_attributes(rules, known_objects, found),
        )
        log = _in_order(_with_canonical_values(log))
        _check_values(log, found)
        kinds_declared = [each for types in (self.event_types, self.object_types) for each in types.values()]
        found["type-unknown"] += sum(standard_type(kind) is None for each in kinds_declared for kind in each.values())
        alone = events.height - log.event_objects["event_id"].n_unique()
        found["event-without-object"] += alone
        return ObjectLogReading(log=log, findings=self._findings(found))

    def _events(self, rules: ClockRules, found: Counter[str]) -> pl.DataFrame:
        frame = _table(self.events, {"event_id": pl.String(), "activity": pl.String(), "time": pl.String()})
        unique = frame.unique("event_id", keep="first", maintain_order=True)
        found["event-twice"] += frame.height - unique.height
        times = parse_times(unique["time"].rename("time"), rules)
        bad = times.utc.is_null()
        if bad.any():
            event_id, _, text = unique.row(int(bad.arg_max() or 0))
            raise self.broken(f"The time of event '{event_id[:80]}' cannot be read: {text[:40]}.", event_id)
        at = times.utc.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(INSTANT)
        return unique.select("event_id", "activity").with_columns(at.alias("occurred_at")).sort(
            "occurred_at", maintain_order=True
        )  # fmt: skip

    def _objects(self, found: Counter[str]) -> pl.DataFrame:
        frame = _table(self.objects, OBJECT_SCHEMA)
        unique = frame.unique("object_id", keep="first", maintain_order=True)
        found["object-twice"] += frame.height - unique.height
        return unique

    def _object_attributes(self, rules: ClockRules, known: set[str], found: Counter[str]) -> pl.DataFrame:
        rows = [each for each in heeding(self.object_attributes) if each[0] in known]
        schema = {**OBJECT_ATTRIBUTE_SCHEMA, "changed_at": pl.String()}
        frame = _table(rows, schema)
        if frame.height == 0:
            return pl.DataFrame(schema=OBJECT_ATTRIBUTE_SCHEMA)
        times = parse_times(frame["changed_at"], rules)
        found["change-without-time"] += int(times.utc.null_count())
        at = times.utc.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(INSTANT)
        return frame.with_columns(at.alias("changed_at")).filter(pl.col("changed_at").is_not_null())

    def _declared(
        self,
        declared: dict[str, dict[str, str]],
        used: pl.Series,
        values: list[tuple[str, str, str]],
        kinds: dict[str, str],
    ) -> tuple[DeclaredType, ...]:
        """The declared types, and those that only occur, with their attributes; undeclared ones are strings."""
        types = {
            name: {attribute: standard_type(kind) or "string" for attribute, kind in attributes.items()}
            for name, attributes in declared.items()
        }
        for name in used.unique(maintain_order=True).to_list():
            types.setdefault(name, {})
        for owner, name, _ in heeding(values):
            kind = kinds.get(owner)
            if kind is not None:
                types[kind].setdefault(name, "string")
        if len(types) > self.limits.activities or any(len(each) > self.limits.columns for each in types.values()):
            raise LogTooLargeError("types or attributes", self.limits.columns, self.place)
        return tuple(DeclaredType(name=name, attributes=tuple(each.items())) for name, each in types.items())

    def _findings(self, found: Counter[str]) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                severity=Severity.WARNING,
                rule=f"ocel-{rule}",
                message=(FINDINGS_OF_ONE if count == 1 else FINDINGS)[f"ocel-{rule}"].replace("{count}", str(count)),
                place=self.place,
                parameters={"count": str(count)},
            )
            for rule, count in sorted(found.items())
            if count
        )


FINDINGS = {
    "ocel-event-twice": "{count} events have the id of an earlier one and were left out.",
    "ocel-object-twice": "{count} objects have the id of an earlier one and were left out.",
    "ocel-event-relation-dangling": "{count} relations of events name an event or object that is not there.",
    "ocel-object-relation-dangling": "{count} relations of objects name an object that is not there.",
    "ocel-change-without-time": "{count} values of objects have no readable time and were left out.",
    "ocel-type-unknown": "{count} attributes declare a type that the standard does not have and are read as texts.",
    "ocel-event-without-object": "{count} events belong to no object; no case view holds them.",
    "ocel-value-of-other-type": "{count} values are not of the type that their attribute declares.",
}
FINDINGS_OF_ONE = {
    "ocel-event-twice": "One event has the id of an earlier one and was left out.",
    "ocel-object-twice": "One object has the id of an earlier one and was left out.",
    "ocel-event-relation-dangling": "One relation of events names an event or object that is not there.",
    "ocel-object-relation-dangling": "One relation of objects names an object that is not there.",
    "ocel-change-without-time": "One value of an object has no readable time and was left out.",
    "ocel-type-unknown": "One attribute declares a type that the standard does not have and is read as texts.",
    "ocel-event-without-object": "One event belongs to no object; no case view holds it.",
    "ocel-value-of-other-type": "One value is not of the type that its attribute declares.",
}


def _in_order(log: ObjectCentricLog) -> ObjectCentricLog:
    """Relations and values in the order of their events and objects, so that every serialisation gives one log."""
    events, objects = log.events["event_id"], log.objects["object_id"]
    return replace(
        log,
        event_objects=_by_owner(log.event_objects, events),
        object_objects=_by_owner(log.object_objects, objects),
        event_attributes=_by_owner(log.event_attributes, events),
        object_attributes=_by_owner(log.object_attributes, objects),
    )


def _with_canonical_values(log: ObjectCentricLog) -> ObjectCentricLog:
    return replace(
        log,
        event_attributes=_canonical_values(log.event_attributes, dict_of(log.events), log.event_types),
        object_attributes=_canonical_values(log.object_attributes, dict(log.objects.rows()), log.object_types),
    )


def _canonical_values(table: pl.DataFrame, kinds: dict[str, str], declared: Sequence[DeclaredType]) -> pl.DataFrame:
    types = {each.name: dict(each.attributes) for each in declared}
    rows = heeding(table.iter_rows())
    values = [canonical(value, types[kinds[owner]][name]) for owner, name, value, *_ in rows]
    return table.with_columns(pl.Series("value", values, dtype=pl.String()))


def _by_owner(table: pl.DataFrame, owners: pl.Series) -> pl.DataFrame:
    owner = table.columns[0]
    places = pl.DataFrame([owners.alias(owner), pl.Series("place", range(owners.len()), dtype=pl.Int64)])
    placed = table.join(places, on=owner, how="left", maintain_order="left")
    return placed.sort("place", maintain_order=True).drop("place")


def dict_of(events: pl.DataFrame) -> dict[str, str]:
    """Activity by event id."""
    return dict(events.select("event_id", "activity").rows())


def _table(rows: Sequence[tuple[str, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _relations(
    rows: list[tuple[str, str, str]],
    schema: dict[str, pl.DataType],
    known: tuple[set[str], set[str]],
    found: Counter[str],
    owner: str,
) -> pl.DataFrame:
    kept = [each for each in heeding(rows) if each[0] in known[0] and each[1] in known[1]]
    found[f"{owner}-relation-dangling"] += len(rows) - len(kept)
    return _table(list(dict.fromkeys(kept)), schema)


def _check_values(log: ObjectCentricLog, found: Counter[str]) -> None:
    for table, owner, kinds, declared in (
        (log.event_attributes, "event_id", log.events.select("event_id", kind="activity"), log.event_types),
        (log.object_attributes, "object_id", log.objects.select("object_id", kind="object_type"), log.object_types),
    ):
        wanted = [(each.name, name, kind) for each in declared for name, kind in each.attributes if kind in SPELLINGS]
        if not wanted or table.height == 0:
            continue
        types = pl.DataFrame(wanted, schema=dict.fromkeys(("kind", "name", "type"), pl.String()), orient="row")
        typed = table.join(kinds, on=owner).join(types, on=["kind", "name"])
        for kind, pattern in SPELLINGS.items():
            values = typed.filter(pl.col("type") == kind)["value"]
            found["value-of-other-type"] += int((~values.str.contains(pattern)).sum())
