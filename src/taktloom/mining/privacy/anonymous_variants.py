# SPDX-License-Identifier: Apache-2.0
"""Variants that at least k cases share: rarer ones are first generalised, then suppressed.

Generalising merges immediate repetitions of an activity (a, a, b becomes a, b) of variants of fewer than k cases; what
still has fewer than k is left out. The losses are told under the same rule: a number of cases from 1 to k - 1 is not,
nor is the number of all cases, where the difference to the variants would give it away.
What it does not promise: k cases that go the same way are hidden among each other, not what they have in common (who
knows part of a case learns what all published variants with that part share), nor that a case is none of those told.
Source: Sweeney, "k-anonymity", International Journal of Uncertainty 10, 2002 (generalisation and suppression).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

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


def anonymise_variants(
    variants: Mapping[tuple[str, ...], int], *, k: int, whole: Mapping[tuple[str, ...], int] | None = None
) -> AnonymousVariants:
    """Variants of at least *k* cases each. whole: of the log that *variants* are a part of, where they are one.

    Of a part a variant is told where the answer of the whole has at least k cases more: else the rest would be as good
    as published, and a variant left out for only a few cases would name theirs. So a part without one case tells
    nothing. Two parts that are published beside each other are not held against each other.
    Source: Denning & Denning, "The tracker: a threat to statistical database security", ACM TODS 4, 1979 (differences
    of answers).
    """
    found, generalised = _generalised(variants, k)
    cases = sum(variants.values())
    reach: _Numbers | None = None
    if whole is not None:
        shown, whole_generalised = _generalised(whole, k)
        found = {name: count for name, count in found.items() if shown.get(name, 0) - count >= k}
        total = sum(whole.values())
        reach = _Numbers(total, whole_generalised, total - sum(shown.values()))
    own = _Numbers(cases, generalised, cases - sum(found.values()))
    hidden = _hides(own, k) or (reach is not None and (_hides(reach, k) or _differ_by_few(own, reach, k)))
    told = _told(own, k)
    if reach is not None and hidden:
        told = (None, None, None)
    return AnonymousVariants(
        variants=dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))),
        k=k,
        cases=told[0],
        generalised_cases=told[1],
        suppressed_cases=told[2],
    )


class _Numbers(NamedTuple):
    """Cases in all, generalised and suppressed."""

    cases: int
    generalised: int
    suppressed: int


def _generalised(variants: Mapping[tuple[str, ...], int], k: int) -> tuple[dict[tuple[str, ...], int], int]:
    """What has at least k cases, after merging; how many cases were merged into it."""
    kept = Counter({activities: cases for activities, cases in variants.items() if cases >= k})
    merged: Counter[tuple[str, ...]] = Counter()
    for activities, cases in heeding(variants.items()):
        if cases < k:
            merged[tuple(activity for activity, _ in groupby(activities))] += cases
    generalised = 0
    for activities, cases in merged.items():
        if cases >= k or activities in kept:
            kept[activities] += cases
            generalised += cases
    return dict(kept), generalised


def _hides(numbers: _Numbers, k: int) -> bool:
    return 0 < numbers.suppressed < k or 0 < numbers.generalised < k


def _differ_by_few(one: _Numbers, other: _Numbers, k: int) -> bool:
    return any(abs(first - second) < k for first, second in zip(one, other, strict=True))


def _told(numbers: _Numbers, k: int) -> tuple[int | None, int | None, int | None]:
    hides_rest = 0 < numbers.suppressed < k
    return (
        None if hides_rest else numbers.cases,
        None if 0 < numbers.generalised < k else numbers.generalised,
        None if hides_rest else numbers.suppressed,
    )
