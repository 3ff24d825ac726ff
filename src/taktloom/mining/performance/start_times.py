# SPDX-License-Identifier: Apache-2.0
"""Start times estimated where a log has completions only.

Assumption: nobody starts before the case is ready (the completion before it in the case) nor before being free (the
resource's completion before it, in any case); work begins at the later of the two, one piece at a time. What then lasts
longer than `outlier` times the median of its activity, or has neither bound, is given the median: the resource was away
or waited for something else. Waiting that nobody can see is therefore told as work up to that bound.
Source: Chapela-Campa & Dumas, "Repairing activity start times to improve business process simulation", 2022; the idea
of the resource's previous end also in Fracca, de Leoni, Asnicar & Turco, "Estimating activity start timestamps in the
presence of waiting times via process simulation", CAiSE 2022.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import NOBODY, LogArrays

OUTLIER = 2.0


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


def estimate_starts(log: LogArrays, *, outlier: float = OUTLIER) -> StartEstimates:
    """A start for every row; recorded ones stay."""
    ready = _case_ready(log)
    free = _resource_free(log)
    bound = np.maximum(ready, free)
    has_bound = bound != _NEVER
    rule = np.where(free > ready, StartRule.RESOURCE_FREE, StartRule.CASE_READY).astype(np.int64)
    took = np.where(has_bound, log.occurred_at - bound, -1)
    if log.started_at is not None:
        took = np.where(log.has_start, log.occurred_at - log.started_at, took)
    typical = _medians(log, took)
    known_typical = typical >= 0
    is_typical = known_typical & (~has_bound | (took > outlier * typical)) & ~log.has_start
    started = log.occurred_at - np.where(is_typical, typical, np.maximum(took, 0))
    rule[is_typical] = StartRule.TYPICAL
    rule[log.has_start] = StartRule.RECORDED
    return StartEstimates(
        started_at=started.astype(np.int64), rule=rule, unknown=~has_bound & ~known_typical & ~log.has_start
    )


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


def _medians(log: LogArrays, took: NDArray[np.int64]) -> NDArray[np.int64]:
    """By row the median duration of its activity over rows with a bound; -1 without any."""
    count = len(log.activities)
    seen = np.flatnonzero(took >= 0)
    order = seen[np.lexsort((took[seen], log.activity[seen]))]
    sizes = np.bincount(log.activity[order], minlength=count)
    begins = np.cumsum(sizes) - sizes
    medians = np.full(count, -1, dtype=np.int64)
    filled = np.flatnonzero(sizes)
    low, high = begins[filled] + (sizes[filled] - 1) // 2, begins[filled] + sizes[filled] // 2
    medians[filled] = (took[order][low] + took[order][high]) // 2
    return medians[log.activity]
