# SPDX-License-Identifier: Apache-2.0
"""Until when something must have happened, for many instants at once.

The same instants as `calendars.business` computes one by one. What is due after the last instant that matters is told
as NOT_YET: nothing in the log can be later.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from taktloom.calendars.business import (
    BusinessCalendar,
    NoOpeningError,
    add_business_days,
    add_business_time,
)
from taktloom.calendars.local_time import instant_of
from taktloom.mining.performance.open_time import EPOCH, OpenTime, lay_out
from taktloom.mining.rules.business_rules import TimeLimit, TimeUnit

Instants = NDArray[np.int64]
NOT_YET = np.iinfo(np.int64).max
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
_MICROSECOND = timedelta(microseconds=1)


def due_by(instants: Instants, limit: TimeLimit, calendar: BusinessCalendar | None, last_us: int) -> Instants:
    """For each instant (µs) the last one at which it is not too late; NOT_YET when that is after *last_us*."""
    if instants.size == 0:
        return instants
    if limit.unit is TimeUnit.HOURS:
        return instants + limit.amount * HOUR_US
    if limit.unit is TimeUnit.DAYS:
        return instants + limit.amount * DAY_US
    assert calendar is not None  # a rule set with limits in working time has one
    open_time = _laid_out(calendar, int(instants.min()), max(last_us, int(instants.max())))
    if limit.unit is TimeUnit.WORKING_HOURS:
        return _after_open_time(open_time, instants, limit.amount * HOUR_US)
    return _after_open_days(calendar, open_time, instants, limit.amount, last_us)


def due_instant(instant_us: int, limit: TimeLimit, calendar: BusinessCalendar | None) -> datetime | None:
    """The same for one instant, however far away; None when the calendar never opens for so long."""
    instant = EPOCH + instant_us * _MICROSECOND
    try:
        if limit.unit is TimeUnit.WORKING_HOURS and calendar is not None:
            return add_business_time(calendar, instant, timedelta(hours=limit.amount))
        if limit.unit is TimeUnit.WORKING_DAYS and calendar is not None:
            return add_business_days(calendar, instant, limit.amount)
        return instant + timedelta(hours=limit.amount * (24 if limit.unit is TimeUnit.DAYS else 1))
    except (NoOpeningError, OverflowError):
        return None


def _after_open_time(open_time: OpenTime, instants: Instants, time_us: int) -> Instants:
    target = open_time.before(instants) + time_us
    if open_time.starts.size == 0:
        return np.full(instants.size, NOT_YET)
    at = np.searchsorted(open_time.passed, target, side="left") - 1
    due = open_time.starts[at] + target - open_time.passed[at]
    return np.where(due > open_time.ends[at], NOT_YET, due)


def _after_open_days(
    calendar: BusinessCalendar, open_time: OpenTime, instants: Instants, days: int, last_us: int
) -> Instants:
    midnights, is_open = _days(calendar, int(instants.min()), max(last_us, int(instants.max())))
    day = np.searchsorted(midnights, instants, side="right") - 1
    passed = np.cumsum(is_open)
    due_day = np.searchsorted(passed, passed[day] + days, side="left")
    is_inside = due_day < is_open.size
    due_day = np.minimum(due_day, is_open.size - 1)
    due = _next_opening(open_time, midnights[due_day] + instants - midnights[day])
    due = np.where(is_inside, due, NOT_YET)
    # A day with a change of the clock has no plain time since midnight: those few are computed one by one.
    is_plain = np.append(np.diff(midnights) == DAY_US, False)
    for row in np.flatnonzero(is_inside & ~(is_plain[day] & is_plain[due_day])).tolist():
        moment = EPOCH + int(instants[row]) * _MICROSECOND
        due[row] = (add_business_days(calendar, moment, days) - EPOCH) // _MICROSECOND
    return due


def _next_opening(open_time: OpenTime, instants: Instants) -> Instants:
    at = np.searchsorted(open_time.ends, instants, side="right")
    starts = np.append(open_time.starts, NOT_YET)
    opened: Instants = np.maximum(starts[at], instants)
    return opened


def _days(calendar: BusinessCalendar, first_us: int, last_us: int) -> tuple[Instants, NDArray[np.int64]]:
    """Instants at which local days begin, one more than days, and by day whether it is open."""
    begin, days = _reach(first_us, last_us)
    named = [date.fromordinal(begin + number) for number in range(days + 1)]
    midnights = [(instant_of(calendar.zone, day, timedelta()) - EPOCH) // _MICROSECOND for day in named]
    is_open = [int(bool(calendar.spans_on(day))) for day in named[:-1]]
    return np.array(midnights, dtype=np.int64), np.array(is_open, dtype=np.int64)


def _reach(first_us: int, last_us: int) -> tuple[int, int]:
    begin = datetime.fromtimestamp(first_us // 1_000_000, UTC).date().toordinal() - 1
    end = datetime.fromtimestamp(last_us // 1_000_000, UTC).date().toordinal() + 2
    return begin, end - begin


@lru_cache(maxsize=16)
def _laid_out(calendar: BusinessCalendar, first_us: int, last_us: int) -> OpenTime:
    return lay_out(calendar, first_us, last_us)
