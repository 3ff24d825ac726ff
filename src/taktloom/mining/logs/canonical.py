# SPDX-License-Identifier: Apache-2.0
"""The canonical log: rows sorted once by (case, completion, position in the source), everything coded as integers.

A log is a folder: `log.json`, `labels.json` (dictionaries by code), `cases.parquet` (one row per case: code, case_id,
`case.*`) and, per segment, `coded-*.parquet` with `attributes-*.parquet` beside it, row by row. Files never change once
the folder has appeared under its name. Every analysis of cases is one linear scan, so views keep the order.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.logs.metadata import LogCounts, LogMetadata, load_metadata
from taktloom.mining.logs.parts import LogPart, View, read_parts
from taktloom.mining.logs.side_by_side import each_side_by_side
from taktloom.mining.logs.variants import VariantTable, merge_variants, tabulate_variants

LABELS_FILE = "labels.json"
CASES_FILE = "cases.parquet"
ROW_MARK = "__kept"
BLOCK_ROWS = 500_000

# Columns of `coded()` in order. Times are µs since 1970 UTC; offset_min is what local clocks were ahead of UTC;
# source_events is how many source rows the activity instance stands for (2 when a start row was joined).
CODED_COLUMNS: dict[str, pl.DataType] = {
    "case": pl.UInt32(),
    "activity": pl.UInt32(),
    "resource": pl.UInt32(),
    "role": pl.UInt32(),
    "started_at": pl.Int64(),
    "occurred_at": pl.Int64(),
    "offset_min": pl.Int16(),
    "lifecycle": pl.UInt32(),
    "position": pl.UInt64(),
    "source_events": pl.UInt8(),
}

# Columns of the event schema that only the engine's own history has.
ENGINE_COLUMNS: dict[str, pl.DataType] = {
    "element_id": pl.String(),
    "process_key": pl.String(),
    "process_version": pl.Int64(),
    "instance_key": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Texts by code."""

    activities: list[str]
    resources: list[str]
    roles: list[str]
    lifecycles: list[str]


