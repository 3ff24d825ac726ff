# SPDX-License-Identifier: Apache-2.0
"""Probabilities of families of questions, and intervals of shares, against published or hand-made values."""

import numpy as np
import pytest

from taktloom.evidence.multiplicity import benjamini_hochberg, enough_permutations, family_wise, two_sided_normal
from taktloom.evidence.proportions import difference_interval, share_interval


def test_false_discovery_rates_are_those_of_benjamini_and_hochberg() -> None:
    p_values = np.array([0.01, 0.04, 0.03, 0.5])

    assert benjamini_hochberg(p_values).tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_a_family_wise_probability_counts_the_maxima_that_reach_the_statistic() -> None:
    maxima = np.array([1.0, 2.0, 3.0, 4.0])

    assert family_wise(np.array([3.0, 5.0, 0.5]), maxima).tolist() == [3 / 5, 1 / 5, 1.0]


def test_a_level_that_few_permutations_cannot_reach_gets_more_of_them() -> None:
    assert [enough_permutations(499, level) for level in (0.01, 0.004, 0.001)] == [499, 499, 1_999]
    assert family_wise(np.array([9.0]), np.zeros(enough_permutations(99, 0.001))).tolist() == [0.0005]


def test_the_two_sided_normal_probability_of_1_96_is_a_twentieth() -> None:
    assert two_sided_normal(np.array([1.959964, -1.959964])).tolist() == pytest.approx([0.05, 0.05], abs=1e-6)


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998 (single proportion), table I: 81 of 263, method 3
    found = share_interval(81, 263)

    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert share_interval(0, 0).high == 1.0


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998 (difference of independent proportions), table II: 56/70 - 48/80, method 10
    found = difference_interval((56, 70), (48, 80))

    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
