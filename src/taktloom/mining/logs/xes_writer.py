# SPDX-License-Identifier: Apache-2.0
"""A log or view as XES, part by part, so that memory does not grow with the log.

Times are written with the offset that local clocks had. Where the log came with starts as events of their own, a start
is written as one, before its completion; where starts were a column, as the attribute `start_timestamp` of the
completion. Either is read again as the same log. Source: IEEE 1849-2016, clauses 4 and 5, and its standard extensions
(concept, time, lifecycle, organizational).
"""

import contextlib
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from taktloom.mining.logs.canonical import CASES_FILE, CanonicalLog
from taktloom.mining.logs.parts import LogPart
from taktloom.mining.logs.segments import segment_bounds
from taktloom.mining.watching import heed, heeding, tell
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX, Lifecycle

HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"""
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
MINUTE_US = 60_000_000
SPELLED_ROWS = 200_000  # whose text is in memory at once, but for a longer case


def write_xes(log: CanonicalLog, path: Path) -> None:
    """Write *log* to *path*, packed when its name ends in `.gz`."""
    writer = _Writer(log)
    with _opened(path) as file:
        file.write(HEADER.encode())
        name = pl.Series([log.metadata.name], dtype=pl.String)
        file.write(pl.select(_attribute("string", "concept:name", pl.lit(name))).item().encode() + b"\n")
        total, done = log.metadata.counts.activity_instances, 0
        for part in log.parts():
            tell("writing", done, total)
            for trace in heeding(writer.traces(part)):
                file.write(trace.encode())
            done += part.stored_rows
        file.write(b"</log>\n")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        if path.suffix != ".gz":
            yield file
            return
        packed = gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0)
        with contextlib.closing(packed), io.BufferedWriter(packed) as text:
            yield text


class _Writer:
    """What is the same for all parts: dictionaries, texts of the cases, columns."""

    def __init__(self, log: CanonicalLog) -> None:
        self._log = log
        columns = [each.name for each in log.metadata.columns]
        self._event_columns = [name for name in columns if name.startswith(EVENT_ATTRIBUTE_PREFIX)]
        self._case_columns = [name for name in columns if name.startswith(CASE_ATTRIBUTE_PREFIX)]
        self._has_ids = log.metadata.mapping.event_id is not None
        self._has_start_events = log.metadata.mapping.start_timestamp is None

    def traces(self, part: LogPart) -> Iterator[str]:
        """The traces of a part, each as one text."""
        coded = part.coded(
            "case", "activity", "resource", "role", "lifecycle", "started_at", "occurred_at", "offset_min"
        )
        beside = part.attributes(*self._event_columns, *(["event_id"] if self._has_ids else []))
        for begin, end in segment_bounds(coded["case"].to_numpy(), SPELLED_ROWS):
            heed()
            yield from self._traces(coded[begin:end], beside[begin:end])

    def _traces(self, coded: pl.DataFrame, beside: pl.DataFrame) -> Iterator[str]:
        rows = self._events(coded, beside)
        texts = rows.group_by("case", maintain_order=True).agg(pl.col("text").str.join(""))
        heads = self._heads(texts["case"])
        for head, text in zip(heads, texts["text"], strict=True):
            yield f"<trace>\n{head}{text}</trace>\n"

    def _heads(self, codes: pl.Series) -> pl.Series:
        cases = pl.read_parquet(self._log.folder / CASES_FILE, columns=["case_id", *self._case_columns])
        own = cases[codes]
        parts = [_attribute("string", "concept:name", pl.col("case_id"))]
        parts += [_typed(own, name, CASE_ATTRIBUTE_PREFIX) for name in self._case_columns]
        return own.select(pl.concat_str(parts, separator="")).to_series()

    def _events(self, coded: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
        """case and the text of each event, in order of time within the case."""
        rows = pl.concat([self._spelled(coded), beside], how="horizontal").with_columns(
            place=pl.int_range(pl.len(), dtype=pl.Int64)
        )
        own = [_typed(beside, name, EVENT_ATTRIBUTE_PREFIX) for name in self._event_columns]
        if self._has_ids:
            own.append(_attribute("id", "identity:id", pl.col("event_id")))
        shared = [
            _attribute("string", "concept:name", pl.col("activity")),
            _attribute("string", "org:resource", pl.col("resource")),
            _attribute("string", "org:role", pl.col("role")),
        ]
        complete = [*shared, _time("time:timestamp", "occurred_at"), _transition(pl.col("lifecycle")), *own]
        if not self._has_start_events:
            complete.insert(4, _time("start_timestamp", "started_at"))
        completes = rows.select("case", "place", at="occurred_at", is_complete=pl.lit(1), text=_event(complete))
        if not self._has_start_events:
            return completes
        instance = [each for name, each in zip(self._event_columns, own, strict=False) if name in INSTANCES]
        start = [*shared, _time("time:timestamp", "started_at"), _transition(pl.lit(Lifecycle.START.value)), *instance]
        starts = rows.filter(pl.col("started_at").is_not_null()).select(
            "case", "place", at="started_at", is_complete=pl.lit(0), text=_event(start)
        )
        return pl.concat([completes, starts]).sort("case", "at", "is_complete", "place") if starts.height else completes

    def _spelled(self, coded: pl.DataFrame) -> pl.DataFrame:
        labels = {name: getattr(self._log, PLURALS[name]) for name in PLURALS}
        return coded.with_columns(
            pl.Series(name, texts, dtype=pl.String).gather(coded[name]).alias(name) for name, texts in labels.items()
        )


PLURALS = {"activity": "activities", "resource": "resources", "role": "roles", "lifecycle": "lifecycles"}
INSTANCES = {f"{EVENT_ATTRIBUTE_PREFIX}concept:instance"}


def _event(parts: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_str([pl.lit("<event>\n"), *parts, pl.lit("</event>\n")], separator="")


def _transition(value: pl.Expr) -> pl.Expr:
    return _attribute("string", "lifecycle:transition", value)


def _time(key: str, column: str) -> pl.Expr:
    """The instant as local clocks showed it, with their offset."""
    offset = pl.col("offset_min").cast(pl.Int64).fill_null(0)
    wall = (pl.col(column) + offset * MINUTE_US).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    hours, minutes = offset.abs() // 60, offset.abs() % 60
    sign = pl.when(offset < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    zone = pl.concat_str([sign, _two(hours), pl.lit(":"), _two(minutes)], separator="")
    return _attribute("date", key, pl.concat_str([wall, zone], separator=""))


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _typed(frame: pl.DataFrame, column: str, prefix: str) -> pl.Expr:
    """A column as attributes of the XES type that its values have."""
    dtype, value = frame.schema[column], pl.col(column)
    key = column.removeprefix(prefix)
    if dtype == pl.Boolean:
        return _attribute("boolean", key, pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false")))
    if dtype.is_integer():
        return _attribute("int", key, value.cast(pl.String))
    if dtype.is_numeric():
        spelled = value.cast(pl.Float64).cast(pl.String).replace({"inf": "INF", "-inf": "-INF"})
        return _attribute("float", key, spelled)
    if isinstance(dtype, pl.Datetime):
        return _attribute("date", key, value.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00"))
    return _attribute("string", key, value.cast(pl.String))


def _attribute(kind: str, key: str, value: pl.Expr) -> pl.Expr:
    """`<kind key="…" value="…"/>`, nothing where there is no value."""
    name = pl.select(_escaped(pl.lit(key))).item()
    text = pl.concat_str([pl.lit(f'<{kind} key="{name}" value="'), _escaped(value), pl.lit('"/>\n')], separator="")
    return text.fill_null("")


def _escaped(value: pl.Expr) -> pl.Expr:
    cleaned = value.str.replace_all(UNPRINTABLE, "\ufffd")
    return cleaned.str.replace_many(list(ESCAPES), list(ESCAPES.values()))
