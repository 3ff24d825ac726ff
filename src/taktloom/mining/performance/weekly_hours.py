# SPDX-License-Identifier: Apache-2.0
"""Open hours of a week, and how much open time lies between two instants."""

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND

HOUR_US = 3_600 * MICROSECONDS_PER_SECOND
WEEK_HOURS, MONDAY_OFFSET = 7 * 24, 3

Times = NDArray[np.int64]


class WeeklyHours:
    """Open hours of a week on the local clock."""

    def __init__(self, slots: NDArray[np.bool_]) -> None:
        """slots: 168 hours from Monday 00:00."""
        self._open = np.append(0, np.cumsum(slots.astype(np.int64)))
        self._slots = slots

    def before(self, local_us: int) -> int:
        """Open µs since a fixed Monday."""
        hours, rest = divmod(local_us, HOUR_US)
        weeks, slot = divmod(hours + MONDAY_OFFSET * 24, WEEK_HOURS)
        whole = weeks * int(self._open[-1]) + int(self._open[slot])
        return whole * HOUR_US + (rest if self._slots[slot] else 0)

    def between(self, begins_us: Times, ends_us: Times) -> Times:
        """Open µs from each begin to its end."""
        return self._all_before(ends_us) - self._all_before(begins_us)

    def moved(self, local_us: Times, open_us: Times) -> Times:
        """The instant by which *open_us* (0: the next open one; below 0: earlier) of open time have passed."""
        passed = self._all_before(local_us) + open_us
        weeks, rest = np.divmod(passed, int(self._open[-1]) * HOUR_US)
        hour, minutes = np.divmod(rest, HOUR_US)
        slot = np.flatnonzero(self._slots)[hour]
        moved: Times = (weeks * WEEK_HOURS + slot - MONDAY_OFFSET * 24) * HOUR_US + minutes
        return moved

    def _all_before(self, local_us: Times) -> Times:
        hours, rest = np.divmod(local_us, HOUR_US)
        weeks, slot = np.divmod(hours + MONDAY_OFFSET * 24, WEEK_HOURS)
        whole: Times = weeks * self._open[-1] + self._open[slot]
        return whole * HOUR_US + np.where(self._slots[slot], rest, 0)


ALWAYS_OPEN = WeeklyHours(np.ones(WEEK_HOURS, dtype=np.bool_))
