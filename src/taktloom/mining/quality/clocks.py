# SPDX-License-Identifier: Apache-2.0
"""What the clocks of a log are worth: activities timed more coarsely than others, dates without a time, summer time.

An activity is coarse when all of its times (20 or more) are whole minutes, hours or days of the local clock although
the log's finest times are finer: of times to the second that happens by chance once in 60 to the 20. A date without a
time shows as local midnight. Times written as UTC that follow a clock with summer time show it: against the winter
their day begins an hour earlier (or, south of the equator, later). That is told when in 95 of 100 draws of whole days
the hours of summer and winter fit best when shifted by one hour (circular correlation; bootstrap of days).
Sources: Suriadi, Andrews, ter Hofstede & Wynn, "Event log imperfection patterns for process mining", Information
Systems 64, 2017 (form-based event capture, inadvertent time travel); Fischer, Goel, Andrews, van Dun, Wynn & Röglinger,
"Enhancing event log quality: detecting and quantifying timestamp imperfections", BPM 2020 (granularity).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import LogArrays

SECOND_US, MINUTE_US, HOUR_US, DAY_US = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
UNITS_US = (DAY_US, HOUR_US, MINUTE_US, SECOND_US)
LEAST_EVENTS = 20
LEAST_SEASON_EVENTS, LEAST_SEASON_DAYS = 500, 30
DRAWS, SURE_DRAWS = 100, 95
WINTER, SUMMER = (11, 12, 1, 2), (5, 6, 7, 8)  # months that no zone's change of clocks parts

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFindings:
    """coarse_events: of activities timed more coarsely than the log. midnight_events: at local 00:00:00, of activities
    that are not coarse. summer_shift_h: hours by which summer differs from winter, 0 where nothing is told."""

    coarse_events: int
    midnight_events: int
    summer_shift_h: int


def read_clocks(log: LogArrays, finest_unit_us: int) -> ClockFindings:
    """Look at the local times of *log*; *finest_unit_us* is the log's own resolution."""
    is_coarse = _coarse_activities(log, finest_unit_us)[log.activity] if log.activity.size else np.zeros(0, dtype=bool)
    is_midnight = (log.local % DAY_US == 0) & ~is_coarse
    return ClockFindings(
        coarse_events=int(is_coarse.sum()),
        midnight_events=int(is_midnight.sum()) if finest_unit_us < DAY_US else 0,
        summer_shift_h=find_summer_shift(log.local) if finest_unit_us <= HOUR_US else 0,
    )


def _coarse_activities(log: LogArrays, finest_unit_us: int) -> NDArray[np.bool_]:
    """Per activity code. Seconds are told apart from fractions of them by no one: they count as fine."""
    count = len(log.activities)
    events = np.bincount(log.activity, minlength=count)
    coarse = np.zeros(count, dtype=np.bool_)
    for unit in UNITS_US[:-1]:
        if unit > finest_unit_us:
            broken = np.bincount(log.activity[log.local % unit != 0], minlength=count)
            coarse |= (events >= LEAST_EVENTS) & (broken == 0)
    return coarse


def find_summer_shift(local: Codes) -> int:
    """-1: the day of summer is an hour earlier than that of winter; 1: later; 0: nothing to tell, or too few events."""
    if local.size == 0:
        return 0
    month = (local.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64) % 12) + 1
    day, hour = local // DAY_US, (local // HOUR_US) % 24
    seasons = [_days(day[np.isin(month, season)], hour[np.isin(month, season)]) for season in (WINTER, SUMMER)]
    if any(len(table) < LEAST_SEASON_DAYS or table.sum() < LEAST_SEASON_EVENTS for table in seasons):
        return 0
    draw = np.random.default_rng(1)
    shifts = [
        _best_shift(*(table[draw.integers(0, len(table), len(table))].sum(axis=0) for table in seasons))
        for _ in range(DRAWS)
    ]
    return next((shift for shift in (-1, 1) if shifts.count(shift) >= SURE_DRAWS), 0)


def _days(day: Codes, hour: Codes) -> NDArray[np.float64]:
    """Days that have events x 24: events per hour."""
    if day.size == 0:
        return np.zeros((0, 24))
    days, row = np.unique(day, return_inverse=True)
    return np.bincount(row * 24 + hour, minlength=days.size * 24).reshape(-1, 24).astype(np.float64)


def _best_shift(winter: NDArray[np.float64], summer: NDArray[np.float64]) -> int:
    """The shift in hours, -3 … 3, that turns the hours of winter most nearly into those of summer."""
    one, other = winter / winter.sum(), summer / summer.sum()
    return max(range(-3, 4), key=lambda shift: (float((np.roll(one, shift) * other).sum()), -abs(shift)))
