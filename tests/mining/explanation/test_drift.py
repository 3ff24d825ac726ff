# SPDX-License-Identifier: Apache-2.0
"""Drift: a planted change is dated within three days, a process that stays as it is stays quiet."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from taktloom.mining.explanation.drift import DriftSettings, find_drift
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles, profile_cases
from tests.mining.explanation.simulated import BEGIN_US, DAY_US, exported, log_of, simulate

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def changing(seed: int, *changes: int, days: int = 90, per_day: int = 4) -> CaseProfiles:
    """A process that takes or leaves out an extra check; on each of the days *changes* the habit turns."""
    draw = np.random.default_rng(seed)
    rows = []
    for case in range(days * per_day):
        day = case / per_day
        is_new = sum(day >= change for change in changes) % 2
        steps = [0, 1, 2, 5] if draw.random() < (0.9 if is_new else 0.15) else [0, 1, 5]
        rows += [(case, BEGIN_US + int(day * DAY_US) + 3_600_000_000 * at, step, 0) for at, step in enumerate(steps)]
    return profile_cases(log_of(rows))


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_change_is_dated_within_three_days(seed: int) -> None:
    found = find_drift(changing(seed, 40), DriftSettings())

    assert len(found.points) == 1
    assert abs(found.points[0].at - (BEGIN + timedelta(days=40))) <= timedelta(days=3)
    assert found.points[0].earliest <= found.points[0].at
    assert found.points[0].shifts[0].after != found.points[0].shifts[0].before


@pytest.mark.parametrize("days", [(30, 60), (20, 40, 60, 80)])
def test_changes_that_follow_one_another_are_all_dated(days: tuple[int, ...]) -> None:
    found = find_drift(changing(1, *days, days=100), DriftSettings())

    assert [round((each.at - BEGIN) / timedelta(days=1)) for each in found.points] == pytest.approx(days, abs=3)


def test_a_process_that_does_not_change_stays_quiet() -> None:
    found = [find_drift(changing(100 + seed, days=40), DriftSettings()) for seed in range(60)]
    alarms = sum(bool(each.points) for each in found)

    assert alarms <= 3  # 5 %; at the level of 0.01 a stationary log is expected to alarm in 0.6 of 60 runs


@pytest.mark.parametrize(("first_day", "last_day"), [(0, 75), (15, 120), (15, 75)])
def test_the_ends_of_an_export_are_no_change(first_day: float, last_day: float) -> None:
    settings = DriftSettings(level=0.05, permutations=99)
    logs = [exported(simulate(900 + seed, planted=False).log, first_day, last_day) for seed in range(12)]

    found = [find_drift(profile_cases(log), settings) for log in logs]

    assert (
        sum(bool(each.points) for each in found) <= 3
    )  # passed by chance once in 200 times; cut cases alarm in all 12
    assert all(0 < each.left_out < 0.4 * (each.left_out + each.cases) for each in found)


def test_a_change_is_dated_in_an_export_as_well() -> None:
    draw = np.random.default_rng(5)
    rows = []
    for case in range(600):
        begin = BEGIN_US + int(case / 6 * DAY_US)
        steps = [0, 1, 2, 5, 6] if draw.random() < (0.8 if case >= 300 else 0.1) else [0, 1, 5, 6]
        times = np.cumsum(draw.exponential(1.0, len(steps))) * DAY_US
        rows += [(case, begin + int(at), step, 0) for at, step in zip(times.tolist(), steps, strict=True)]

    found = find_drift(profile_cases(exported(log_of(rows), 10, 90)), DriftSettings())

    assert [round((each.at - BEGIN) / timedelta(days=1)) for each in found.points] == pytest.approx([51], abs=3)


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(TooFewCasesError, match="TL-2180"):
        find_drift(changing(1, days=5), DriftSettings())
