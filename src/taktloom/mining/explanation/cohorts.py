# SPDX-License-Identifier: Apache-2.0
"""Two cohorts of cases compared: what one does more often than the other, and where it takes longer.

Compared are the share of cases per variant, the share of cases with each directly-follows edge, the share of cases in
which somebody did an activity, and the median times of cases and edges. The cases of both cohorts are dealt anew at
random; per family (variants, edges, works, times) a difference is told when the greatest difference of the whole family
is as great in at most a fourth of *level* of the dealings (Westfall & Young 1993, and Bonferroni over the families).
Times are compared by the rank sum (Wilcoxon, "Individual comparisons by ranking methods", Biometrics 1, 1945;
midranks), so that outliers do not decide.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.multiplicity import enough_permutations, family_wise
from taktloom.evidence.proportions import difference_interval
from taktloom.evidence.ranks import midranks
from taktloom.evidence.resampling import Interval, percentile_interval
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles
from taktloom.mining.watching import heed, heeding, tell

LEAST_COHORT = 20
LEAST_CASES = 10
MOST_PER_FAMILY = 200
MOST_CASES = 100_000
REPLICATES = 200
LEVEL = 0.95
COMPARING = "comparing"

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]


class DifferenceKind(StrEnum):
    """What is compared; each kind is a family, both times are one. The last two are of whole logs (`comparing`)."""

    VARIANT = "variant"
    EDGE = "edge"
    WORK = "work"
    CASE_TIME = "case-time"
    EDGE_TIME = "edge-time"
    VOLUME = "volume"
    CASE_LENGTH = "case-length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in both cohorts: shares of cases, or medians in seconds. difference: first - second.

    first_n, second_n: cases of the cohort behind it. interval: of the difference, not adjusted. p_family: adjusted
    within its family.
    """

    kind: DifferenceKind
    name: tuple[str, ...]
    first: float
    second: float
    first_n: int
    second_n: int
    difference: float
    interval: Interval | None
    p_family: float
    is_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortComparison:
    """Told differences first, then by probability. tested: how many were compared."""

    first_cases: int
    second_cases: int
    tested: int
    level: float
    permutations: int
    seed: int
    differences: tuple[Difference, ...]

    @property
    def told(self) -> tuple[Difference, ...]:
        """The differences beyond chance."""
        return tuple(each for each in self.differences if each.is_told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSettings:
    """level: the probability that anything is told of cohorts that do not differ. families: how many share it."""

    level: float = 0.05
    permutations: int = 499
    seed: int = 1
    families: int = 4

    @property
    def family_level(self) -> float:
        """The level of each family (Bonferroni)."""
        return self.level / self.families


def compare_cohorts(first: CaseProfiles, second: CaseProfiles, settings: ComparisonSettings) -> CohortComparison:
    """Compare two sets of cases. Of more than 100,000 cases each cohort gives a seeded sample in its proportion.

    Raises TooFewCasesError where a cohort has fewer than 20 cases.
    """
    settings = replace(settings, permutations=enough_permutations(settings.permutations, settings.family_level))
    both = first.joined(second)
    is_first = np.arange(both.cases) < first.cases
    if min(first.cases, second.cases) < LEAST_COHORT:
        raise TooFewCasesError(min(first.cases, second.cases), LEAST_COHORT)
    if both.cases > MOST_CASES:
        chosen = np.sort(np.random.default_rng(settings.seed).choice(both.cases, MOST_CASES, replace=False))
        both, is_first = both.only(chosen), is_first[chosen]
    tell(COMPARING, 0)
    dealings = _dealings(is_first, settings)
    shares = (
        (DifferenceKind.VARIANT, both.variant_marks(MOST_PER_FAMILY)),
        (DifferenceKind.EDGE, both.edge_marks(MOST_PER_FAMILY)),
        (DifferenceKind.WORK, both.work_marks(MOST_PER_FAMILY)),
    )
    found: list[Difference] = []
    for kind, (names, marks) in shares:
        heed()
        found += _compare_shares(kind, names, (marks, is_first, dealings), settings)
    found += _compare_times(both, is_first, dealings, settings)
    found.sort(key=lambda each: (not each.is_told, each.p_family, -abs(each.difference), each.kind, each.name))
    return CohortComparison(
        first_cases=int(is_first.sum()),
        second_cases=int((~is_first).sum()),
        tested=len(found),
        level=settings.level,
        permutations=settings.permutations,
        seed=settings.seed,
        differences=tuple(found),
    )


def _dealings(is_first: Marks, settings: ComparisonSettings) -> NDArray[np.float32]:
    """permutations x cases: 1 where the case is dealt to the first cohort."""
    generator = np.random.default_rng(settings.seed)
    dealt = np.empty((settings.permutations, is_first.size), dtype=np.float32)
    for row in heeding(dealt):
        row[:] = generator.permutation(is_first)
    return dealt


def _compare_shares(
    kind: DifferenceKind,
    names: list[tuple[str, ...]],
    cohorts: tuple[Marks, Marks, NDArray[np.float32]],
    settings: ComparisonSettings,
) -> list[Difference]:
    marks, is_first, dealings = cohorts
    having = marks.sum(axis=0)
    kept = np.flatnonzero((having >= LEAST_CASES) & (having <= is_first.size - LEAST_CASES))
    if not kept.size:
        return []
    marks, having = marks[:, kept], having[kept]
    size, chosen = is_first.size, int(is_first.sum())
    expected = having * chosen / size
    deviation = np.sqrt(having * (size - having) * (chosen * (size - chosen) / (size * size * (size - 1.0))))
    counts = marks[is_first].sum(axis=0)
    maxima = (np.abs(dealings @ marks.astype(np.float32) - expected) / deviation).max(axis=1)
    p_family = family_wise(np.abs(counts - expected) / deviation, maxima.astype(np.float64))
    found = []
    for place, index in enumerate(kept.tolist()):
        part, rest = int(counts[place]), int(having[place] - counts[place])
        found.append(
            Difference(
                kind=kind,
                name=names[index],
                first=part / chosen,
                second=rest / (size - chosen),
                first_n=chosen,
                second_n=size - chosen,
                difference=part / chosen - rest / (size - chosen),
                interval=difference_interval((part, chosen), (rest, size - chosen)),
                p_family=float(p_family[place]),
                is_told=float(p_family[place]) <= settings.family_level,
            )
        )
    return found


def _compare_times(
    both: CaseProfiles, is_first: Marks, dealings: NDArray[np.float32], settings: ComparisonSettings
) -> list[Difference]:
    """Case durations and, per case and edge, the mean time of the edge in the case: one family by rank sums."""
    columns = [((), both.durations_s), *both.edge_times(MOST_PER_FAMILY)]
    usable, observed = [], []
    maxima = np.zeros(settings.permutations)
    for number, (name, times) in enumerate(columns):
        tell(COMPARING, number, 2 * len(columns))
        known = ~np.isnan(times)
        if min(int((known & is_first).sum()), int((known & ~is_first).sum())) < LEAST_CASES:
            continue
        ranks = midranks(times[known])
        spread = float(ranks.std())
        if spread == 0:
            continue
        members = dealings[:, known]
        dealt = members.sum(axis=1)
        usable.append((name, times, known))
        observed.append(float(abs(_rank_z(ranks, is_first[known].astype(np.float64)[None, :])[0])))
        enough = (dealt > 0) & (dealt < ranks.size)
        maxima[enough] = np.maximum(maxima[enough], np.abs(_rank_z(ranks, members[enough])))
    p_family = family_wise(np.array(observed), maxima)
    found = []
    for number, (each, p) in enumerate(zip(usable, p_family.tolist(), strict=True)):
        tell(COMPARING, len(usable) + number, 2 * len(usable))
        found.append(_time_difference(each, is_first, float(p), settings))
    return found


def _rank_z(ranks: Numbers, members: NDArray[np.float64] | NDArray[np.float32]) -> Numbers:
    """Standardised rank sum per row of *members* (1: in the first cohort)."""
    size, chosen = ranks.size, members.sum(axis=1)
    centred = ranks - ranks.mean()
    deviation = np.sqrt(chosen * (size - chosen) / (size - 1.0)) * ranks.std()
    return np.asarray((members @ centred) / deviation, dtype=np.float64)


def median_of(sample: Numbers) -> float:
    """What np.median gives, which takes several times as long for few numbers; *sample* is put in another order."""
    middle = sample.size // 2
    if sample.size % 2:
        sample.partition(middle)
        return float(sample[middle])
    sample.partition((middle - 1, middle))
    return (float(sample[middle - 1]) + float(sample[middle])) / 2


def _time_difference(
    of: tuple[tuple[str, ...], Numbers, Marks], is_first: Marks, p_family: float, settings: ComparisonSettings
) -> Difference:
    name, times, known = of
    one, other = times[known & is_first], times[known & ~is_first]
    generator = np.random.default_rng(settings.seed)
    draws = [
        median_of(one[generator.integers(0, one.size, one.size)])
        - median_of(other[generator.integers(0, other.size, other.size)])
        for _ in heeding(range(REPLICATES))
    ]
    first, second = float(np.median(one)), float(np.median(other))
    return Difference(
        kind=DifferenceKind.EDGE_TIME if name else DifferenceKind.CASE_TIME,
        name=name,
        first=first,
        second=second,
        first_n=one.size,
        second_n=other.size,
        difference=first - second,
        interval=percentile_interval(np.array(draws), level=LEVEL),
        p_family=p_family,
        is_told=p_family <= settings.family_level,
    )
