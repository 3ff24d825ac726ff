# SPDX-License-Identifier: Apache-2.0
"""Variants that at least k cases share: rarer ones are first generalised, then suppressed.

Generalising merges immediate repetitions of an activity (a, a, b becomes a, b) of variants of fewer than k cases; what
still has fewer than k is left out. The losses are told under the same rule: a number of cases from 1 to k - 1 is not,
nor is the number of all cases, where the difference to the variants would give it away.
Source: Sweeney, "k-anonymity", International Journal of Uncertainty 10, 2002 (generalisation and suppression).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from taktloom.mining.watching import heeding


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymousVariants:
    """variants: activities -> cases, each at least k. The loss: cases generalised and suppressed, of all; None where
    that would tell of fewer than k."""

    variants: Mapping[tuple[str, ...], int]
    k: int
    cases: int | None
    generalised_cases: int | None
    suppressed_cases: int | None

    @property
    def is_silent(self) -> bool:
        """Whether a loss is not told."""
        return self.generalised_cases is None or self.suppressed_cases is None


def anonymise_variants(variants: Mapping[tuple[str, ...], int], *, k: int) -> AnonymousVariants:
    """Variants of at least *k* cases each."""
    kept = Counter({activities: cases for activities, cases in variants.items() if cases >= k})
    merged: Counter[tuple[str, ...]] = Counter()
    for activities, cases in heeding(variants.items()):
        if cases < k:
            merged[tuple(activity for activity, _ in groupby(activities))] += cases
    generalised = suppressed = 0
    for activities, cases in merged.items():
        if cases >= k or activities in kept:
            kept[activities] += cases
            generalised += cases
        else:
            suppressed += cases
    return AnonymousVariants(
        variants=dict(sorted(kept.items(), key=lambda item: (-item[1], item[0]))),
        k=k,
        cases=None if 0 < suppressed < k else sum(variants.values()),
        generalised_cases=None if 0 < generalised < k else generalised,
        suppressed_cases=None if 0 < suppressed < k else suppressed,
    )