class CanonicalLog:
    """A log, or a filtered view of one; reading is lazy, nothing is ever written."""

    def __init__(self, folder: Path, metadata: LogMetadata, view: View | None = None) -> None:
        self.folder = folder
        self.metadata = metadata
        self._view = view

    @classmethod
    def open(cls, folder: Path) -> "CanonicalLog":
        """The log in *folder*; raises UnreadableLogError when there is none."""
        return cls(folder, load_metadata(folder))

    @cached_property
    def labels(self) -> Labels:
        """The dictionaries of this log (a view shares its log's codes)."""
        record = json.loads((self.folder / LABELS_FILE).read_bytes())
        return Labels(
            activities=record["activities"],
            resources=record["resources"],
            roles=record["roles"],
            lifecycles=record["lifecycles"],
        )

    @property
    def activities(self) -> list[str]:
        """Activity labels by code."""
        return self.labels.activities

    @property
    def resources(self) -> list[str]:
        """Resource names by code."""
        return self.labels.resources

    @property
    def roles(self) -> list[str]:
        """Role names by code."""
        return self.labels.roles

    @property
    def lifecycles(self) -> list[str]:
        """Lifecycle transitions by code."""
        return self.labels.lifecycles

    @cached_property
    def cases(self) -> list[str]:
        """Case ids by code, also of cases that a view leaves out."""
        return pl.read_parquet(self.folder / CASES_FILE, columns=["case_id"])["case_id"].to_list()

    def coded(self) -> pl.LazyFrame:
        """One row per activity instance, columns CODED_COLUMNS, sorted by (case, occurred_at, position)."""
        return self._filtered(self._scan("coded"))

    def events(self) -> pl.LazyFrame:
        """The rows of `coded()` under the names of the event schema, with `case.*` and `event.*` columns.

        occurred_at and started_at are Datetime(µs, UTC); element_id, process_key, process_version and instance_key are
        null for logs from files.
        """
        return self._events(0, None)

    def event_blocks(self, rows: int = BLOCK_ROWS) -> Iterator[pl.DataFrame]:
        """The rows of `events()` in blocks made of *rows* stored rows each, for what does not hold the log at once."""
        for begin in range(0, max(1, self.metadata.counts.activity_instances), rows):
            yield self._events(begin, rows).collect()

    def _events(self, begin: int, count: int | None) -> pl.LazyFrame:
        beside = self._scan("attributes").slice(begin, count)
        rows = pl.concat([self._scan("coded").slice(begin, count), beside], how="horizontal")
        rows = self._filtered(rows, begin, count).join(
            pl.scan_parquet(self.folder / CASES_FILE), on="case", how="left", maintain_order="left"
        )
        for column, labels in (
            ("activity", self.activities),
            ("resource", self.resources),
            ("role", self.roles),
            ("lifecycle", self.lifecycles),
        ):
            rows = rows.join(_dictionary(column, labels), on=column, how="left", maintain_order="left")
        return rows.select(
            *_event_columns(beside.collect_schema().names()), *(column.name for column in self.metadata.columns)
        )

    def case_table(self) -> pl.DataFrame:
        """One row per kept case: case (code), case_id, `case.*` columns; ascending code."""
        cases = pl.read_parquet(self.folder / CASES_FILE)
        return cases if self._view is None else cases.filter(pl.Series(self._view.cases))

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        frame = self.coded().select("case", "activity").collect()
        return frame["case"].to_numpy(), frame["activity"].to_numpy()

    @cached_property
    def _variants(self) -> VariantTable:
        if len(self.metadata.segments) == 1:
            case, activity = self._arrays
            return tabulate_variants(case, activity, self.activities)
        return merge_variants(each_side_by_side(self._variants_of, self.parts()))

    def _variants_of(self, part: LogPart) -> VariantTable:
        rows = part.coded("case", "activity")
        return tabulate_variants(rows["case"].to_numpy(), rows["activity"].to_numpy(), self.activities)

    def variants(self) -> VariantTable:
        """The variants of this log or view, most frequent first."""
        return self._variants

    @cached_property
    def counts(self) -> LogCounts:
        """Counts of this log or view; a view's events are the source rows of its activity instances."""
        if self._view is None:
            return self.metadata.counts
        case, activity = self._arrays
        events = self.coded().select(pl.col("source_events").cast(pl.Int64).sum()).collect().item()
        return LogCounts(
            events=int(events),
            activity_instances=int(case.size),
            cases=int(distinct(case).size),
            activities=int(distinct(activity).size),
            variants=len(self.variants()),
        )

    def keep(self, cases: NDArray[np.bool_], rows: NDArray[np.bool_] | None = None) -> "CanonicalLog":
        """A view of what this log or view and the masks both keep; codes, order and folder stay.

        cases: by case code. rows: by row of the stored log (`LogPart.numbers`), None for all rows of the kept cases; a
        case none of whose rows is kept must not be kept either.
        """
        if self._view is not None:
            cases = cases & self._view.cases
            if self._view.rows is not None:
                rows = self._view.rows if rows is None else rows & self._view.rows
        return CanonicalLog(self.folder, self.metadata, View(cases=cases, rows=rows))

    def parts(self) -> Iterator[LogPart]:
        """The log or view in parts of whole cases, in canonical order, for scans that do not hold it at once."""
        return read_parts(self.folder, self.metadata.segments, self._view)

    @cached_property
    def case_count(self) -> int:
        """How many case codes the stored log has."""
        return self.metadata.counts.cases

    @property
    def kept_cases(self) -> NDArray[np.bool_]:
        """By case code whether this log or view has the case."""
        return np.ones(self.case_count, dtype=np.bool_) if self._view is None else self._view.cases

    def _scan(self, kind: str) -> pl.LazyFrame:
        return pl.scan_parquet([self.folder / f"{kind}-{segment}.parquet" for segment in self.metadata.segments])

    def _filtered(self, rows: pl.LazyFrame, begin: int = 0, count: int | None = None) -> pl.LazyFrame:
        """What the view keeps of *rows*, the stored ones from *begin* on."""
        if self._view is None:
            return rows
        kept = pl.lit(pl.Series(self._view.cases)).gather(pl.col("case"))
        if self._view.rows is None:
            return rows.filter(kept)
        marks = pl.LazyFrame([pl.Series(ROW_MARK, self._view.rows).slice(begin, count)])
        marked = pl.concat([rows, marks], how="horizontal")
        return marked.filter(pl.col(ROW_MARK) & kept).drop(ROW_MARK)

    def renamed(self, name: str) -> "CanonicalLog":
        """The same log under another name, in memory only (the catalogue stores names)."""
        return CanonicalLog(self.folder, replace(self.metadata, name=name), self._view)


def _dictionary(column: str, labels: Sequence[str]) -> pl.LazyFrame:
    codes = pl.Series(column, range(len(labels)), dtype=pl.UInt32)
    return pl.LazyFrame([codes, pl.Series(f"{column}_label", labels, dtype=pl.String)])


def _event_columns(beside: Sequence[str]) -> list[pl.Expr]:
    instant = pl.Datetime("us", "UTC")
    engine = [
        pl.col(name) if name in beside else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in ENGINE_COLUMNS.items()
    ]
    return [
        pl.col("event_id").fill_null(pl.col("position").cast(pl.String)),
        pl.col("case_id"),
        pl.col("activity_label").alias("activity"),
        pl.col("started_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(instant),
        pl.col("occurred_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(instant),
        pl.col("lifecycle_label").alias("lifecycle"),
        pl.col("resource_label").alias("resource"),
        pl.col("role_label").alias("role"),
        *engine,
        pl.col("position").cast(pl.Int64),
    ]
