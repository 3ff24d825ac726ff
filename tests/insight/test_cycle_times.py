# SPDX-License-Identifier: Apache-2.0
import random

import pytest

from taktloom.insight.cycle_times import NEEDED, Verdict, compare_cycle_times, summarise_cycle_times


def _draw(median: float, n: int, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [median * chance.uniform(0.5, 1.5) for _ in range(n)]


def test_no_cases_have_no_median() -> None:
    nothing = summarise_cycle_times([])

    assert (nothing.n, nothing.median_s, nothing.p95_s, nothing.histogram) == (0, None, None, ())
    assert not nothing.enough_data


def test_a_summary_has_median_and_all_cases_in_bins() -> None:
    summary = summarise_cycle_times([float(value) for value in range(1, 101)])

    assert summary.median_s == 50.5
    assert summary.p95_s == pytest.approx(95.05)
    assert sum(one.cases for one in summary.histogram) == 100
    assert summary.histogram[0].from_s == 0
    assert summary.histogram[-1].to_s == 100


@pytest.mark.parametrize("durations", [[0.0], [0.0] * 30, [5.0], [1.0, 1.0, 1.0, 900.0]])
def test_every_case_is_in_exactly_one_bin(durations: list[float]) -> None:
    assert sum(one.cases for one in summarise_cycle_times(durations).histogram) == len(durations)


def test_half_as_long_is_shorter_and_twice_as_long_is_longer() -> None:
    baseline = _draw(100, 200, seed=1)

    shorter = compare_cycle_times(_draw(50, 200, seed=2), baseline)
    longer = compare_cycle_times(_draw(200, 200, seed=3), baseline)

    assert shorter.verdict is Verdict.SHORTER
    assert shorter.interval is not None
    assert shorter.interval[1] < 1
    assert longer.verdict is Verdict.LONGER
    assert longer.median_ratio == pytest.approx(2, abs=0.3)


def test_the_same_times_cannot_be_told_apart() -> None:
    difference = compare_cycle_times(_draw(100, 60, seed=4), _draw(100, 60, seed=5))

    assert difference.verdict is Verdict.CANNOT_TELL
    assert difference.needs == "more-cases"


@pytest.mark.parametrize(
    ("now", "baseline", "needs"), [(NEEDED - 1, 100, "finished-cases"), (100, 3, "baseline-cases")]
)
def test_too_few_cases_say_what_is_needed(now: int, baseline: int, needs: str) -> None:
    difference = compare_cycle_times(_draw(10, now, seed=6), _draw(100, baseline, seed=7))

    assert (difference.verdict, difference.needs, difference.interval) == (Verdict.CANNOT_TELL, needs, None)


def test_a_baseline_of_no_duration_cannot_be_compared_with() -> None:
    difference = compare_cycle_times(_draw(10, 50, seed=8), [0.0] * 50)

    assert difference.needs == "baseline-durations"
    assert difference.median_ratio is None
