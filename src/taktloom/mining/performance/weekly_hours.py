# SPDX-License-Identifier: Apache-2.0
"""Open hours of a week without closed days, and how much open time lies between two instants."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND

HOUR_US = 3_600 * MICROSECONDS_PER_SECOND
DAY_US = 24 * HOUR_US
WEEK_HOURS, MONDAY_OFFSET = 7 * 24, 3

Times = NDArray[np.int64]


class WeeklyHours:
    """Open hours of a week on the local clock, and days on which they are closed."""

    def __init__(self, slots: NDArray[np.bool_], closed: Sequence[int] = ()) -> None:
        """slots: 168 hours from Monday 00:00. closed: days since 1970-01-01, ascending."""
        self._open = np.append(0, np.cumsum(slots.astype(np.int64)))
        self._slots = slots
        begins = np.array(closed, dtype=np.int64) * DAY_US
        at, end = self._by_week(begins), self._by_week(begins + DAY_US)
        self._closed_from = at
        self._begins: list[int] = at.tolist()
        self._lost = np.append(0, np.cumsum(end - at))

    def before(self, local_us: int) -> int:
        """Open µs since a fixed Monday."""
        hours, rest = divmod(local_us, HOUR_US)
        weeks, slot = divmod(hours + MONDAY_OFFSET * 24, WEEK_HOURS)
        whole = (weeks * int(self._open[-1]) + int(self._open[slot])) * HOUR_US + (rest if self._slots[slot] else 0)
        place = bisect_left(self._begins, whole)
        if not place:
            return whole
        inside = min(whole - self._begins[place - 1], int(self._lost[place] - self._lost[place - 1]))
        return whole - int(self._lost[place - 1]) - inside

    def between(self, begins_us: Times, ends_us: Times) -> Times:
        """Open µs from each begin to its end."""
        return self._all_before(ends_us) - self._all_before(begins_us)

    def moved(self, local_us: Times, open_us: Times) -> Times:
        """The instant by which *open_us* (0: the next open one; below 0: earlier) of open time have passed."""
        passed = self._all_before(local_us) + open_us
        passed = passed + self._lost[np.searchsorted(self._closed_from - self._lost[:-1], passed, side="right")]
        weeks, rest = np.divmod(passed, int(self._open[-1]) * HOUR_US)
        hour, minutes = np.divmod(rest, HOUR_US)
        slot = np.flatnonzero(self._slots)[hour]
        moved: Times = (weeks * WEEK_HOURS + slot - MONDAY_OFFSET * 24) * HOUR_US + minutes
        return moved

    def _all_before(self, local_us: Times) -> Times:
        by_week = self._by_week(local_us)
        place = np.searchsorted(self._closed_from, by_week, side="left")  # closed days that have begun, as counted
        previous = np.maximum(place - 1, 0)
        if not self._closed_from.size:
            return by_week
        inside = np.minimum(by_week - self._closed_from[previous], self._lost[previous + 1] - self._lost[previous])
        return by_week - np.where(place > 0, self._lost[previous] + inside, 0)

    def _by_week(self, local_us: Times) -> Times:
        hours, rest = np.divmod(local_us, HOUR_US)
        weeks, slot = np.divmod(hours + MONDAY_OFFSET * 24, WEEK_HOURS)
        whole: Times = weeks * self._open[-1] + self._open[slot]
        return whole * HOUR_US + np.where(self._slots[slot], rest, 0)


ALWAYS_OPEN = WeeklyHours(np.ones(WEEK_HOURS, dtype=np.bool_))
