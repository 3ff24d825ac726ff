# SPDX-License-Identifier: Apache-2.0
"""Ranks, and the agreement of two rankings.

Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945 (tau-b).
"""

import numpy as np
from numpy.typing import NDArray


def rank_agreement(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Kendall's tau-b of two scorings of the same things, -1..1; pairs with a NaN are left out.

    None when fewer than two things are left or one scoring has only ties.
    """
    known = ~(np.isnan(first) | np.isnan(second))
    one, other = first[known], second[known]
    rows, columns = np.triu_indices(one.size, k=1)
    left, right = np.sign(one[rows] - one[columns]), np.sign(other[rows] - other[columns])
    untied = np.sqrt(np.count_nonzero(left) * float(np.count_nonzero(right)))
    return float((left * right).sum() / untied) if untied else None


def descending_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each score, 1 for the highest; NaN where the score is NaN; ties by position."""
    order = np.argsort(np.where(np.isnan(scores), -np.inf, scores)[::-1], kind="stable")[::-1]
    order = scores.size - 1 - order
    ranks = np.empty(scores.size, dtype=np.float64)
    ranks[order] = np.arange(1, scores.size + 1)
    return np.where(np.isnan(scores), np.nan, ranks)


def midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)
