# SPDX-License-Identifier: Apache-2.0
"""Two cohorts: what differs is found with its size, what is the same stays quiet."""

import numpy as np
import pytest

from taktloom.evidence.ranks import midranks
from taktloom.mining.explanation.cohorts import (
    CohortComparison,
    ComparisonSettings,
    DifferenceKind,
    compare_cohorts,
)
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles, profile_cases
from tests.mining.explanation.simulated import BEGIN_US, log_of

HOUR_US = 3_600_000_000
QUICK = ComparisonSettings(permutations=149)


def cohort(seed: int, *, cases: int = 120, extra: float = 0.3, factor: float = 1.0) -> CaseProfiles:
    """Register, Check, now and then Extra check (share *extra*), Decide; from Check to Decide *factor* times longer."""
    draw = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        at = BEGIN_US + case * HOUR_US
        steps = [0, 1, 2, 5] if draw.random() < extra else [0, 1, 5]
        for step in steps:
            rows.append((case, at, step, 0))
            slow = factor if step == 1 else 1.0
            at += int(HOUR_US * slow * draw.lognormal(0, 0.4))
    return profile_cases(log_of(rows))


def told(found: CohortComparison) -> set[tuple[DifferenceKind, tuple[str, ...]]]:
    return {(each.kind, each.name) for each in found.told}


def test_a_step_that_one_cohort_has_more_often_is_told_with_its_shares() -> None:
    found = compare_cohorts(cohort(1, extra=0.2), cohort(2, extra=0.7), QUICK)

    edge = next(each for each in found.told if each.name == ("Check", "Extra check"))
    assert edge.kind is DifferenceKind.EDGE
    assert edge.interval is not None
    assert edge.interval.low <= edge.difference <= edge.interval.high < 0
    assert (DifferenceKind.VARIANT, ("Register", "Check", "Decide")) in told(found)


def test_an_edge_that_takes_longer_is_told_with_its_medians() -> None:
    found = compare_cohorts(cohort(1, factor=2.0), cohort(2), QUICK)

    edge = next(each for each in found.told if each.kind is DifferenceKind.EDGE_TIME)
    assert edge.name[0] == "Check"
    assert 1.5 <= edge.first / edge.second <= 2.6
    assert (DifferenceKind.CASE_TIME, ()) in told(found)
    assert not [each for each in found.told if each.kind is DifferenceKind.EDGE]


def test_work_that_others_do_in_one_cohort_is_told_with_their_names() -> None:
    def worked(seed: int, taken: float) -> CaseProfiles:
        draw, rows = np.random.default_rng(seed), []
        for case in range(150):
            decides = 7 if draw.random() < taken else int(draw.integers(0, 4))
            for step, who in ((0, 5), (1, 6), (5, decides)):
                rows.append((case, BEGIN_US + (case * 5 + step) * HOUR_US, step, who))
        return profile_cases(log_of(rows))

    found = compare_cohorts(worked(1, 0.1), worked(2, 0.5), QUICK)

    assert {each.kind for each in found.told} == {DifferenceKind.WORK}
    assert found.told[0].name == ("Decide", "person 7")


def test_cohorts_of_the_same_process_differ_in_nothing_beyond_the_error_rate() -> None:
    alarms = sum(bool(compare_cohorts(cohort(seed), cohort(100 + seed), QUICK).told) for seed in range(20))

    assert alarms <= 3  # expected: 1 of 20 at the level of 0.05; 4 or more have a probability under 2 %


def test_a_cohort_does_not_differ_from_itself() -> None:
    found = compare_cohorts(cohort(1), cohort(1), QUICK)

    assert found.told == ()
    assert {each.difference for each in found.differences} == {0.0}
    assert {each.p_family for each in found.differences} == {1.0}


def test_joined_profiles_are_compared_by_name() -> None:
    first, second = cohort(1, cases=30, extra=0), cohort(2, cases=20, extra=1)

    both = first.joined(second)

    assert both.cases == 50
    assert [both.variants[code] for code in both.variant[[0, 40]]] == [
        ("Register", "Check", "Decide"),
        ("Register", "Check", "Extra check", "Decide"),
    ]
    names, marks = both.edge_marks(10)
    assert marks[:, names.index(("Extra check", "Decide"))].tolist() == [False] * 30 + [True] * 20
    assert both.only(np.arange(30, 50)).transition_case.max() == 19


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1, 3.5, 2]


def test_too_small_cohorts_are_refused() -> None:
    with pytest.raises(TooFewCasesError, match="TL-2180"):
        compare_cohorts(cohort(1, cases=19), cohort(2), QUICK)
