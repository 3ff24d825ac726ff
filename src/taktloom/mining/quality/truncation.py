# SPDX-License-Identifier: Apache-2.0
"""Cases cut off by the window of the export.

A case seems begun before the log when its first activity is no usual first one (under 1 % of the cases begin with it)
and it lies within the first stretch of the log; still open when its last activity is no usual last one and it lies
within the last stretch. The stretch is the 95th percentile of the time between two steps: longer silence is unusual.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import LogArrays

USUAL_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncation:
    """Counts of cases."""

    begun_before: int
    still_open: int


def find_truncation(log: LogArrays) -> Truncation:
    """Cases that the ends of *log* seem to cut."""
    if log.follows.size == 0:
        return Truncation(begun_before=0, still_open=0)
    stretch = np.quantile(log.gap_us, 0.95)
    first_at, last_at = log.occurred_at[log.starts], log.occurred_at[log.ends]
    early = first_at - log.occurred_at.min() <= stretch
    late = log.occurred_at.max() - last_at <= stretch
    return Truncation(
        begun_before=int((early & _is_unusual(log.activity[log.starts])).sum()),
        still_open=int((late & _is_unusual(log.activity[log.ends])).sum()),
    )


def _is_unusual(activity: NDArray[np.int64]) -> NDArray[np.bool_]:
    counts = np.bincount(activity)
    return counts[activity] < max(1.0, USUAL_SHARE * activity.size)
