# SPDX-License-Identifier: Apache-2.0
"""Survival: published estimates, and medians of lives that are cut off while they last."""

import numpy as np
import pytest

from taktloom.evidence.survival import estimate_survival

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
