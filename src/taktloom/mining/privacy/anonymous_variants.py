# SPDX-License-Identifier: Apache-2.0
"""Variants that at least k cases share: rarer ones are first generalised, then suppressed.

Generalising merges immediate repetitions of an activity (a, a, b becomes a, b) of variants of fewer than k cases; what
still has fewer than k is left out.
Source: Sweeney, "k-anonymity", International Journal of Uncertainty 10, 2002 (generalisation and suppression).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymousVariants:
    """variants: activities -> cases, each at least k. The loss: cases generalised and suppressed, of all."""

    variants: Mapping[tuple[str, ...], int]
    k: int
    cases: int
    generalised_cases: int
    suppressed_cases: int


def anonymise_variants(variants: Mapping[tuple[str, ...], int], *, k: int) -> AnonymousVariants:
    """Variants of at least *k* cases each."""
    kept = Counter({activities: cases for activities, cases in variants.items() if cases >= k})
    merged: Counter[tuple[str, ...]] = Counter()
    for activities, cases in variants.items():
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
        cases=sum(variants.values()),
        generalised_cases=generalised,
        suppressed_cases=suppressed,
    )
