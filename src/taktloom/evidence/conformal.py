# SPDX-License-Identifier: Apache-2.0
"""Split conformal prediction: how wide an answer must be to hold the truth as often as is promised.

The promise holds when the rows that calibrate and those that are foretold are exchangeable; processes change, so the
coverage is also to be measured. Sources: Vovk, Gammerman & Shafer, "Algorithmic Learning in a Random World", 2005
(Mondrian groups: chapter 4.5); Lei et al., "Distribution-free predictive inference for regression", JASA 113, 2018.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]


def conformal_margin(scores: Numbers, level: float) -> float:
    """The margin that a new score stays within with probability *level*, from the *scores* of n rows that calibrate.

    The ceil((n + 1) * level)-th smallest; infinite when n is too small to promise that level.
    """
    rank = int(np.ceil((scores.size + 1) * level))
    return float(np.partition(scores, rank - 1)[rank - 1]) if 0 < rank <= scores.size else float("inf")


def margins_by_group(scores: Numbers, group: Codes, groups: int, level: float) -> Numbers:
    """A margin per group 0 ... groups-1; a group that is too small for one takes that of all rows."""
    overall = conformal_margin(scores, level)
    margins = [conformal_margin(scores[group == each], level) for each in range(groups)]
    return np.array([overall if np.isinf(each) else each for each in margins], dtype=np.float64)
