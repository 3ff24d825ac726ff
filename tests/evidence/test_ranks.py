# SPDX-License-Identifier: Apache-2.0
"""Agreement of rankings, against counting pairs."""

from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.evidence.ranks import descending_ranks, rank_agreement


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12))
def test_agreement_equals_counted_pairs(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array([pair[side] for pair in pairs], dtype=np.float64) for side in (0, 1))

    agree = sum(np.sign(a - c) * np.sign(b - d) for (a, b), (c, d) in combinations(pairs, 2))
    untied = [sum(left[side] != right[side] for left, right in combinations(pairs, 2)) for side in (0, 1)]

    found = rank_agreement(first, second)
    if untied[0] and untied[1]:
        assert found == pytest.approx(agree / sqrt(untied[0] * untied[1]))
    else:
        assert found is None


def test_what_is_not_known_is_left_out() -> None:
    assert rank_agreement(np.array([1.0, 2.0, np.nan]), np.array([5.0, 6.0, 0.0])) == 1.0


def test_the_highest_score_has_rank_one_and_ties_keep_their_order() -> None:
    ranks = descending_ranks(np.array([3.0, 9.0, np.nan, 3.0]))

    assert ranks[[0, 1, 3]].tolist() == [2.0, 1.0, 3.0]
    assert np.isnan(ranks[2])
