# SPDX-License-Identifier: Apache-2.0
"""Days on which nobody worked are found; weekends and quiet offices are not taken for holidays."""

from datetime import date, timedelta

import numpy as np
import pytest

from taktloom.mining.organisation.closed_days import find_closed_days
from taktloom.mining.performance.weekly_hours import DAY_US, HOUR_US, WeeklyHours
from taktloom.mining.statistics.arrays import LogArrays
from tests.mining.explanation.simulated import log_of

FIRST = date(2026, 1, 1)


def office(seed: int, per_day: float, closed: set[date]) -> LogArrays:
    """A year of an office that works from Monday to Friday, but not on the days *closed*."""
    draw = np.random.default_rng(seed)
    rows: list[tuple[int, int, int, int]] = []
    for number in range(365):
        day = FIRST + timedelta(days=number)
        if day.weekday() >= 5 or day in closed:
            continue
        begin = (day - date(1970, 1, 1)).days * DAY_US
        for _ in range(int(draw.poisson(per_day))):
            rows.append((len(rows), begin + int(draw.uniform(9, 17) * HOUR_US), 0, int(draw.integers(0, 5))))
    return log_of(rows)


def holidays(seed: int) -> set[date]:
    draw = np.random.default_rng(seed)
    workdays = [FIRST + timedelta(days=each) for each in range(7, 350)]
    chosen = draw.permutation(len(workdays))
    return set([workdays[each] for each in chosen.tolist() if workdays[each].weekday() < 5][:10])


@pytest.mark.parametrize("per_day", [12, 40])
@pytest.mark.parametrize("seed", range(5))
def test_planted_holidays_are_found_and_no_other_day(seed: int, per_day: int) -> None:
    planted = holidays(seed)

    found = find_closed_days(office(seed, per_day, planted))

    assert {each.day for each in found} == planted


@pytest.mark.parametrize("seed", range(5))
def test_of_a_quiet_office_an_empty_day_may_be_chance(seed: int) -> None:
    assert find_closed_days(office(seed, 3, set())) == ()


def test_hours_with_closed_days_count_like_a_plain_loop_over_quarters() -> None:
    draw = np.random.default_rng(1)
    quarter, quarters = HOUR_US // 4, 20 * 24 * 4
    at = np.arange(quarters) * quarter
    for _ in range(40):
        slots = draw.random(168) < draw.uniform(0.1, 0.9)
        closed = sorted(set(draw.integers(0, 20, int(draw.integers(0, 6))).tolist()))
        hours = WeeklyHours(slots, closed)
        is_open = slots[(at // HOUR_US + 3 * 24) % 168] & ~np.isin(at // DAY_US, closed)
        passed = np.append(0, np.cumsum(is_open)) * quarter
        pairs = np.sort(draw.integers(0, quarters, (30, 2)), axis=1)
        begins, ends = pairs[:, 0], pairs[:, 1]

        assert np.array_equal(hours.between(begins * quarter, ends * quarter), passed[ends] - passed[begins])
        assert [hours.before(each) for each in (ends * quarter).tolist()] == [
            hours.before(0) + each for each in passed[ends].tolist()
        ]
        opened = hours.moved(begins * quarter, np.zeros(30, dtype=np.int64))
        for begin, found in zip(begins.tolist(), opened.tolist(), strict=True):
            later = np.flatnonzero(is_open[begin:])
            assert not later.size or found == (begin + int(later[0])) * quarter
