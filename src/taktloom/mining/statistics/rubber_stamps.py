# SPDX-License-Identifier: Apache-2.0
"""Rubber stamps: a step by the same resource less than 60 seconds after its predecessor in the case.

Such a step adds little by itself: the same person has just completed the one before.
"""

from dataclasses import dataclass

import numpy as np

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays

LIMIT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRubberStamps:
    """rubber_stamps of with_predecessor executions; same_resource: of them by the predecessor's resource."""

    activity: str
    with_predecessor: int
    same_resource: int
    rubber_stamps: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RubberStamps:
    """Totals and per activity, most first. is_computable: False when no event names a resource."""

    is_computable: bool
    limit_s: int
    with_predecessor: int
    rubber_stamps: int
    share: float
    activities: tuple[ActivityRubberStamps, ...]


def find_rubber_stamps(log: LogArrays, *, limit_s: int = LIMIT_S) -> RubberStamps:
    """Rubber stamps of *log*; rows without resource are none."""
    count = len(log.activities)
    resource = log.resource[log.follows]
    same = (resource != NOBODY) & (resource == log.resource[log.follows - 1])
    stamped = same & (log.gap_us < limit_s * MICROSECONDS_PER_SECOND)
    activity = log.activity[log.follows]
    total = np.bincount(activity, minlength=count)
    same_by = np.bincount(activity[same], minlength=count)
    stamped_by = np.bincount(activity[stamped], minlength=count)
    rows = [
        ActivityRubberStamps(
            activity=log.activities[code],
            with_predecessor=int(total[code]),
            same_resource=int(same_by[code]),
            rubber_stamps=int(stamped_by[code]),
            share=float(stamped_by[code] / total[code]),
        )
        for code in np.flatnonzero(total).tolist()
    ]
    return RubberStamps(
        is_computable=bool((log.resource != NOBODY).any()),
        limit_s=limit_s,
        with_predecessor=int(activity.size),
        rubber_stamps=int(stamped.sum()),
        share=float(stamped.sum() / activity.size) if activity.size else 0.0,
        activities=tuple(sorted(rows, key=lambda each: (-each.rubber_stamps, each.activity))),
    )
