# SPDX-License-Identifier: Apache-2.0
"""Days on which nobody worked although their weekday is worked on: holidays, and days on which all was shut.

A weekly calendar knows no holidays. A date counts as closed where nothing at all was recorded on it, its weekday was
worked on, and so quiet a date is beyond chance: with as many events as the quieter dates of that weekday have (their
lower quartile, as Poisson), one date of the whole log would be empty with probability *level* at most. Dates before the
first and after the last event are not known. Columns needed: occurred_at on the local clock, started_at where known.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from taktloom.mining.organisation.calendars import DAY_US
from taktloom.mining.statistics.arrays import LogArrays
from taktloom.mining.statistics.resources import MONDAY_OFFSET

LEVEL = 0.05
LEAST_WORKED = 0.5  # of a weekday's dates
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """usual: events that a quieter date of this weekday has."""

    day: date
    usual: float


def find_closed_days(log: LogArrays, *, level: float = LEVEL) -> tuple[ClosedDay, ...]:
    """The closed days of *log*, in order."""
    days = [log.local // DAY_US]
    if log.started_at is not None:
        begun = np.flatnonzero(log.has_start)
        days.append((log.started_at[begun] + log.local[begun] - log.occurred_at[begun]) // DAY_US)
    every = np.concatenate(days)
    if not every.size:
        return ()
    first = int(every.min())
    counts = np.bincount(every - first)
    weekday = (np.arange(first, first + counts.size) + MONDAY_OFFSET) % 7
    found = []
    for number in range(7):
        dates = np.flatnonzero(weekday == number)
        worked = counts[dates][counts[dates] > 0]
        if not dates.size or worked.size < LEAST_WORKED * dates.size:
            continue
        usual = float(np.quantile(worked, 0.25))
        if counts.size * np.exp(-usual) <= level:
            found += [(first + int(at), usual) for at in dates[counts[dates] == 0].tolist()]
    return tuple(ClosedDay(day=EPOCH + timedelta(days=day), usual=usual) for day, usual in sorted(found))


def day_numbers(days: Collection[ClosedDay]) -> list[int]:
    """Days since 1970-01-01, ascending."""
    return sorted((each.day - EPOCH).days for each in days)
