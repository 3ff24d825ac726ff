# SPDX-License-Identifier: Apache-2.0
"""The engine's own history as a canonical log: read in batches through a port, built like any other log.

The log keeps the batches it was read in beside it. A refresh reads on where the last full batch ended, builds the log
of all of them, and puts it in the old one's place at once: to read and decode the engine's rows is what takes long.
Batches begin where those of a first reading would, so that the log is the same. Where the engine no longer has exactly
the rows that the kept batches hold (it deletes instances when their time is over), everything is read anew.
"""

import hashlib
import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import polars as pl

from taktloom.mining.logs.canonical import ENGINE_COLUMNS
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.layout import build_log, sync_folder
from taktloom.mining.logs.mapping import AttributeColumn, AttributeLevel, ColumnMapping
from taktloom.mining.logs.recognition import attribute_name
from taktloom.mining.logs.requests import ImportRequest, ImportWatch, LogFormat
from taktloom.mining.logs.rows import Build
from taktloom.mining.logs.segments import write_parquet
from taktloom.mining.logs.staging import SourceFile, Staging
from taktloom.mining.logs.times import ClockRules
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, Event
from taktloom.model.places import Place

BATCH_EVENTS = 20_000
SOURCE_NAME = "engine"
BATCHES_FOLDER = "batches-1"  # another number when their columns change: then all is read anew
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

    def count_until(self, cursor: int) -> int:
        """How many events there are up to the cursor, that of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """The log to make: id, shown name, the caller's clock, the zone of the people's clocks."""

    log_id: str
    name: str
    at: datetime
    timezone: str | None = None


def prepare_history(source: EventSource, request: HistoryRequest, target: Path, known: Path) -> None:
    """Write the canonical log of all events of *source* into the empty folder *target*.

    known: the folder of the log that this one takes the place of, if there is one.
    """
    staging = _stage(source, target / BATCHES_FOLDER, known / BATCHES_FOLDER)
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
        path=target,
        name=request.name,
        imported_at=request.at,
        log_id=request.log_id,
        mapping=mapping,
        timezone=request.timezone,
    )
    rules = ClockRules(timezone=request.timezone, place=Place(source=SOURCE_NAME))
    build_log(Build(staging=staging, mapping=mapping, request=wanted, rules=rules, target=target, watch=ImportWatch()))


PARTS = ("case", "activity", "timestamp", "start_timestamp", "resource", "role", "lifecycle", "event_id")


def _stage(source: EventSource, folder: Path, known: Path) -> Staging:
    folder.mkdir()
    kept = _kept(source, known)
    for path in kept:
        _take(path, folder / path.name)
    paths = [folder / path.name for path in kept]
    cursor = _cursor(paths[-1]) if paths else 0
    rows = len(paths) * BATCH_EVENTS
    for batch in _batches(source, cursor):
        frame, cursor = _frame(batch.events), batch.cursor
        paths.append(folder / f"{len(paths):06}-{cursor}.parquet")
        write_parquet(frame, paths[-1])
        rows += frame.height
    if rows == 0:
        cause = "Nothing has happened yet: the history has no events."
        raise UnreadableLogError("no-events", cause, Place(source=SOURCE_NAME), "Start a case first.")
    sync_folder(folder)
    digest = hashlib.sha256(str(cursor).encode()).hexdigest()
    names = dict.fromkeys(name for path in paths for name in pl.scan_parquet(path).collect_schema().names())
    return Staging(
        source=SourceFile(name=SOURCE_NAME, size_bytes=0, sha256=digest, format=LogFormat.ENGINE),
        paths=tuple(paths),
        columns={name: name for name in (*COLUMNS, *names)},
        rows=rows,
        first_row=1,
        schema_columns=tuple(ENGINE_COLUMNS),
        cursor=str(cursor),
    )


def _kept(source: EventSource, known: Path) -> list[Path]:
    """The full batches in the folder *known*, in order; none where the engine does not have exactly their events."""
    paths = sorted(known.glob("*.parquet"))
    full = list(itertools.takewhile(lambda path: _height(path) == BATCH_EVENTS, paths))
    is_still_so = bool(full) and source.count_until(_cursor(full[-1])) == len(full) * BATCH_EVENTS
    return full if is_still_so else []


def _height(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _cursor(path: Path) -> int:
    """The cursor behind the batch, which its name tells."""
    return int(path.stem.rpartition("-")[2])


def _take(path: Path, place: Path) -> None:
    """The same file under another name where the disk can do that: batches never change."""
    try:
        place.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, place)


def _batches(source: EventSource, cursor: int) -> Iterator[EventBatch]:
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
