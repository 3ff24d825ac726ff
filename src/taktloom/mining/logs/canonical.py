# SPDX-License-Identifier: Apache-2.0
"""The canonical log: rows sorted once by (case, completion, position in the source), everything coded as integers.

A log is a folder: `log.json`, `labels.json` (dictionaries by code), `cases.parquet` (one row per case: code, case_id,
`case.*`) and, per segment, `coded-*.parquet` with `attributes-*.parquet` beside it, row by row. Files never change once
the folder has appeared under its name. Every analysis of cases is one linear scan, so filters must keep the order.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.filters import LogFilter, PeriodRule
from taktloom.mining.logs.metadata import LogCounts, LogMetadata, load_metadata
from taktloom.mining.logs.variants import VariantTable, tabulate_variants

LABELS_FILE = "labels.json"
CASES_FILE = "cases.parquet"

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """What a filter left: kept[case code]; activities None for all."""

    kept_cases: NDArray[np.bool_]
    activities: tuple[int, ...] | None = None


class CanonicalLog:
    """A log, or a filtered view of one; reading is lazy, nothing is ever written."""

    def __init__(self, folder: Path, metadata: LogMetadata, view: _View | None = None) -> None:
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
        beside = self._scan("attributes")
        rows = pl.concat([self._scan("coded"), beside], how="horizontal")
        rows = self._filtered(rows).join(
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
        return cases if self._view is None else cases.filter(pl.Series(self._view.kept_cases))

    @cached_property
    def _arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        frame = self.coded().select("case", "activity").collect()
        return frame["case"].to_numpy(), frame["activity"].to_numpy()

    @cached_property
    def _variants(self) -> VariantTable:
        case, activity = self._arrays
        return tabulate_variants(case, activity, self.activities)

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
            cases=int(np.unique(case).size),
            activities=int(np.unique(activity).size),
            variants=len(self.variants()),
        )

    def filter(self, condition: LogFilter) -> "CanonicalLog":
        """The part of this log or view that meets *condition*; codes, order and folder stay."""
        if condition.is_empty:
            return self
        kept = np.zeros(len(self.cases), dtype=np.bool_)
        kept[self._present_cases()] = True
        for mask in self._case_masks(condition):
            kept &= mask
        activities = self._view.activities if self._view else None
        if condition.activities:
            wanted = _codes(self.activities, condition.activities)
            activities = tuple(code for code in wanted if activities is None or code in activities)
        return CanonicalLog(self.folder, self.metadata, _View(kept_cases=kept, activities=activities))

    def _present_cases(self) -> NDArray[np.uint32]:
        return np.unique(self._arrays[0])

    def _case_masks(self, condition: LogFilter) -> list[NDArray[np.bool_]]:
        masks = []
        if condition.cases:
            wanted = set(condition.cases)
            masks.append(np.array([case_id in wanted for case_id in self.cases], dtype=np.bool_))
        if condition.since is not None or condition.until is not None:
            masks.append(self._period_mask(condition))
        if condition.variants or condition.top_variants is not None or condition.variant_coverage is not None:
            masks.append(self._variant_mask(condition))
        if condition.having:
            masks.append(self._having_mask(condition.having))
        if condition.lacking:
            masks.append(~self._having_mask(condition.lacking))
        return masks

    def _having_mask(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        case, activity = self._arrays
        mask = np.zeros(len(self.cases), dtype=np.bool_)
        mask[case[np.isin(activity, _codes(self.activities, labels))]] = True
        return mask

    def _variant_mask(self, condition: LogFilter) -> NDArray[np.bool_]:
        table = self.variants()
        kept = np.ones(len(table), dtype=np.bool_)
        if condition.variants:
            wanted = set(condition.variants)
            kept &= np.array([variant.id in wanted for variant in table.variants], dtype=np.bool_)
        if condition.top_variants is not None:
            kept[condition.top_variants :] = False
        if condition.variant_coverage is not None:
            covered = np.cumsum([variant.cases for variant in table.variants])
            needed = condition.variant_coverage * (covered[-1] if covered.size else 0)
            kept[int(np.searchsorted(covered, needed - 1e-9)) + 1 :] = False
        mask = np.zeros(len(self.cases), dtype=np.bool_)
        mask[table.case_codes[kept[table.case_variants]]] = True
        return mask

    def _period_mask(self, condition: LogFilter) -> NDArray[np.bool_]:
        since = -(2**62) if condition.since is None else int(condition.since.timestamp() * 1_000_000)
        until = 2**62 if condition.until is None else int(condition.until.timestamp() * 1_000_000)
        ends = (
            self.coded()
            .group_by("case")
            .agg(
                pl.min_horizontal(pl.col("occurred_at").min(), pl.col("started_at").min()).alias("first"),
                pl.col("occurred_at").max().alias("last"),
                ((pl.col("occurred_at") >= since) & (pl.col("occurred_at") < until)).any().alias("touched"),
            )
            .collect()
        )
        first, last = ends["first"].to_numpy(), ends["last"].to_numpy()
        starts_inside = (first >= since) & (first < until)
        if condition.period_rule is PeriodRule.CONTAINED:
            inside = starts_inside & (last < until)
        elif condition.period_rule is PeriodRule.STARTED:
            inside = starts_inside
        else:
            inside = ends["touched"].to_numpy()
        mask = np.zeros(len(self.cases), dtype=np.bool_)
        mask[ends["case"].to_numpy()[inside]] = True
        return mask

    def _scan(self, kind: str) -> pl.LazyFrame:
        return pl.scan_parquet([self.folder / f"{kind}-{segment}.parquet" for segment in self.metadata.segments])

    def _filtered(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        if self._view is None:
            return rows
        kept = pl.Series(np.flatnonzero(self._view.kept_cases).astype(np.uint32))
        rows = rows.filter(pl.col("case").is_in(kept.implode()))
        if self._view.activities is not None:
            wanted = pl.Series(self._view.activities, dtype=pl.UInt32)
            rows = rows.filter(pl.col("activity").is_in(wanted.implode()))
        return rows

    def renamed(self, name: str) -> "CanonicalLog":
        """The same log under another name, in memory only (the catalogue stores names)."""
        return CanonicalLog(self.folder, replace(self.metadata, name=name), self._view)


def _codes(labels: Sequence[str], wanted: Sequence[str]) -> list[int]:
    names = set(wanted)
    return [code for code, label in enumerate(labels) if label in names]


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
