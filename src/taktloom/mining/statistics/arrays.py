# SPDX-License-Identifier: Apache-2.0
"""A canonical log as arrays, and quantiles by group: what every statistic here scans.

Quantiles interpolate linearly between the two nearest values (Hyndman & Fan 1996, type 7). Times are int64 µs until
the last division, so sums are exact.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.variants import case_starts

MICROSECONDS_PER_SECOND = 1_000_000
NOBODY = -1
SHARES = (0.5, 0.95)
MOST_SELECTIONS = 4_000  # groups; of more, each is small and one sort of all is faster


@dataclass(frozen=True, kw_only=True, eq=False)
class LogArrays:
    """Columns in canonical order, one entry per activity instance; resource and role are -1 where unknown.

    started_at is None when no row has a start; else rows without one hold their completion. local: wall-clock µs.
    """

    activities: list[str]
    resources: list[str]
    roles: list[str]
    case: NDArray[np.uint32]
    activity: NDArray[np.int64]
    resource: NDArray[np.int64]
    role: NDArray[np.int64]
    occurred_at: NDArray[np.int64]
    started_at: NDArray[np.int64] | None
    has_start: NDArray[np.bool_]
    local: NDArray[np.int64]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Index of each case's first row."""
        return case_starts(self.case)

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Index of each case's last row."""
        return np.append(self.starts[1:], self.case.size) - 1 if self.case.size else self.starts

    @cached_property
    def follows(self) -> NDArray[np.int64]:
        """Indexes of the rows that have a predecessor in their case (it is the row before)."""
        return np.flatnonzero(self.case[1:] == self.case[:-1]) + 1

    @cached_property
    def gap_us(self) -> NDArray[np.int64]:
        """For each of `follows`: time from the predecessor's completion to this completion."""
        return self.occurred_at[self.follows] - self.occurred_at[self.follows - 1]


def load_arrays(log: CanonicalLog) -> LogArrays:
    """The arrays of *log* or view."""
    frame = log.coded().select(
        "case",
        pl.col("activity").cast(pl.Int64),
        pl.col("resource").cast(pl.Int64).fill_null(NOBODY),
        pl.col("role").cast(pl.Int64).fill_null(NOBODY),
        "occurred_at",
        pl.col("started_at").is_not_null().alias("has_start"),
        pl.col("started_at").fill_null(pl.col("occurred_at")),
        (pl.col("occurred_at") + pl.col("offset_min").cast(pl.Int64) * 60 * MICROSECONDS_PER_SECOND).alias("local"),
    )
    rows = frame.collect()
    has_start = rows["has_start"].to_numpy()
    return LogArrays(
        activities=log.activities,
        resources=log.resources,
        roles=log.roles,
        case=rows["case"].to_numpy(),
        activity=rows["activity"].to_numpy(),
        resource=rows["resource"].to_numpy(),
        role=rows["role"].to_numpy(),
        occurred_at=rows["occurred_at"].to_numpy(),
        started_at=rows["started_at"].to_numpy() if has_start.any() else None,
        has_start=has_start,
        local=rows["local"].to_numpy(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSummary:
    """Seconds over `count` observations; None where there is none."""

    count: int
    mean_s: float | None
    median_s: float | None
    p95_s: float | None


NO_TIMES = TimeSummary(count=0, mean_s=None, median_s=None, p95_s=None)


def summarise(times_us: NDArray[np.int64]) -> TimeSummary:
    """The summary of all *times_us*."""
    return summarise_groups(np.zeros(times_us.size, dtype=np.int64), times_us, 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """Rows by group: `order` has them group after group, within one as they stood; counts, begins: by group."""

    order: NDArray[np.int64]
    counts: NDArray[np.int64]
    begins: NDArray[np.int64]

    def distinct(self, ascending: NDArray[np.uint32]) -> NDArray[np.int64]:
        """By group how many different values its rows have of *ascending*, a column in ascending order."""
        if self.order.size == 0:
            return np.zeros(self.counts.size, dtype=np.int64)
        values = ascending[self.order]
        is_new = np.append(True, values[1:] != values[:-1])
        filled = self.begins[self.counts > 0]
        is_new[filled] = True
        found = np.zeros(self.counts.size, dtype=np.int64)
        found[self.counts > 0] = np.add.reduceat(is_new, filled, dtype=np.int64)
        return found


def group_rows(group: NDArray[np.int64], groups: int) -> Grouping:
    """The rows of the groups 0 … groups-1. Of small numbers the sort is by counting, ten times faster than others."""
    small = group.astype(np.uint16) if groups <= 1 << 16 else group
    counts = np.bincount(group, minlength=groups)
    return Grouping(order=np.argsort(small, kind="stable"), counts=counts, begins=np.cumsum(counts) - counts)


def summarise_groups(group: NDArray[np.int64], times_us: NDArray[np.int64], groups: int) -> list[TimeSummary]:
    """A summary per group 0 … groups-1; empty groups have none."""
    return summarise_rows(group_rows(group, groups), times_us)


def summarise_rows(rows: Grouping, times_us: NDArray[np.int64]) -> list[TimeSummary]:
    """A summary per group of *rows*; empty groups have none."""
    filled = np.flatnonzero(rows.counts)
    if filled.size == 0:
        return [NO_TIMES] * rows.counts.size
    ordered = times_us[rows.order]
    counts, begins = rows.counts[filled], rows.begins[filled]
    sums = np.add.reduceat(ordered, begins)
    if filled.size > MOST_SELECTIONS:
        ordered = times_us[rows.order[np.lexsort((ordered, np.repeat(np.arange(filled.size), counts)))]]
    else:
        _select_quantiles(ordered, begins, counts)
    medians, tails = (_quantiles(ordered, begins, counts, share) for share in SHARES)
    summaries = [NO_TIMES] * rows.counts.size
    for index, each in enumerate(filled.tolist()):
        summaries[each] = TimeSummary(
            count=int(counts[index]),
            mean_s=float(sums[index] / counts[index] / MICROSECONDS_PER_SECOND),
            median_s=float(medians[index] / MICROSECONDS_PER_SECOND),
            p95_s=float(tails[index] / MICROSECONDS_PER_SECOND),
        )
    return summaries


def _select_quantiles(ordered: NDArray[np.int64], begins: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Put in its place, within each group, what `_quantiles` reads; to select takes a fraction of what sorting does."""
    for begin, count in zip(begins.tolist(), counts.tolist(), strict=True):
        lower = [int((count - 1) * share) for share in SHARES]
        places = {min(place + step, count - 1) for place in lower for step in (0, 1)}
        ordered[begin : begin + count].partition(sorted(places))


def _quantiles(
    ordered: NDArray[np.int64], begins: NDArray[np.int64], counts: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    place = (counts - 1) * share
    lower = np.floor(place).astype(np.int64)
    upper = np.minimum(lower + 1, counts - 1)
    low, high = ordered[begins + lower], ordered[begins + upper]
    between: NDArray[np.float64] = low + (high - low) * (place - lower)
    return between
