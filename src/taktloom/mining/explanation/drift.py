# SPDX-License-Identifier: Apache-2.0
"""Drift: when the process changed, dated by the begin of the first case that runs the new way.

Cases are ordered by their begin. For every place in that order the cases before and after it are compared: the shares
with each directly-follows edge, each common variant and each pair of activity and resource, and the ranks of the times
of the edges. The place with the greatest standardised difference is a change if the greatest difference of a random
order is as great in at most *level* of the permutations. Cases that follow one another are often alike (load, weekdays,
who is on duty): each feature's difference is divided by how much that widens its variance. Both sides are searched
again, at half the level with every cut, and with as many more permutations as that level needs. What is compared, and
how the ends of an export are kept from looking like a change: `drift_features`.
Sources: Page, "Continuous inspection schemes", Biometrika 41, 1954 (cumulative sums); Vostrikova, "Detecting disorder
in multidimensional random processes", 1981 (binary segmentation); Antoch & Huskova, "Permutation tests in change point
analysis", Statistics & Probability Letters 53, 2001.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.multiplicity import enough_permutations
from taktloom.mining.explanation.drift_features import (
    LEAST_CASES,
    DriftFeatures,
    ShiftKind,
    find_features,
    watch_equally,
)
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles

LEAST_SIDE, LEAST_SIDE_SHARE = 20, 0.04
MOST_CASES = 5_000
MOST_CHANGES = 20
MOST_SHIFTS = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What changed: a feature, and the share of cases with it (of a time: the median seconds) before and after."""

    kind: ShiftKind
    name: tuple[str, ...]
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPoint:
    """at: begin of the first case after the change (UTC). earliest: begin of the last case before it."""

    at: datetime
    earliest: datetime
    p: float
    cases_before: int
    cases_after: int
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Points in order of time. cases: looked at; of more than 5,000 a seeded sample. left_out: cases at the ends of the
    log, which may be cut off. permutations: of the whole log; of its parts more."""

    points: tuple[DriftPoint, ...]
    cases: int
    left_out: int
    features: int
    level: float
    permutations: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """level: the probability that a change is told of a process that does not change."""

    level: float = 0.01
    permutations: int = 199
    seed: int = 1


def find_drift(
    profiles: CaseProfiles, settings: DriftSettings, report: Callable[[int, int | None], None] | None = None
) -> DriftReport:
    """The points of change. report: hears how many stretches were searched. TooFewCasesError under 40 cases."""
    if profiles.cases < LEAST_CASES:
        raise TooFewCasesError(profiles.cases, LEAST_CASES)
    generator = np.random.default_rng(settings.seed)
    whole = profiles.cases
    profiles = watch_equally(profiles)
    left_out = whole - profiles.cases
    if profiles.cases > MOST_CASES:
        profiles = profiles.only(np.sort(generator.choice(profiles.cases, MOST_CASES, replace=False)))
    features = find_features(profiles)
    found: list[DriftPoint] = []
    stretches = [(0, profiles.cases, settings.level)]
    searched = 0
    while stretches and len(found) < MOST_CHANGES:
        low, high, level = stretches.pop(0)
        if report is not None:
            report(searched, None)
        searched += 1
        if high - low < LEAST_CASES:
            continue
        cut, p = _strongest(_standardised(features, low, high), settings.permutations, level, generator)
        if p is None:
            continue
        place = low + cut
        found.append(_point(features, (low, place, high), p))
        stretches += [(low, place, level / 2), (place, high, level / 2)]
    return DriftReport(
        points=tuple(sorted(found, key=lambda each: each.at)),
        cases=profiles.cases,
        left_out=left_out,
        features=len(features.names),
        level=settings.level,
        permutations=enough_permutations(settings.permutations, settings.level),
        seed=settings.seed,
    )


def _strongest(
    standardised: "_Standardised", permutations: int, level: float, generator: np.random.Generator
) -> tuple[int, float | None]:
    """The place of the greatest difference, and the probability of one as great in a random order.

    None where that is over *level*, which is often seen after few of the permutations. A random order has no neighbours
    that are alike: only the true one is divided by the inflation.
    """
    table = standardised.table
    if not table.shape[1]:
        return 0, None
    statistic = _differences(table / standardised.widened)
    cut, greatest = int(statistic.argmax()) + _least_side(len(table)), statistic.max()
    number = enough_permutations(permutations, level)
    reached = 0
    for _ in range(number):
        reached += bool(_differences(table[generator.permutation(len(table))]).max() >= greatest - 1e-9)
        if 1 + reached > level * (1 + number):
            return cut, None
    return cut, (1 + reached) / (1 + number)


def _differences(table: Numbers) -> Numbers:
    """Per place from the least side on: the greatest standardised difference of the means before and after it."""
    size = len(table)
    least = _least_side(size)
    place = np.arange(least, size - least + 1)
    sums = np.abs(np.cumsum(table, axis=0)[place - 1])
    return np.asarray((sums / np.sqrt(place * (size - place) / size)[:, None]).max(axis=1), dtype=np.float64)


def _least_side(size: int) -> int:
    """Cases on a side at least: few of them hold a rare feature too often by chance alone."""
    return max(LEAST_SIDE, int(LEAST_SIDE_SHARE * size))


class _Standardised(NamedTuple):
    """Features with mean 0 and deviation 1; which they are; and by how much their means deviate more than at random."""

    table: Numbers
    which: list[int]
    widened: Numbers


def _standardised(features: DriftFeatures, low: int, high: int) -> _Standardised:
    """The features that vary among the cases low ... high - 1."""
    part = features.table[low:high]
    spread = part.std(axis=0)
    varies = np.flatnonzero(spread > 0)
    centred = part[:, varies] - part[:, varies].mean(axis=0)
    return _Standardised(centred / spread[varies], varies.tolist(), np.sqrt(features.inflation[varies]))


def _shifts(features: DriftFeatures, low: int, place: int, high: int) -> tuple[Shift, ...]:
    table, which, widened = _standardised(features, low, high)
    strongest = np.argsort(-np.abs(table[: place - low].sum(axis=0) / widened), kind="stable")[:MOST_SHIFTS].tolist()
    return tuple(
        Shift(
            kind=features.kinds[at],
            name=features.names[at],
            before=features.level_of(at, low, place),
            after=features.level_of(at, place, high),
        )
        for at in (which[each] for each in strongest)
    )


def _point(features: DriftFeatures, places: tuple[int, int, int], p: float) -> DriftPoint:
    low, place, high = places
    return DriftPoint(
        at=EPOCH + timedelta(microseconds=int(features.begins[place])),
        earliest=EPOCH + timedelta(microseconds=int(features.begins[place - 1])),
        p=p,
        cases_before=place - low,
        cases_after=high - place,
        shifts=_shifts(features, low, place, high),
    )
