# SPDX-License-Identifier: Apache-2.0
"""Rework: executions of an activity after its first in the case; self loops are those directly after themselves."""

from dataclasses import dataclass

import numpy as np

from taktloom.mining.statistics.arrays import LogArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRework:
    """repeats: executions beyond the first of a case; self_loops: of them, directly after the same activity;
    cases_with_repeats: cases that hold one. share: repeats of all executions."""

    activity: str
    events: int
    repeats: int
    self_loops: int
    cases_with_repeats: int
    share: float


def measure_rework(log: LogArrays) -> tuple[ActivityRework, ...]:
    """Rework per activity, most repeats first (ties by label)."""
    count = len(log.activities)
    key, frequency = np.unique(log.case.astype(np.int64) * count + log.activity, return_counts=True)
    activity = key % count
    events = np.bincount(log.activity, minlength=count)
    cases = np.bincount(activity, minlength=count)
    repeated_in = np.bincount(activity[frequency > 1], minlength=count)
    later = log.activity[log.follows]
    loops = np.bincount(later[later == log.activity[log.follows - 1]], minlength=count)
    rework = [
        ActivityRework(
            activity=log.activities[code],
            events=int(events[code]),
            repeats=int(events[code] - cases[code]),
            self_loops=int(loops[code]),
            cases_with_repeats=int(repeated_in[code]),
            share=float((events[code] - cases[code]) / events[code]),
        )
        for code in np.flatnonzero(events).tolist()
    ]
    return tuple(sorted(rework, key=lambda each: (-each.repeats, each.activity)))
