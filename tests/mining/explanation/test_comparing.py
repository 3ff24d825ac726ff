# SPDX-License-Identifier: Apache-2.0
"""Two logs or periods: counts as plain Python has them, planted differences told, none told where there is none."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from taktloom.evidence.multiplicity import holm
from taktloom.mining.explanation.cohorts import ComparisonSettings, Difference, DifferenceKind, median_of
from taktloom.mining.explanation.comparing import LogComparison, Part, begun_per, compare_logs, period_of
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import profile_cases
from taktloom.mining.explanation.watched_sides import SeenSide, watch_sides
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.arrays import LogArrays, load_arrays
from tests.mining.explanation.simulated import BEGIN_US, DAY_US, exported, log_of, simulate
from tests.mining.plain_logs import DRAFT_LOGS, read_cases

HOUR_US = DAY_US // 24
QUICK = ComparisonSettings(permutations=199)
SPLIT = datetime.fromisoformat("2011-01-01T00:00:00+00:00")


def side(seed: int, *, per_day: float = 3.0, extra: float = 0.3, days: int = 70, begin_us: int = BEGIN_US) -> LogArrays:
    """Register, Check, now and then Extra check, Decide; a Poisson number of cases each day."""
    draw = np.random.default_rng(seed)
    rows, case = [], 0
    for day in range(days):
        for _ in range(draw.poisson(per_day)):
            at = begin_us + day * DAY_US + int(draw.uniform(0, DAY_US))
            for step in [0, 1, 2, 5] if draw.random() < extra else [0, 1, 5]:
                rows.append((case, at, step, 0))
                at += int(HOUR_US * draw.lognormal(0, 0.4))
            case += 1
    return log_of(rows)


def compared(first: LogArrays, second: LogArrays, settings: ComparisonSettings = QUICK) -> LogComparison:
    return compare_logs(Part(name="one", log=first), Part(name="other", log=second), settings)


def of_kind(found: LogComparison, kind: DifferenceKind) -> Difference:
    return next(each for each in found.cohorts.differences if each.kind is kind)


def test_periods_of_a_real_log_have_the_counts_of_plain_python(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "logs" / DRAFT_LOGS["receipt"]
    log = load_arrays(import_log(ImportRequest(path=path, name="receipt", imported_at=SPLIT), tmp_path))
    split = int(SPLIT.timestamp() * 1_000_000)
    sides: tuple[list[list[str]], list[list[str]]] = ([], [])
    for case in read_cases(path):
        moments = [datetime.fromisoformat(event["time:timestamp"]) for event in case.events]
        sides[min(moments) >= SPLIT].append([event["concept:name"] for event in case.events])
    edges = [Counter(pair for case in cases for pair in itertools.pairwise(case)) for cases in sides]
    parts = period_of(log, (0, split), "before"), period_of(log, (split, 2 * split), "after")

    found = compare_logs(*parts, ComparisonSettings())

    seen_us = int(log.occurred_at.min()), int(log.occurred_at.max())
    watch = watch_sides(*(SeenSide(profiles=profile_cases(part.log), seen_us=seen_us) for part in parts))
    watched: tuple[list[list[str]], list[list[str]]] = ([], [])
    for case in read_cases(path):
        times = sorted(datetime.fromisoformat(event["time:timestamp"]).timestamp() for event in case.events)
        if watch.from_us[times[0] >= SPLIT.timestamp()] / 1e6 <= times[0] <= seen_us[1] / 1e6 - found.watched_s:
            until = times[0] + found.watched_s + 1e-6
            names = [event["concept:name"] for event, at in zip(case.events, times, strict=True) if at <= until]
            watched[times[0] >= SPLIT.timestamp()].append(names)
    having = [Counter(pair for case in cases for pair in set(itertools.pairwise(case))) for cases in watched]

    for cases, part in zip(sides, (found.first, found.second), strict=True):
        assert part.cases == len(cases)
        assert part.events == sum(map(len, cases))
        assert part.variants == len({tuple(case) for case in cases})
        assert part.activities == len({activity for case in cases for activity in case})
    assert {(row.source, row.target): (row.first, row.second) for row in found.flows} == {
        edge: (edges[0][edge], edges[1][edge]) for edge in edges[0] | edges[1]
    }
    shares = [each for each in found.cohorts.differences if each.kind is DifferenceKind.EDGE]
    assert len(shares) > 20
    for each in shares:
        edge = (each.name[0], each.name[1])
        assert each.first == pytest.approx(having[0][edge] / len(watched[0]))
        assert each.second == pytest.approx(having[1][edge] / len(watched[1]))
    lengths = of_kind(found, DifferenceKind.CASE_LENGTH)
    assert lengths.first == pytest.approx(sum(map(len, watched[0])) / len(watched[0]))


def test_more_cases_per_week_are_told_with_their_means() -> None:
    first, second = side(1, per_day=5), side(2, per_day=2.5)

    volume = of_kind(compared(first, second), DifferenceKind.VOLUME)

    assert volume.is_told
    assert volume.name == ("week",)
    assert volume.interval is not None
    assert 0 < volume.interval.low <= volume.difference <= volume.interval.high
    begins, silence = first.occurred_at[first.starts], int(0.5 * HOUR_US)
    weeks = Counter(((begins - begins.min() - silence) // (7 * DAY_US)).tolist())
    whole = int(begins.max() + 1 - begins.min() - silence) // (7 * DAY_US)
    assert volume.first == pytest.approx(sum(weeks[week] for week in range(whole)) / whole)


def test_a_rest_of_a_week_is_left_out_of_the_volume() -> None:
    begins = np.array([0, 1, 7 * DAY_US, 14 * DAY_US, 15 * DAY_US])

    assert begun_per(begins, (0, 15 * DAY_US), 7 * DAY_US).tolist() == [2, 1]


def test_sides_under_a_fortnight_do_not_tell_of_volume() -> None:
    found = compared(side(1, days=10, per_day=9), side(2, days=70))

    assert found.volume_unit is None
    assert DifferenceKind.VOLUME not in {each.kind for each in found.cohorts.differences}


def test_a_step_more_often_is_told_in_the_second_log() -> None:
    found = compared(side(1, extra=0.2), side(2, extra=0.7))

    assert ("Check", "Extra check") in {each.name for each in found.cohorts.told}
    assert of_kind(found, DifferenceKind.CASE_LENGTH).is_told
    assert not of_kind(found, DifferenceKind.VOLUME).is_told


def test_activities_of_one_side_are_named() -> None:
    found = compared(side(1, extra=0), side(2, extra=1))

    assert (found.first_only, found.second_only) == ((), ("Extra check",))


def test_logs_of_one_process_differ_in_nothing_beyond_the_error_rate() -> None:
    alarms = sum(bool(compared(side(seed), side(100 + seed)).cohorts.told) for seed in range(20))

    assert alarms <= 3  # expected: 1 of 20 at the level of 0.05; 4 or more have a probability under 2 %


def slowed(log: LogArrays, from_us: int, factor: float) -> LogArrays:
    """Cases that begin at *from_us* or later take *factor* times as long."""
    begins = np.repeat(log.occurred_at[log.starts], np.diff(np.append(log.starts, log.case.size)))
    at = np.where(begins >= from_us, begins + ((log.occurred_at - begins) * factor).astype(np.int64), log.occurred_at)
    return replace(log, occurred_at=at, local=at)


def periods(seed: int, split: float, *, scale: float = 1, factor: float = 1) -> LogComparison:
    """An export of ten weeks, parted at day *split*; cases take some three days times *scale*, those of the second
    period *factor* times more."""
    split_us = BEGIN_US + int(split * DAY_US)
    whole = slowed(slowed(simulate(seed, planted=False, cases=1_200).log, 0, scale), split_us, factor)
    log = exported(whole, 10, 85)
    sides = period_of(log, (BEGIN_US, split_us), "before"), period_of(log, (split_us, BEGIN_US + 85 * DAY_US), "after")
    return compare_logs(*sides, ComparisonSettings(permutations=149), ending=("Archive",))


def two_logs(seed: int, *, factor: float = 1) -> LogComparison:
    """An export of two months and one of a fortnight, of cases that take some ten days."""
    logs = [
        exported(slowed(simulate(each, planted=False, cases=1_200).log, 0, scale), 0, days)
        for each, scale, days in ((seed, 3.0, 60), (seed + 500, 3.0 * factor, 15))
    ]
    parts = [Part(name=str(number), log=log) for number, log in enumerate(logs)]
    return compare_logs(parts[0], parts[1], ComparisonSettings(permutations=149), ending=("Archive",))


UNEQUAL = {
    "half of the log each": lambda seed, factor: periods(seed, 45, factor=factor),
    "the last ten days": lambda seed, factor: periods(seed, 75, factor=factor),
    "the first ten days": lambda seed, factor: periods(seed, 21, factor=factor),
    "cases as long as a period": lambda seed, factor: periods(seed, 60, scale=6, factor=factor),
    "a long and a short export": lambda seed, factor: two_logs(seed, factor=factor),
}


@pytest.mark.parametrize("way", UNEQUAL)
def test_sides_that_are_watched_unequally_long_do_not_differ_by_that(way: str) -> None:
    found = [UNEQUAL[way](300 + seed, 1.0) for seed in range(6)]

    told = [each for each in found if each.cohorts.told or (each.durations and each.durations.is_told)]
    assert len(told) <= 1  # each by chance at the level of 0.05: two or more have a probability of 3 %
    for each in found:
        assert 0 < each.left_out < 0.7 * (each.first.cases + each.second.cases)
        assert each.watched_s > DAY_US / 1_000_000


@pytest.mark.parametrize("way", UNEQUAL)
def test_a_process_that_became_slower_is_told_whatever_is_cut_off(way: str) -> None:
    found = [UNEQUAL[way](300 + seed, 2.0) for seed in range(4)]

    assert sum(bool(each.cohorts.told) for each in found) == 4
    durations = [each.durations for each in found if each.durations is not None]
    assert [each.is_told for each in durations] == [True] * 4
    assert all(each.difference_s is not None and each.difference_s < 0 for each in durations)


def test_durations_without_an_end_in_sight_are_not_compared() -> None:
    found = compare_logs(Part(name="one", log=side(1)), Part(name="other", log=side(2)), QUICK, ending=("Extra check",))

    assert found.durations is not None
    assert found.durations.first.open_cases == found.durations.first.cases
    assert (found.durations.horizon_s, found.durations.p, found.durations.is_told) == (None, None, False)


def test_a_side_with_few_cases_is_refused() -> None:
    with pytest.raises(TooFewCasesError):
        compared(side(1), side(2, days=3, per_day=2))


def test_holm_adjusts_step_by_step() -> None:
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.9, 0.6])).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 10, 101, 1_000])
def test_the_median_is_the_value_or_the_middle_of_the_two_values_that_stand_in_the_middle(size: int) -> None:
    generator = np.random.default_rng(size)
    for sample in (generator.random(size) * 1e9, generator.integers(0, 3, size).astype(np.float64)):
        ordered = sorted(sample.tolist())

        assert median_of(sample) == (ordered[(size - 1) // 2] + ordered[size // 2]) / 2
