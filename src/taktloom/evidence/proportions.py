# SPDX-License-Identifier: Apache-2.0
"""Intervals of shares and of their differences.

Sources: Wilson, "Probable inference", JASA 22, 1927; Newcombe, "Interval estimation for the difference between
independent proportions", Statistics in Medicine 17, 1998, method 10.
"""

import math
from statistics import NormalDist

from taktloom.evidence.resampling import DEFAULT_LEVEL, Interval


def share_interval(part: int, whole: int, *, level: float = DEFAULT_LEVEL) -> Interval:
    """Interval of the share part ÷ whole; of 0 observations it is 0..1."""
    if whole == 0:
        return Interval(low=0.0, high=1.0, level=level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = part / whole
    middle = share + z * z / (2 * whole)
    reach = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return Interval(low=max((middle - reach) / scale, 0.0), high=min((middle + reach) / scale, 1.0), level=level)


def difference_interval(first: tuple[int, int], second: tuple[int, int], *, level: float = DEFAULT_LEVEL) -> Interval:
    """Interval of the first share minus the second; each is (part, whole), whole > 0."""
    one, other = first[0] / first[1], second[0] / second[1]
    left, right = share_interval(*first, level=level), share_interval(*second, level=level)
    below = math.hypot(one - left.low, right.high - other)
    above = math.hypot(left.high - one, other - right.low)
    return Interval(low=max(one - other - below, -1.0), high=min(one - other + above, 1.0), level=level)
