# SPDX-License-Identifier: Apache-2.0
"""The bootstrap over cases."""

import numpy as np
import pytest

from taktloom.evidence.resampling import case_weights, percentile_interval


def test_every_draw_has_as_many_cases_as_the_log() -> None:
    draws = list(case_weights(40, replicates=30, seed=5))

    assert [draw.sum() for draw in draws] == [40.0] * 30
    assert all(draw.min() >= 0 for draw in draws)


def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = (np.array(list(case_weights(25, replicates=5, seed=9))) for _ in range(2))

    assert np.array_equal(first, second)


def test_the_interval_of_a_mean_has_about_the_width_that_theory_says() -> None:
    values = np.random.default_rng(2).normal(10, 2, size=400)
    means = np.array([(weights * values).sum() / 400 for weights in case_weights(400, replicates=600, seed=3)])

    interval = percentile_interval(means)

    assert interval is not None
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.15)


def test_too_few_usable_resamples_give_no_interval() -> None:
    assert percentile_interval(np.array([1.0, 2.0, np.nan])) is None
