# SPDX-License-Identifier: Apache-2.0
"""How many cases wait for each activity: on average over the log's time, and at most at once.

A case waits for a step from the completion before it in the case to the step's start; nobody waits for a first step.
The mean is the time average: the waits of all steps divided by the length of the log, which by Little's law is
arrivals per time × mean wait. Needs starts: without them waiting cannot be told from working.
Source: Little, "A proof for the queuing formula L = λW", Operations Research 9, 1961.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays
from taktloom.mining.watching import telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """waits: steps of *activity* with a known start that another step came before. mean_cases: time average of the
    cases waiting; most_cases: at one instant. mean_wait_s: of all waits, those of no length among them."""

    activity: str
    waits: int
    mean_cases: float
    most_cases: int
    mean_wait_s: float


def measure_queues(log: LogArrays) -> tuple[Queue, ...] | None:
    """The queue before every activity that is waited for, the longest first (ties by name); None without starts."""
    if log.started_at is None:
        return None
    rows = log.follows[log.has_start[log.follows]]
    begins, ends = log.occurred_at[rows - 1], np.maximum(log.started_at[rows], log.occurred_at[rows - 1])
    activity = log.activity[rows]
    length = int(log.occurred_at.max()) - int(log.started_at.min())
    order = np.argsort(activity, kind="stable")
    begins, ends, activity = begins[order], ends[order], activity[order]
    codes = distinct(activity)
    bounds = [*np.searchsorted(activity, codes).tolist(), activity.size]
    found = []
    for code, low, high in telling(list(zip(codes.tolist(), bounds, bounds[1:], strict=False)), "bottlenecks"):
        waited, count = int((ends[low:high] - begins[low:high]).sum()), high - low
        found.append(
            Queue(
                activity=log.activities[code],
                waits=count,
                mean_cases=waited / length if length else 0.0,
                most_cases=_most_at_once(begins[low:high], ends[low:high]),
                mean_wait_s=waited / count / MICROSECONDS_PER_SECOND,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.mean_cases, each.activity)))


def _most_at_once(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    """The greatest number of intervals that hold one instant; their ends are outside."""
    lasting = ends > begins
    begun = np.sort(begins[lasting])
    under_way = np.arange(1, begun.size + 1) - np.searchsorted(np.sort(ends[lasting]), begun, side="right")
    return int(under_way.max()) if begun.size else 0
