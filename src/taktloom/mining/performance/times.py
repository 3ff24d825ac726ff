# SPDX-License-Identifier: Apache-2.0
"""Where the time of cases goes: working, waiting, and what cannot be told apart.

With starts: working time is the union of a case's activity instances, waiting the rest. Without: the time between two
completions holds both, and is told as elapsed. Cases that have not ended count by survival, not by what is seen so far.
Everything is one scan over the canonical rows, whatever the calendar.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.survival import estimate_survival
from taktloom.mining.statistics.arrays import (
    MICROSECONDS_PER_SECOND,
    LogArrays,
    TimeSummary,
    summarise,
    summarise_groups,
)
from taktloom.mining.statistics.directly_follows import group_numbers

DAY_US = 86_400 * MICROSECONDS_PER_SECOND
NOT_KNOWN = "The log has no starts: working and waiting cannot be told apart."


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleTimes:
    """Seconds per case. working, waiting: None without starts. median_s: of all cases, open ones as far as seen."""

    cycle: TimeSummary
    working: TimeSummary | None
    waiting: TimeSummary | None
    open_cases: int
    median_s: float | None
    median_low_s: float | None
    median_high_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """The step from one activity to the next: how often, how long before it begins (or ends, without starts).

    total_s and share: of all such time in the log.
    """

    source: str
    target: str
    count: int
    before: TimeSummary
    total_s: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LittlesLaw:
    """Of the middle of the log: arrivals per day, mean cases at once, mean time of those that arrive, in days.

    expected: arrivals times time. Where it differs much, the process was not steady, or cases are cut off.
    """

    arrivals_per_day: float
    mean_cases: float
    mean_days: float
    expected_cases: float


def open_case_mask(log: LogArrays, ending: Collection[str] | None) -> NDArray[np.bool_]:
    """Per case whether it has not ended: its last activity is none of *ending*; None: all have ended."""
    if ending is None:
        return np.zeros(log.starts.size, dtype=np.bool_)
    codes = [code for code, name in enumerate(log.activities) if name in ending]
    return ~np.isin(log.activity[log.ends], codes)


def measure_cycle_times(
    log: LogArrays, *, ending: Collection[str] | None = None, seen_until_us: int | None = None
) -> CycleTimes:
    """Times per case. ending: activities that end a case; seen_until_us: the last instant of observation (in the
    log's own time), until which open cases are known to last; None: the log's last event."""
    begins = np.minimum.reduceat(_begins(log), log.starts) if log.case.size else log.occurred_at
    cycle = log.occurred_at[log.ends] - begins
    is_open = open_case_mask(log, ending)
    until = int(log.occurred_at.max()) if seen_until_us is None and log.case.size else (seen_until_us or 0)
    lasting = np.where(is_open, np.maximum(until - begins, 0), cycle)
    curve = estimate_survival(lasting / MICROSECONDS_PER_SECOND, ~is_open)
    low, high = curve.quantile_interval(0.5)
    working = None if log.started_at is None else working_us(log)
    return CycleTimes(
        cycle=summarise(cycle[~is_open]),
        working=None if working is None else summarise(working[~is_open]),
        waiting=None if working is None else summarise((cycle - working)[~is_open]),
        open_cases=int(is_open.sum()),
        median_s=curve.quantile(0.5),
        median_low_s=low,
        median_high_s=high,
    )


def working_us(log: LogArrays) -> NDArray[np.int64]:
    """Per case the time in which at least one activity instance runs; the log has starts."""
    begins = _begins(log)
    order = np.lexsort((log.occurred_at, begins, log.case))
    case, begin, end = log.case[order], begins[order], log.occurred_at[order]
    # The running maximum of ends per case: cases are lifted apart by more than the log is long.
    lift = (case.astype(np.int64) - int(case[0])) * (int(end.max()) - int(begin.min()) + 1)
    reached = np.maximum.accumulate(end + lift)
    before = np.append(np.iinfo(np.int64).min, reached[:-1])
    added = np.maximum(0, end + lift - np.maximum(begin + lift, before))
    return np.add.reduceat(added, log.starts)


def rank_bottlenecks(log: LogArrays) -> tuple[Bottleneck, ...]:
    """Every step with the time before it, the most costly in total first (ties by names)."""
    count = len(log.activities)
    rows = log.follows
    gap = np.maximum(_begins(log)[rows] - log.occurred_at[rows - 1], 0)
    group, pairs = group_numbers(log.activity[rows - 1] * count + log.activity[rows], count * count)
    summaries = summarise_groups(group, gap, pairs.size)
    totals = np.bincount(group, weights=gap, minlength=pairs.size) / MICROSECONDS_PER_SECOND
    whole = float(totals.sum())
    found = [
        Bottleneck(
            source=log.activities[pair // count],
            target=log.activities[pair % count],
            count=summary.count,
            before=summary,
            total_s=float(total),
            share=float(total) / whole if whole else 0.0,
        )
        for pair, summary, total in zip(pairs.tolist(), summaries, totals, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (-each.total_s, each.source, each.target)))


def check_littles_law(log: LogArrays, *, trimmed: float = 0.1) -> LittlesLaw:
    """L = λ·W over the middle of the log, *trimmed* of its time left out at each end; the log has a case.

    L: time average of cases under way; λ: cases that begin there, per day; W: their mean time.
    Source: Little, "A proof for the queuing formula L = λW", Operations Research 9, 1961.
    """
    begins, ends = np.minimum.reduceat(_begins(log), log.starts), log.occurred_at[log.ends]
    first, last = int(begins.min()), int(ends.max())
    low, high = first + (last - first) * trimmed, last - (last - first) * trimmed
    length = max(high - low, 1.0)
    under_way = np.maximum(0.0, np.minimum(ends, high) - np.maximum(begins, low))
    inside = (begins >= low) & (begins <= high)
    mean_us = float((ends - begins)[inside].mean()) if inside.any() else 0.0
    arrivals = float(inside.sum()) / length * DAY_US
    return LittlesLaw(
        arrivals_per_day=arrivals,
        mean_cases=float(under_way.sum()) / length,
        mean_days=mean_us / DAY_US,
        expected_cases=arrivals * mean_us / DAY_US,
    )


def cases_at_once(log: LogArrays, *, points: int = 200) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Instants (µs) spread evenly over the log, and how many cases are under way at each."""
    begins, ends = np.minimum.reduceat(_begins(log), log.starts), log.occurred_at[log.ends]
    instants = np.linspace(int(begins.min()), int(ends.max()), points).astype(np.int64)
    begun = np.searchsorted(np.sort(begins), instants, side="right")
    ended = np.searchsorted(np.sort(ends), instants, side="left")
    return instants, begun - ended


def _begins(log: LogArrays) -> NDArray[np.int64]:
    return log.occurred_at if log.started_at is None else log.started_at
