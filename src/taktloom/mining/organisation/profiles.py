# SPDX-License-Identifier: Apache-2.0
"""What each resource does: how much, how fast against others at the same work, on how many cases at once.

Pika, Leyer, Wynn, Fidge, ter Hofstede & van der Aalst, "Mining resource profiles from event logs", TMIS 8(1), 2017:
skills, utilisation, preferences and productivity from events. Speed needs start times; without them it is not told.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays

HOUR_US, DAY_US = 3_600 * MICROSECONDS_PER_SECOND, 86_400 * MICROSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceProfile:
    """One resource. activities: distinct ones. days: on which it completed something. share: of all events.

    working_hours: time in which at least one of its activity instances ran; at_once: how many ran then, on average.
    pace: its working time divided by what others take for the same mix of activities; 0.8 is a fifth faster. Instances
    are counted in clock time. None without start times; pace is None too where nobody else does any of its work.
    """

    resource: str
    events: int
    share: float
    cases: int
    activities: int
    days: int
    events_per_day: float
    working_hours: float | None
    at_once: float | None
    pace: float | None


def profile_resources(log: LogArrays) -> tuple[ResourceProfile, ...]:
    """Every resource, most events first (ties by name)."""
    known = np.flatnonzero(log.resource != NOBODY)
    who, count = log.resource[known], len(log.resources)
    events = np.bincount(who, minlength=count)
    cases = _distinct(who, log.case[known].astype(np.int64), count)
    activities = _distinct(who, log.activity[known], count)
    days = _distinct(who, log.local[known] // DAY_US - (int(log.local.min()) // DAY_US if known.size else 0), count)
    hours, at_once = _busy(log, count)
    pace = _paces(log, count)
    rows = [
        ResourceProfile(
            resource=log.resources[code],
            events=int(events[code]),
            share=float(events[code] / log.case.size),
            cases=int(cases[code]),
            activities=int(activities[code]),
            days=int(days[code]),
            events_per_day=float(events[code] / days[code]),
            working_hours=_known(hours[code]),
            at_once=_known(at_once[code]),
            pace=_known(pace[code]),
        )
        for code in np.flatnonzero(events).tolist()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.events, row.resource)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _distinct(who: NDArray[np.int64], what: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Per resource how many different values of *what* (>= 0)."""
    width = int(what.max()) + 1 if what.size else 1
    return np.bincount(distinct(who * width + what) // width, minlength=count)


def _busy(log: LogArrays, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per resource the hours in which something runs, and how many instances run then; NaN where no start is known."""
    nothing = np.full(count, np.nan)
    rows = np.flatnonzero((log.resource != NOBODY) & log.has_start)
    if log.started_at is None or rows.size == 0:
        return nothing, nothing
    begin, end, who = log.started_at[rows], log.occurred_at[rows], log.resource[rows]
    order = np.lexsort((end, begin, who))
    begin, end, who = begin[order], end[order], who[order]
    lift = who * (int(end.max()) - int(begin.min()) + 1)  # resources apart by more than the log is long
    reached = np.maximum.accumulate(end + lift)
    before = np.append(np.iinfo(np.int64).min, reached[:-1])
    added = np.maximum(0, end + lift - np.maximum(begin + lift, before))
    busy = np.bincount(who, weights=added, minlength=count)
    worked = np.bincount(who, weights=end - begin, minlength=count)
    seen = np.bincount(who, minlength=count) > 0
    hours = np.where(seen, busy / HOUR_US, np.nan)
    return hours, np.where(busy > 0, worked / np.where(busy > 0, busy, 1), np.nan)


def _paces(log: LogArrays, count: int) -> NDArray[np.float64]:
    rows = np.flatnonzero((log.resource != NOBODY) & log.has_start)
    if log.started_at is None or rows.size == 0:
        return np.full(count, np.nan)
    width = len(log.activities)
    took = (log.occurred_at[rows] - log.started_at[rows]).astype(np.float64)
    key = log.resource[rows] * width + log.activity[rows]
    own_n = np.bincount(key, minlength=count * width).reshape(count, width)
    own = np.bincount(key, weights=took, minlength=count * width).reshape(count, width)
    others_n, others = own_n.sum(axis=0) - own_n, own.sum(axis=0) - own
    comparable = (others_n > 0) & (own_n > 0)
    expected = np.where(comparable, own_n * others / np.where(others_n > 0, others_n, 1), 0).sum(axis=1)
    actual = np.where(comparable, own, 0).sum(axis=1)
    return np.where(expected > 0, actual / np.where(expected > 0, expected, 1), np.nan)
