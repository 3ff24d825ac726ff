# SPDX-License-Identifier: Apache-2.0
"""Hand-overs of work: transitions whose two steps have different resources (or roles). Both must be known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import NOBODY, LogArrays
from taktloom.mining.statistics.directly_follows import group_numbers

PAIRS_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """How often work went from one to the other."""

    giver: str
    taker: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOvers:
    """transitions: those whose two resources are known; handed_over: of them to another; pairs: the most frequent
    hand-overs (at most PAIRS_KEPT), distinct_pairs: how many there are."""

    transitions: int
    handed_over: int
    share: float
    distinct_pairs: int
    pairs: tuple[HandOver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityHandOvers:
    """For one activity: transitions into it with both resources known, and those handed over."""

    activity: str
    transitions: int
    handed_over: int
    share: float


def measure_hand_overs(log: LogArrays) -> HandOvers:
    """Hand-overs between resources."""
    return _measure(log, log.resource, log.resources)


def measure_role_hand_overs(log: LogArrays) -> HandOvers:
    """Hand-overs between roles."""
    return _measure(log, log.role, log.roles)


def measure_hand_overs_into(log: LogArrays) -> tuple[ActivityHandOvers, ...]:
    """Hand-overs per activity that takes the work over, largest count first (ties by label)."""
    count = len(log.activities)
    giver, taker = log.resource[log.follows - 1], log.resource[log.follows]
    known = (giver != NOBODY) & (taker != NOBODY)
    activity = log.activity[log.follows]
    total = np.bincount(activity[known], minlength=count)
    handed = np.bincount(activity[known & (giver != taker)], minlength=count)
    rows = [
        ActivityHandOvers(
            activity=log.activities[code],
            transitions=int(total[code]),
            handed_over=int(handed[code]),
            share=float(handed[code] / total[code]),
        )
        for code in np.flatnonzero(total).tolist()
    ]
    return tuple(sorted(rows, key=lambda each: (-each.handed_over, each.activity)))


def _measure(log: LogArrays, who: NDArray[np.int64], names: list[str]) -> HandOvers:
    giver, taker = who[log.follows - 1], who[log.follows]
    known = (giver != NOBODY) & (taker != NOBODY)
    changed = known & (giver != taker)
    count = max(1, len(names))
    group, pairs = group_numbers(giver[changed] * count + taker[changed], count * count)
    frequency = np.bincount(group, minlength=pairs.size)
    order = np.lexsort((pairs, -frequency))[:PAIRS_KEPT]
    transitions = int(known.sum())
    return HandOvers(
        transitions=transitions,
        handed_over=int(changed.sum()),
        share=float(changed.sum() / transitions) if transitions else 0.0,
        distinct_pairs=int(pairs.size),
        pairs=tuple(
            HandOver(
                giver=names[int(pairs[index]) // count],
                taker=names[int(pairs[index]) % count],
                count=int(frequency[index]),
            )
            for index in order.tolist()
        ),
    )
