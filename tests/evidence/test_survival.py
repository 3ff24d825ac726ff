# SPDX-License-Identifier: Apache-2.0
"""Survival: published estimates, and medians of lives that are cut off while they last."""

import math

import numpy as np
import pytest

from taktloom.evidence.survival import estimate_survival, log_rank, restricted_mean

# Remission in weeks under 6-MP, a + marks who was still in remission (Gehan 1965; Klein & Moeschberger, table 4.1B).
WEEKS = (6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
RELAPSED = (True,) * 9 + (False,) * 12


def test_the_estimate_is_that_of_the_textbook() -> None:
    found = estimate_survival(np.array(WEEKS, dtype=np.float64), np.array(RELAPSED))

    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.surviving == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert found.quantile(0.5) == 23


def test_the_median_of_lives_cut_off_is_found_with_the_promised_certainty() -> None:
    draw, held, ended_only = np.random.default_rng(1), 0, []
    for _ in range(200):
        life, begin = draw.lognormal(0, 1, 200), draw.uniform(0, 4, 200)
        has_ended = life <= 4 - begin
        found = estimate_survival(np.minimum(life, 4 - begin), has_ended)
        low, high = found.quantile_interval(0.5)
        held += (low or 0) <= 1 <= (high or np.inf)
        ended_only.append(np.median(life[has_ended]))

    assert 0.91 <= held / 200 <= 0.99
    assert np.mean(ended_only) < 0.75  # of the true 1: what leaving open cases out would tell


# Remission in weeks under placebo, of the same trial; all relapsed.
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def test_the_log_rank_test_is_that_of_the_textbook() -> None:
    treated = np.array(WEEKS, dtype=np.float64), np.array(RELAPSED)
    placebo = np.array(PLACEBO, dtype=np.float64), np.ones(len(PLACEBO), dtype=np.bool_)

    # Chi-squared 16.79 of one degree of freedom (Kleinbaum & Klein, "Survival Analysis", 2012, chapter 2)
    assert log_rank(treated, placebo) == pytest.approx(math.erfc(math.sqrt(16.793 / 2)), rel=1e-3)
    assert log_rank(placebo, treated) == pytest.approx(log_rank(treated, placebo))


def test_nothing_is_told_of_lives_none_of_which_has_ended() -> None:
    lasting = np.array([1.0, 2.0]), np.zeros(2, dtype=np.bool_)

    assert log_rank(lasting, lasting) is None
    assert log_rank((np.empty(0), np.empty(0, dtype=np.bool_)), (np.empty(0), np.empty(0, dtype=np.bool_))) is None


def test_the_restricted_mean_is_the_mean_where_nothing_is_cut_off() -> None:
    ended = np.ones(5, dtype=np.bool_)
    lives = np.array([1.0, 2.0, 3.0, 4.0, 10.0])

    mean, error = restricted_mean(lives, ended, until=5)

    assert mean == pytest.approx((1 + 2 + 3 + 4 + 5) / 5)
    assert error == pytest.approx(np.minimum(lives, 5).std() / math.sqrt(5))


def test_the_difference_of_restricted_means_holds_the_truth_though_one_side_is_cut_off_earlier() -> None:
    draw, held, naive = np.random.default_rng(2), 0, []
    for _ in range(200):
        sides = []
        for window in (8.0, 3.0):
            life, begin = draw.exponential(1, 200), draw.uniform(0, window, 200)
            sides.append((np.minimum(life, window - begin), life <= window - begin))
        (one, one_error), (other, other_error) = (restricted_mean(*side, until=2) for side in sides)
        held += abs(one - other) <= 1.96 * math.hypot(one_error, other_error)
        naive.append(np.minimum(sides[0][0], 2).mean() - np.minimum(sides[1][0], 2).mean())

    assert 0.91 <= held / 200 <= 0.99
    assert np.mean(naive) > 0.1  # of no difference: what taking open cases as ended would tell
