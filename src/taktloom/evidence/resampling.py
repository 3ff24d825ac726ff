# SPDX-License-Identifier: Apache-2.0
"""The bootstrap over cases: how far a number would move had other cases happened.

Whole cases are drawn with replacement, because events of one case are not independent. A draw is a weight per case (how
often it was drawn), so that a statistic is one weighted count per draw and nothing is copied. Reproducible by seed.
Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 and 13 (percentile interval); cluster
bootstrap: Davison & Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_REPLICATES = 200
DEFAULT_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """low <= high; level: the share of resamples inside."""

    low: float
    high: float
    level: float


def case_weights(cases: int, *, replicates: int = DEFAULT_REPLICATES, seed: int = 1) -> Iterator[NDArray[np.float64]]:
    """For each replicate, how often each of *cases* cases was drawn; the weights of a replicate sum to *cases*."""
    generator = np.random.default_rng(seed)
    for _ in range(replicates):
        drawn = generator.integers(0, cases, size=cases) if cases else np.empty(0, dtype=np.int64)
        yield np.bincount(drawn, minlength=cases).astype(np.float64)


def percentile_interval(samples: NDArray[np.float64], *, level: float = DEFAULT_LEVEL) -> Interval | None:
    """The central *level* of *samples* (NaN left out); None when fewer than ten are left."""
    usable = samples[~np.isnan(samples)]
    if usable.size < 10:
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(usable, [tail, 1 - tail])
    return Interval(low=float(low), high=float(high), level=level)
