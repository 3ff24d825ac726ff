# SPDX-License-Identifier: Apache-2.0
"""Conformal prediction: how wide an answer must be to hold the truth as often as is promised.

With the scores of rows whose truth is known, a margin is a quantile of them. That holds its promise while the rows that
calibrate and those that are foretold are exchangeable (Vovk, Gammerman & Shafer, "Algorithmic Learning in a Random
World", 2005; Lei et al., "Distribution-free predictive inference for regression", JASA 113, 2018). Two things break it
where answers come late and the world changes:

- The rows whose truth is known at a moment are those whose truth came quickly. Each is weighted by the inverse of the
  chance that a truth that late would be known by now (Robins & Rotnitzky, "Recovery of information and adjustment for
  dependent censoring", 1992); when a row was asked is known of every row, as in Candès, Lei & Ren, "Conformalized
  survival analysis", JRSS B 85, 2023.
- What changes makes margins of the past too narrow or too wide. The level that is aimed at follows the misses (Gibbs &
  Candès, "Adaptive conformal inference under distribution shift", NeurIPS 2021); then the share of misses in the long
  run tends to the promised one, at the price of margins that can become infinite.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

RATE = 0.005
"""Step of the level after each answer that is told: the value of Gibbs & Candès 2021."""
LEAST_LEVEL = 0.5


def weighted_margin(scores: Numbers, weights: Numbers, level: float, *, rows: int) -> float:
    """The margin that a new score stays within with probability *level*; infinite when too little is known.

    rows: how many the weights stand for; what they fall short of it is later than anything that is known, and counts as
    infinite. The smallest score below which lies that share of the rows, the new one counting as one of mean weight
    beyond all (with weights of 1: the ceil((n + 1) * level)-th smallest). Source: Tibshirani et al., "Conformal
    prediction under covariate shift", NeurIPS 2019.
    """
    if scores.size == 0:
        return float("inf")
    order = np.argsort(scores, kind="stable")
    below = np.cumsum(weights[order])
    wanted = level * (max(float(below[-1]), rows) + float(weights.mean()))
    place = int(np.searchsorted(below, wanted * (1 - 1e-12)))
    return float(scores[order][place]) if place < scores.size else float("inf")


def lateness_weights(delays: Numbers, ages: Numbers) -> Numbers:
    """The inverse of the share of rows at least as old as each delay.

    delays: of rows whose truth is known, from being asked to it. ages: of all rows so far, from being asked to now.
    """
    oldest_first = np.sort(ages)
    reached = 1 - np.searchsorted(oldest_first, delays, side="left") / max(ages.size, 1)
    return np.asarray(1 / np.maximum(reached, 1 / max(ages.size, 1)), dtype=np.float64)


def followed_level(aimed: float, promised: float, *, is_missed: bool) -> float:
    """The level to aim at once one more answer was told to be missed or not; between 0.5 and 1 (1: infinite)."""
    return min(max(aimed + RATE * (float(is_missed) - (1 - promised)), LEAST_LEVEL), 1.0)
