# SPDX-License-Identifier: Apache-2.0
"""Many questions to one sample: probabilities that take into account how many were asked.

Sources: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979;
Benjamini & Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995; Westfall & Young,
"Resampling-based multiple testing", 1993, algorithm 2.5 in its single step (maximum over the family).
"""

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def benjamini_hochberg(p_values: Numbers) -> Numbers:
    """Adjusted values in the order of *p_values* (0..1): those <= q have a false discovery rate of at most q."""
    count = p_values.size
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * count / np.arange(1, count + 1)
    adjusted = np.empty(count, dtype=np.float64)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def holm(p_values: Numbers) -> Numbers:
    """Adjusted values in the order of *p_values*: any of those <= level is wrong with probability *level* at most."""
    count = p_values.size
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(count, dtype=np.float64)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * np.arange(count, 0, -1)), 1.0)
    return adjusted


def family_wise(observed: Numbers, maxima: Numbers) -> Numbers:
    """Probability, per observed statistic, that the greatest of the whole family is as great when nothing holds.

    observed: one statistic per question, greater speaks against chance. maxima: the family's greatest, per permutation.
    The observed order counts as one of the permutations, so that no probability is 0.
    """
    ordered = np.sort(maxima)
    # A statistic that equals a maximum up to rounding is as great as it.
    reached = ordered.size - np.searchsorted(ordered, observed - 1e-9, side="left")
    probabilities: Numbers = np.asarray((1.0 + reached) / (1.0 + ordered.size), dtype=np.float64)
    return probabilities


def enough_permutations(wanted: int, level: float) -> int:
    """*wanted*, or as many as are needed for a probability of half of *level* (over 0) to come out at all.

    Of n permutations none is under 1 / (n + 1): with fewer, nothing could ever be told at that level.
    """
    return max(wanted, math.ceil(2 / level) - 1)


def two_sided_normal(z: Numbers) -> Numbers:
    """Probability that a standard normal number is at least as far from 0 as each of *z*."""
    return np.array([math.erfc(abs(each) / math.sqrt(2)) for each in z.tolist()], dtype=np.float64)
