# SPDX-License-Identifier: Apache-2.0
"""The engine's own history as a canonical log: read in batches through a port, built like any other log.

The log is made anew at each refresh and takes the old one's place at once; its metadata keep the cursor it reaches to.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import polars as pl

from taktloom.mining.logs.canonical import ENGINE_COLUMNS
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.layout import build_log
from taktloom.mining.logs.mapping import AttributeColumn, AttributeLevel, ColumnMapping
from taktloom.mining.logs.recognition import attribute_name
from taktloom.mining.logs.requests import ImportRequest, ImportWatch, LogFormat
from taktloom.mining.logs.rows import Build
from taktloom.mining.logs.staging import SourceFile, Staging
from taktloom.mining.logs.times import ClockRules
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, Event
from taktloom.model.places import Place

BATCH_EVENTS = 20_000
SOURCE_NAME = "engine"
INSTANT = pl.Datetime("us", "UTC")
MAPPING = ColumnMapping(
    case="case_id",
    activity="activity",
    timestamp="occurred_at",
    start_timestamp="started_at",
    resource="resource",
    role="role",
    lifecycle="lifecycle",
    event_id="event_id",
)
COLUMNS: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "case_id": pl.String(),
    "activity": pl.String(),
    "started_at": INSTANT,
    "occurred_at": INSTANT,
    "lifecycle": pl.String(),
    "resource": pl.String(),
    "role": pl.String(),
    **ENGINE_COLUMNS,
}


class EventBatch(Protocol):
    """Events in the order they were recorded, and the position of the last; no events: nothing newer."""

    @property
    def events(self) -> Sequence[Event]:
        """The events."""

    @property
    def cursor(self) -> int:
        """Where to read on."""


class EventSource(Protocol):
    """Where events come from in batches; the embedded host's reader fits it."""

    def read(self, *, after: int = 0, limit: int = BATCH_EVENTS) -> EventBatch:
        """At most *limit* events recorded after the cursor *after* (0: from the beginning)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """The log to make: id, shown name, the caller's clock, the zone of the people's clocks."""

    log_id: str
    name: str
    at: datetime
    timezone: str | None = None


def prepare_history(source: EventSource, request: HistoryRequest, workspace: Path, target: Path) -> None:
    """Write the canonical log of all events of *source* into the empty folder *target*."""
    staging = _stage(source, workspace)
    attributes = tuple(
        AttributeColumn(
            source=name,
            name=attribute_name(name),
            level=AttributeLevel.AUTO if name.startswith(CASE_ATTRIBUTE_PREFIX) else AttributeLevel.EVENT,
        )
        for name in staging.columns
        if name not in COLUMNS
    )
    mapping = ColumnMapping(**{part: getattr(MAPPING, part) for part in PARTS}, attributes=attributes)
    wanted = ImportRequest(
        path=workspace,
        name=request.name,
        imported_at=request.at,
        log_id=request.log_id,
        mapping=mapping,
        timezone=request.timezone,
    )
    rules = ClockRules(timezone=request.timezone, place=Place(source=SOURCE_NAME))
    build_log(Build(staging=staging, mapping=mapping, request=wanted, rules=rules, target=target, watch=ImportWatch()))


PARTS = ("case", "activity", "timestamp", "start_timestamp", "resource", "role", "lifecycle", "event_id")


def _stage(source: EventSource, workspace: Path) -> Staging:
    paths: list[Path] = []
    columns: dict[str, str] = {name: name for name in COLUMNS}
    rows, cursor = 0, 0
    for batch in _batches(source):
        frame = _frame(batch.events)
        path = workspace / f"history-{len(paths):05}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        paths.append(path)
        columns |= {name: name for name in frame.columns}
        rows, cursor = rows + frame.height, batch.cursor
    if rows == 0:
        cause = "Nothing has happened yet: the history has no events."
        raise UnreadableLogError("no-events", cause, Place(source=SOURCE_NAME), "Start a case first.")
    digest = hashlib.sha256(str(cursor).encode()).hexdigest()
    return Staging(
        source=SourceFile(name=SOURCE_NAME, size_bytes=0, sha256=digest, format=LogFormat.ENGINE),
        paths=tuple(paths),
        columns=columns,
        rows=rows,
        first_row=1,
        schema_columns=tuple(ENGINE_COLUMNS),
        cursor=str(cursor),
    )


def _batches(source: EventSource) -> Iterator[EventBatch]:
    cursor = 0
    while (batch := source.read(after=cursor, limit=BATCH_EVENTS)).events:
        yield batch
        cursor = batch.cursor


def _frame(events: Sequence[Event]) -> pl.DataFrame:
    names = dict.fromkeys(name for event in events for name in event.attributes)
    series = [
        pl.Series(name, [getattr(event, name) for event in events], dtype=dtype) for name, dtype in COLUMNS.items()
    ]
    series += [_attribute(name, [event.attributes.get(name) for event in events]) for name in names]
    return pl.DataFrame(series)


def _attribute(name: str, values: Sequence[object]) -> pl.Series:
    """One type for the whole column: numbers, booleans, instants, else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds and kinds <= {int, float, Decimal}:
        is_whole = kinds == {int}
        numbers = [None if value is None else float(str(value)) for value in values]
        return pl.Series(name, values if is_whole else numbers, dtype=pl.Int64 if is_whole else pl.Float64)
    if kinds == {datetime}:
        return pl.Series(name, values, dtype=INSTANT)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
