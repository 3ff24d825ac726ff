# SPDX-License-Identifier: Apache-2.0
"""Drift: a planted change is dated within three days, a process that stays as it is stays quiet.

How often over many seeds: docs/explanation/drift.md.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from taktloom.mining.explanation.drift import DriftSettings, find_drift
from taktloom.mining.explanation.drift_features import ShiftKind
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


def test_the_ends_of_a_large_export_are_no_change() -> None:
    """The longest of 3,000 cases takes a third of the time: too long for leaving out all that may be cut off."""
    logs = [exported(simulate(5000 + seed, planted=False, cases=3_000).log, 15, 75) for seed in range(6)]

    assert [find_drift(profile_cases(log), DriftSettings()).points for log in logs] == [()] * 6


def gradual(seed: int, kind: ShiftKind, *, days: int = 100, per_day: int = 20, over: float = 0.0) -> CaseProfiles:
    """From day 50 on a flow is commoner, a time twice as long, or work done by others; gradually over *over* days."""
    draw = np.random.default_rng(seed)
    rows = []
    for case in range(days * per_day):
        day = case / per_day
        new = float(np.clip((day - 50) / over + 0.5, 0, 1)) if over else float(day >= 50)
        has_extra = draw.random() < 0.3 + 0.3 * new * (kind is ShiftKind.FLOW)
        steps = [0, 1, 2, 5, 6] if has_extra else [0, 1, 5, 6]
        lasts = draw.lognormal(-1, 1, len(steps))
        lasts[-2] *= 1 + new * (kind is ShiftKind.TIME)
        who = draw.integers(0, 6, len(steps))
        if kind is ShiftKind.WORK and who[-2] < 3 and draw.random() < new:
            who[-2] += 6
        at = BEGIN_US + ((day + np.cumsum(lasts)) * DAY_US).astype(np.int64)
        rows += list(zip([case] * len(steps), at.tolist(), steps, who.tolist(), strict=True))
    return profile_cases(exported(log_of(rows), 8, 92))


@pytest.mark.parametrize("kind", [ShiftKind.FLOW, ShiftKind.TIME, ShiftKind.WORK])
def test_a_change_of_flows_of_times_only_or_of_people_only_is_dated_and_named(kind: ShiftKind) -> None:
    found = find_drift(gradual(4, kind), DriftSettings())

    strongest = found.points[0].shifts[0]
    assert strongest.kind is kind or (kind is ShiftKind.FLOW and strongest.kind is ShiftKind.VARIANT)
    assert {"Decide", "Extra check"} & set(strongest.name)
    assert all(abs(each.at - (BEGIN + timedelta(days=50))) <= timedelta(days=5) for each in found.points)


def test_a_gradual_change_is_dated_within_it() -> None:
    found = find_drift(gradual(4, ShiftKind.FLOW, over=40), DriftSettings())

    assert 1 <= len(found.points) <= 3
    assert all(30 <= (each.at - BEGIN) / timedelta(days=1) <= 70 for each in found.points)


def test_days_that_are_alike_without_any_change_are_no_change() -> None:
    """A habit that wanders from day to day and always returns: cases of a week are alike."""
    alarms = 0
    for seed in range(12):
        draw, rows, habit = np.random.default_rng(7000 + seed), [], 0.0
        for case in range(2_000):
            habit = 0.7 * habit + 0.7 * draw.normal() if case % 20 == 0 else habit
            steps = [0, 1, 2, 5] if draw.random() < 1 / (1 + np.exp(-habit / 2)) else [0, 1, 5]
            rows += [
                (case, BEGIN_US + case * DAY_US // 20 + at * DAY_US // 24, step, 0) for at, step in enumerate(steps)
            ]
        alarms += bool(find_drift(profile_cases(log_of(rows)), DriftSettings()).points)

    assert alarms <= 4  # 10 % over many seeds; as if cases were independent it would be half of them or more


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
