# SPDX-License-Identifier: Apache-2.0
"""How regular the process is around an activity: its place among the others, from month to month, and in variants.

Sources: Weidlich, Mendling & Weske, "Efficient consistency measurement based on behavioral profiles", IEEE TSE 37, 2011
(strict order); Lin, "Divergence measures based on the Shannon entropy", IEEE TIT 37, 1991; Endres & Schindelin, "A new
metric for probability distributions", IEEE TIT 49, 2003 (its root is a distance); Simpson, "Measurement of diversity",
Nature 163, 1949; Kish, "Survey Sampling", 1965 (effective sample size of weighted counts).
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

MOST_PAIRS = 5_000_000  # of rarer variants beyond them nothing is counted: a bound on memory, 100 MB
LEAST_PER_PERIOD = 10  # events of an activity; fewer say nothing about a distribution
MOST_PERIODS = 24
LEAST_PERIODS = 2


class Ordering:
    """For each pair of activities that share cases, how often each comes first (first occurrences)."""

    def __init__(self, variants: Sequence[Codes], case_variants: Codes, activities: int) -> None:
        """variants: activity codes, commonest variant first. case_variants: per case, which."""
        self._case_variants, self._variants, self._activities = case_variants, len(variants), activities
        keys, owners, held = [], [], 0
        for number, sequence in enumerate(variants):
            first = sequence[np.sort(np.unique(sequence, return_index=True)[1])]
            earlier, later = np.triu_indices(first.size, k=1)
            held += earlier.size
            if held > MOST_PAIRS:
                break
            keys.append(first[earlier] * activities + first[later])
            owners.append(np.full(earlier.size, number))
        every = np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
        self._pairs, self._inverse = np.unique(every, return_inverse=True)
        self._owner = np.concatenate(owners) if owners else np.empty(0, dtype=np.int64)

    def measure(self, weights: Numbers) -> Numbers:
        """Per activity Σ |before − after| ÷ Σ (before + after) over the others; NaN without another."""
        count = self._activities
        of_variant = np.bincount(self._case_variants, weights=weights, minlength=self._variants)
        cases = np.bincount(self._inverse, weights=of_variant[self._owner], minlength=self._pairs.size)
        one, other = self._pairs // count, self._pairs % count
        low, high = np.minimum(one, other), np.maximum(one, other)
        both, place = np.unique(low * count + high, return_inverse=True)
        signed = np.abs(np.bincount(place, weights=np.where(one < other, cases, -cases), minlength=both.size))
        shared = np.bincount(place, weights=cases, minlength=both.size)
        return ratio(*(_of_both_ends(each, both, count) for each in (signed, shared)))


def _of_both_ends(values: NDArray[Any], pairs: Codes, count: int) -> Numbers:
    first, second = pairs // count, pairs % count
    total = np.bincount(first, weights=values, minlength=count) + np.bincount(second, weights=values, minlength=count)
    return total.astype(np.float64)


class Periods:
    """What stands before (and after) each activity, by equal periods of time.

    The divergence of two samples of one distribution with k values is (k − 1) ÷ 8 · (1/n₁ + 1/n₂) by chance alone (its
    quadratic approximation); that much is taken off, with Kish's effective n, so that the draws of a bootstrap lose the
    noise that they add.
    """

    def __init__(self, activity: Codes, neighbours: Sequence[Codes], period: Codes, activities: int) -> None:
        """neighbours: per row, one code for each side. period: per row, 0 …"""
        self._activity, self._period, self._activities = activity, period, activities
        self._periods = int(period.max()) + 1 if period.size else 0
        self._cells: list[tuple[Codes, Codes]] = []
        for side in neighbours:
            size = int(side.max()) + 1 if side.size else 1
            contexts, place = np.unique(activity * size + side, return_inverse=True)
            self._cells.append((contexts // size, place * max(self._periods, 1) + period))

    def measure(self, weight: Numbers) -> Numbers:
        """Per activity 1 − mean distance, 0 … 1, over pairs of periods with enough events; NaN without such a pair."""
        if self._periods < LEAST_PERIODS:
            return np.full(self._activities, np.nan)
        sizes = self._activities * self._periods
        cell = self._activity * self._periods + self._period
        shape = (self._activities, self._periods)
        events: Numbers = np.bincount(cell, weights=weight, minlength=sizes).reshape(shape).astype(np.float64)
        squares = np.bincount(cell, weights=weight * weight, minlength=sizes).reshape(shape)
        noise: Numbers = np.where(events > 0, squares / np.where(events > 0, events, 1) ** 2, 0)  # 1 / effective n
        usable = np.minimum(events[:, 1:], events[:, :-1])
        usable = np.where(usable >= LEAST_PER_PERIOD, usable, 0.0)
        sides = [self._distances(owner, cells, (weight, events, noise)) for owner, cells in self._cells]
        distance = np.mean(sides, axis=0)
        return 1 - ratio((distance * usable).sum(axis=1), usable.sum(axis=1))

    def _distances(self, owner: Codes, cells: Codes, counted: tuple[Numbers, Numbers, Numbers]) -> Numbers:
        """activities x (periods − 1): the root of the corrected divergence in bits."""
        weight, events, noise = counted
        table = np.bincount(cells, weights=weight, minlength=owner.size * self._periods).reshape(-1, self._periods)
        share = table / np.where(events > 0, events, 1)[owner]
        first, second = share[:, :-1], share[:, 1:]
        middle = (first + second) / 2
        terms = (_information(first, middle) + _information(second, middle)) / 2
        begins = np.searchsorted(owner, np.arange(self._activities))
        present = np.bincount(owner, minlength=self._activities) > 0
        divergence, values = np.zeros((2, self._activities, self._periods - 1))
        divergence[present] = np.add.reduceat(terms, begins[present], axis=0)
        values[present] = np.add.reduceat((middle > 0).astype(np.float64), begins[present], axis=0)
        chance = np.maximum(values - 1, 0) / 8 * (noise[:, :-1] + noise[:, 1:]) / np.log(2)
        distance: Numbers = np.sqrt(np.clip(divergence - chance, 0, 1))
        return distance


def _information(share: Numbers, middle: Numbers) -> Numbers:
    is_there = share > 0
    quotient = np.where(is_there, share, 1) / np.where(is_there, middle, 1)
    terms: Numbers = np.where(is_there, share * np.log2(quotient), 0)
    return terms


class Concentration:
    """The chance that two cases with an activity take the same variant; a case is no pair with itself."""

    def __init__(self, case_of: Codes, activity_of: Codes, case_variants: Codes, activities: int) -> None:
        """case_of, activity_of: one entry per activity of each case."""
        size = int(case_variants.max()) + 1 if case_variants.size else 1
        self._case, self._activity, self._activities = case_of, activity_of, activities
        pairs, self._place = np.unique(activity_of * size + case_variants[case_of], return_inverse=True)
        self._owner = pairs // size

    def measure(self, weights: Numbers) -> Numbers:
        """Per activity; NaN for fewer than two different cases."""
        count, weight = self._activities, weights[self._case]
        total = np.bincount(self._activity, weights=weight, minlength=count)
        selves = np.bincount(self._activity, weights=weight * weight, minlength=count)
        variants = np.bincount(self._place, weights=weight, minlength=self._owner.size)
        same = np.bincount(self._owner, weights=variants * variants, minlength=count)
        return ratio(same - selves, total * total - selves)


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> Numbers:
    """part ÷ whole; NaN where *whole* is not above 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def equal_periods(occurred_at: Codes, length_us: float) -> Codes:
    """Per instant its period from the first one on. Over more than 24 the periods are made longer."""
    if occurred_at.size == 0:
        return np.zeros(0, dtype=np.int64)
    since = (occurred_at - occurred_at.min()).astype(np.float64)
    length = max(length_us, float(since.max()) / MOST_PERIODS * (1 + 1e-9))
    periods: Codes = np.floor(since / length).astype(np.int64)
    return periods
