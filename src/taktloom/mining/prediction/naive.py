# SPDX-License-Identifier: Apache-2.0
"""What any prediction must beat: the commonest, or middle, value seen before in the same situation.

A situation is the last activity, or the whole prefix; a prefix that was not seen falls back to its last activity, and
an activity that was not seen to all rows.
"""

from collections import defaultdict
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.prediction.prefixes import Codes, Numbers, Prefixes
from taktloom.mining.watching import heeding


class Situation(StrEnum):
    """What is looked up."""

    LAST_ACTIVITY = "last activity"
    WHOLE_PREFIX = "whole prefix"


def situations(prefixes: Prefixes, situation: Situation) -> Codes:
    """A number per row, equal for equal situations."""
    if situation is Situation.LAST_ACTIVITY:
        return prefixes.last
    numbers: dict[tuple[int, int], int] = {}
    found, current = [], 0
    for length, last in heeding(zip(prefixes.length.tolist(), prefixes.last.tolist(), strict=True)):
        before = -1 if length == 1 else current
        current = numbers.setdefault((before, last), len(numbers))
        found.append(current)
    return np.array(found, dtype=np.int64)


def shares_before(prefixes: Prefixes, situation: Situation, target_of: tuple[Codes, int], learn: Codes) -> Numbers:
    """Rows x classes: how often each class came in the rows *learn* of the same situation.

    target_of: the class per row, 0 ... classes-1, and the number of classes.
    """
    target, classes = target_of
    overall = _shares(np.zeros_like(target), target, learn, classes)[0]
    told = np.tile(overall, (prefixes.case.size, 1))
    for each in _from_coarse(situation):
        key = situations(prefixes, each)
        counts = _shares(key, target, learn, classes)
        known = counts.sum(axis=1)[key] > 0
        told[known] = counts[key[known]]
    return told


def medians_before(prefixes: Prefixes, situation: Situation, target: Numbers, learn: Codes) -> Numbers:
    """Per row the median of *target* in the rows *learn* of the same situation."""
    told = np.full(prefixes.case.size, float(np.median(target[learn])))
    for each in _from_coarse(situation):
        key = situations(prefixes, each)
        values: dict[int, list[float]] = defaultdict(list)
        for row in heeding(learn.tolist()):
            values[int(key[row])].append(float(target[row]))
        medians = np.full(int(key.max()) + 1, np.nan)
        for number, seen in heeding(values.items()):
            medians[number] = float(np.median(seen))
        known = ~np.isnan(medians[key])
        told[known] = medians[key[known]]
    return told


def _from_coarse(situation: Situation) -> tuple[Situation, ...]:
    both = (Situation.LAST_ACTIVITY, Situation.WHOLE_PREFIX)
    return both if situation is Situation.WHOLE_PREFIX else both[:1]


def _shares(key: Codes, target: Codes, learn: Codes, classes: int) -> NDArray[np.float64]:
    rows = int(key.max()) + 1
    counts = np.bincount(key[learn] * classes + target[learn], minlength=rows * classes).reshape(rows, classes)
    totals = counts.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = counts / np.maximum(totals, 1)
    return shares
