# SPDX-License-Identifier: Apache-2.0
"""Statistics of logs that memory does not hold: one scan of the parts, counts and sums added up.

What adds up exactly is here: frequencies, cases, sums, shortest and longest times, durations of cases. Medians of flows
do not add up; `directly_follows` has them and holds the log. Both give the same numbers where both give one.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.parts import LogPart
from taktloom.mining.logs.side_by_side import each_side_by_side
from taktloom.mining.logs.variants import case_starts
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND
from taktloom.mining.statistics.directly_follows import DENSE_PAIRS
from taktloom.mining.statistics.durations import CaseDurations, describe_durations

ROWS_AT_ONCE = 1 << 17
_Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFlow:
    """*target* completed directly after *source* so often."""

    source: str
    target: str
    frequency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedFlow:
    """A flow with its times from completion to completion, in seconds."""

    source: str
    target: str
    frequency: int
    mean_s: float
    shortest_s: float
    longest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFlows:
    """The directly-follows graph by frequency, most frequent first (ties by label). first_in, last_in: cases by
    activity, for those that begin or end one."""

    events: int
    flows: tuple[CountedFlow, ...]
    first_in: dict[str, int]
    last_in: dict[str, int]


def count_flows(log: CanonicalLog) -> CountedFlows:
    """The directly-follows graph of *log* or view, in one scan of two columns."""
    labels = log.activities
    count = max(1, len(labels))
    frequency: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    pairs: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    ends = np.zeros((2, count), dtype=np.int64)
    events = 0
    for found in each_side_by_side(partial(_flows_of, count=count), log.parts()):
        pairs, frequency = _added(np.append(pairs, found.pairs), np.append(frequency, found.counts))
        ends += found.ends
        events += found.events
    flows = [
        CountedFlow(source=labels[pair // count], target=labels[pair % count], frequency=often)
        for pair, often in zip(pairs.tolist(), frequency.tolist(), strict=True)
    ]
    first, last = ({labels[code]: int(row[code]) for code in np.flatnonzero(row).tolist()} for row in ends)
    ordered = sorted(flows, key=lambda flow: (-flow.frequency, flow.source, flow.target))
    return CountedFlows(events=events, flows=tuple(ordered), first_in=first, last_in=last)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _PartFlows:
    """pairs: first × count + second; ends: by activity the cases that begin and those that end with it."""

    events: int
    pairs: NDArray[np.int64]
    counts: NDArray[np.int64]
    ends: NDArray[np.int64]


def _flows_of(part: LogPart, *, count: int) -> _PartFlows:
    frame = part.coded("case", "activity")
    case, activity = frame["case"], frame["activity"]
    if frame.is_empty():
        nothing: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        return _PartFlows(events=0, pairs=nothing, counts=nothing, ends=np.zeros((2, count), dtype=np.int64))
    (followed, often), (across, cases) = _count_pairs(case, activity, count)
    ends = np.zeros((2, count), dtype=np.int64)
    for row, (within, outermost) in enumerate(((across % count, activity[0]), (across // count, activity[-1]))):
        np.add.at(ends[row], within, cases)
        ends[row, outermost] += 1
    return _PartFlows(events=frame.height, pairs=followed, counts=often, ends=ends)


def pair_type(count: int) -> "np.dtype[Any]":
    """The narrowest type that holds a pair of *count* activities as one number: it is what a scan moves about."""
    return np.min_scalar_type(count * count - 1) if count * count <= DENSE_PAIRS else np.dtype(np.int64)


def _count_pairs(case: pl.Series, activity: pl.Series, count: int) -> tuple[_Pairs, _Pairs]:
    """The pairs of neighbours, as first × count + second, and how often they are: those in a case, those across two.

    Rows are counted some ten thousands at a time, in memory that stays in the cache: for whole columns the system has
    to clear new pages each time, which takes longer than the counting. All neighbours are counted, and those of two
    cases taken away again: that is cheaper than to leave them out.
    """
    size = count * count
    if size > DENSE_PAIRS:
        numbers = activity.to_numpy().astype(np.int64)
        codes = numbers[:-1] * count + numbers[1:]
        is_across = np.diff(case.to_numpy()) != 0
        return _counted(codes[~is_across]), _counted(codes[is_across])
    kind = pair_type(count)
    neighbours, across = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    step = max(ROWS_AT_ONCE, size // 8)  # with many activities the tables of a step are what costs
    for begin in range(0, case.len() - 1, step):
        here = case.slice(begin, step + 1).to_numpy()
        there = activity.slice(begin, step + 1).to_numpy().astype(kind)
        codes = there[:-1] * kind.type(count)
        codes += there[1:]
        neighbours += np.bincount(codes, minlength=size)
        across += np.bincount(codes[here[1:] != here[:-1]], minlength=size)
    return _filled(neighbours - across), _filled(across)


def _counted(codes: NDArray[np.int64]) -> _Pairs:
    pairs, often = np.unique(codes, return_counts=True)
    return pairs, often


def _filled(often: NDArray[np.int64]) -> _Pairs:
    pairs = np.flatnonzero(often)
    return pairs, often[pairs]


def _added(pairs: NDArray[np.int64], counts: NDArray[np.int64]) -> _Pairs:
    distinct, place = np.unique(pairs, return_inverse=True)
    total = np.zeros(distinct.size, dtype=np.int64)
    np.add.at(total, place, counts)
    return distinct, total


def time_flows(log: CanonicalLog) -> tuple[TimedFlow, ...]:
    """Flows with the mean, shortest and longest time, most frequent first (ties by label)."""
    labels, count = log.activities, max(1, len(log.activities))
    parts = [frame for frame in each_side_by_side(partial(_times_of, count=count), log.parts()) if frame.height]
    if not parts:
        return ()
    whole = pl.concat(parts).group_by("pair").agg(
        pl.col("number").sum(), pl.col("total").sum(), pl.col("least").min(), pl.col("most").max()
    )  # fmt: skip
    flows = [
        TimedFlow(
            source=labels[pair // count],
            target=labels[pair % count],
            frequency=number,
            mean_s=total / number / MICROSECONDS_PER_SECOND,
            shortest_s=least / MICROSECONDS_PER_SECOND,
            longest_s=most / MICROSECONDS_PER_SECOND,
        )
        for pair, number, total, least, most in whole.select("pair", "number", "total", "least", "most").rows()
    ]
    return tuple(sorted(flows, key=lambda flow: (-flow.frequency, flow.source, flow.target)))


def _times_of(part: LogPart, *, count: int) -> pl.DataFrame:
    same_case = pl.col("case") == pl.col("case").shift()
    gap = pl.col("occurred_at") - pl.col("occurred_at").shift()
    pair = pl.col("activity").shift().cast(pl.Int64) * count + pl.col("activity").cast(pl.Int64)
    timed = part.coded("case", "activity", "occurred_at").lazy().select(pair=pair, gap=gap, same=same_case)
    found = (
        timed.filter(pl.col("same"))
        .group_by("pair")
        .agg(
            number=pl.len().cast(pl.Int64),
            total=pl.col("gap").cast(pl.Int128).sum(),
            least=pl.col("gap").min(),
            most=pl.col("gap").max(),
        )
    )
    return found.collect()


def measure_durations_in_parts(log: CanonicalLog) -> CaseDurations:
    """Durations of the cases of *log*, which has at least one; eight bytes a case are held."""
    return describe_durations(np.concatenate(list(each_side_by_side(_durations_of, log.parts()))))


def _durations_of(part: LogPart) -> NDArray[np.int64]:
    frame = part.coded("case", "started_at", "occurred_at")
    case, at = frame["case"].to_numpy(), frame["occurred_at"].to_numpy()
    if case.size == 0:
        return at
    begun = frame["started_at"].fill_null(frame["occurred_at"]).to_numpy()
    starts = case_starts(case)
    durations: NDArray[np.int64] = at[np.append(starts[1:], case.size) - 1] - np.minimum.reduceat(begun, starts)
    return durations
