# SPDX-License-Identifier: Apache-2.0
"""Start times estimated where a log has completions only.

Assumption: nobody starts before the case is ready (the completion before it in the case) nor before being free (the
resource's completion before it, in any case); work begins at the later of the two, or when the resource's hours next
open, one piece at a time. What then takes more open time than is believed, or has neither bound, is given the median:
the resource was away or waited for something else.
What is believed rests on the rows whose resource was busy until then, because it then waited for nothing; of activities
with few of them, on all rows. Waiting makes times longer only, so the spread is told by the shorter half: up to
exp(WIDTH times the standard deviation that a lognormal with this median and lower quartile has) times the median is
believed. Of a lognormal itself one in 80 is more. Waiting that nobody can see is told as work up to that bound; work
at several things at once cannot be seen, and is told as shorter than it was.
Source: Chapela-Campa & Dumas, "Repairing activity start times to improve business process simulation", 2022; the idea
of the resource's previous end also in Fracca, de Leoni, Asnicar & Turco, "Estimating activity start timestamps in the
presence of waiting times via process simulation", CAiSE 2022.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.performance.weekly_hours import WeeklyHours
from taktloom.mining.statistics.arrays import NOBODY, LogArrays
from taktloom.mining.watching import heeding

WIDTH = 2.25
QUARTILE_Z = 0.6745
FEWEST_BUSY = 20


class StartRule(IntEnum):
    """What a start rests on: the log, the case's completion before, the resource's, or the activity's median."""

    RECORDED = 0
    CASE_READY = 1
    RESOURCE_FREE = 2
    TYPICAL = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StartEstimates:
    """By row: started_at (µs) and the rule. unknown: rows of activities of which nothing tells a duration; their start
    is their completion."""

    started_at: NDArray[np.int64]
    rule: NDArray[np.int64]
    unknown: NDArray[np.bool_]


def estimate_starts(
    log: LogArrays, hours: Mapping[str, WeeklyHours] | None = None, *, outlier: float | None = None
) -> StartEstimates:
    """A start for every row; recorded ones stay. hours: by resource; without an entry always at work. outlier: how many
    times the median is believed; None: as the module says."""
    ready = _case_ready(log)
    free = _resource_free(log)
    bound = np.maximum(ready, free)
    has_bound = bound != _NEVER
    begin, took = _open_time(log, np.where(has_bound, bound, log.occurred_at), hours or {})
    took = np.where(has_bound, took, -1)
    rule = np.where(free > ready, StartRule.RESOURCE_FREE, StartRule.CASE_READY).astype(np.int64)
    if log.started_at is not None:
        took = np.where(log.has_start, log.occurred_at - log.started_at, took)
    is_busy = (has_bound & (free > ready) & (ready != _NEVER)) | log.has_start
    typical, believed = _believed(log, took, is_busy, outlier)
    known_typical = typical >= 0
    is_typical = known_typical & (~has_bound | (took > believed)) & ~log.has_start
    started = np.where(is_typical, _before_completion(log, np.maximum(typical, 0), hours or {}), begin)
    rule[is_typical] = StartRule.TYPICAL
    if log.started_at is not None:
        started = np.where(log.has_start, log.started_at, started)
    rule[log.has_start] = StartRule.RECORDED
    return StartEstimates(
        started_at=started.astype(np.int64), rule=rule, unknown=~has_bound & ~known_typical & ~log.has_start
    )


def _open_time(
    log: LogArrays, bound: NDArray[np.int64], hours: Mapping[str, WeeklyHours]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When work can begin after the bound, and the open time from then to the completion; who completes outside of any
    open time counts by the clock."""
    begin, took = bound.copy(), log.occurred_at - bound
    ahead = log.local - log.occurred_at
    for code, rows in heeding(_rows_by_resource(log)):
        week = hours.get(log.resources[code])
        if week is None:
            continue
        opened = week.between((bound + ahead)[rows], log.local[rows])
        usable = rows[opened > 0]
        begin[usable] = week.moved((bound + ahead)[usable], np.zeros(usable.size, dtype=np.int64)) - ahead[usable]
        took[usable] = opened[opened > 0]
    return begin, took


def _before_completion(
    log: LogArrays, typical: NDArray[np.int64], hours: Mapping[str, WeeklyHours]
) -> NDArray[np.int64]:
    """By row the instant that is the typical open time before its completion."""
    started = log.occurred_at - typical
    ahead = log.local - log.occurred_at
    for code, rows in heeding(_rows_by_resource(log)):
        week = hours.get(log.resources[code])
        if week is not None:
            started[rows] = np.minimum(week.moved(log.local[rows], -typical[rows]) - ahead[rows], log.occurred_at[rows])
    return started


def _rows_by_resource(log: LogArrays) -> list[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(log.resource, kind="stable")
    codes, begins = np.unique(log.resource[order], return_index=True)
    parts = np.split(order, begins[1:])
    return [(code, rows) for code, rows in zip(codes.tolist(), parts, strict=True) if code != NOBODY]


def with_starts(log: LogArrays, estimates: StartEstimates) -> LogArrays:
    """*log* with the estimates as its starts, for every measure that needs them."""
    return replace(log, started_at=estimates.started_at, has_start=~estimates.unknown)


_NEVER = np.iinfo(np.int64).min


def _case_ready(log: LogArrays) -> NDArray[np.int64]:
    ready = np.full(log.case.size, _NEVER)
    ready[log.follows] = log.occurred_at[log.follows - 1]
    return ready


def _resource_free(log: LogArrays) -> NDArray[np.int64]:
    free = np.full(log.case.size, _NEVER)
    rows = np.flatnonzero(log.resource != NOBODY)
    order = rows[np.lexsort((rows, log.occurred_at[rows], log.resource[rows]))]
    same = log.resource[order[1:]] == log.resource[order[:-1]]
    free[order[1:][same]] = log.occurred_at[order[:-1][same]]
    return free


def _believed(
    log: LogArrays, took: NDArray[np.int64], is_busy: NDArray[np.bool_], outlier: float | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """By row the median time of its activity (-1 without any row with a bound), and up to what time is believed."""
    count = len(log.activities)
    typical, believed = np.full(count, -1, dtype=np.int64), np.full(count, np.inf)
    order = np.argsort(log.activity, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(log.activity, minlength=count))[:-1])
    for code, rows in enumerate(heeding(parts)):
        seen = rows[took[rows] >= 0]
        busy = seen[is_busy[seen]]
        times = took[busy if busy.size >= FEWEST_BUSY else seen]
        if not times.size:
            continue
        quartile, median = np.quantile(times, [0.25, 0.5])
        typical[code] = int(median)
        if outlier is not None:
            believed[code] = outlier * median
        elif quartile > 0:
            believed[code] = median * (median / quartile) ** (WIDTH / QUARTILE_Z)
    return typical[log.activity], believed[log.activity]
