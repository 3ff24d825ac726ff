# SPDX-License-Identifier: Apache-2.0
"""Drift: when the process changed, dated by the begin of the first case that runs the new way.

Cases are ordered by their begin. For every place in that order the shares of cases with each directly-follows edge and
each common variant before and after it are compared; the place with the greatest standardised difference is a change if
the greatest difference of a random order is as great in at most *level* of the permutations. Both sides are searched
again, at half the level with every cut, and with as many more permutations as that level needs.
The ends of an export cut cases off, which would look like a change there. So cases that begin in the last stretch of
the log are left out, and those in its first: stretches such that of the cases that are not over at the last event, and
of those that ran before the first, hardly any is expected to be left.
Sources: Page, "Continuous inspection schemes", Biometrika 41, 1954 (cumulative sums); Vostrikova, "Detecting disorder
in multidimensional random processes", 1981 (binary segmentation); Antoch & Huskova, "Permutation tests in change point
analysis", Statistics & Probability Letters 53, 2001; Bose et al., "Handling concept drift in process mining", CAiSE
2011 (features of the process).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.multiplicity import enough_permutations
from taktloom.mining.distinct import distinct
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND

LEAST_CASES = 40
LEAST_SIDE = 20
MOST_CASES = 5_000
LEAST_KEPT = 0.5
FEW_CUT = 0.2
LEAST_SHARE, LEAST_MARKED = 0.02, 10  # rarer edges and variants tell more of single cases than of the process
MOST_FEATURES = 40
MOST_CHANGES = 20
MOST_SHIFTS = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What changed most: an edge or variant and its share of cases before and after."""

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
    whole = _uncut_cases(profiles)
    left_out, profiles = profiles.cases - whole.size, profiles.only(whole)
    if profiles.cases > MOST_CASES:
        profiles = profiles.only(np.sort(generator.choice(profiles.cases, MOST_CASES, replace=False)))
    order = np.argsort(profiles.begins, kind="stable")
    names, marks = profiles.edge_marks(MOST_FEATURES)
    more, others = profiles.variant_marks(MOST_FEATURES)
    table = np.column_stack([marks, others])[order].astype(np.float64)
    common = table.sum(axis=0) >= max(LEAST_MARKED, LEAST_SHARE * len(table))
    table, names = table[:, common], [name for name, kept in zip([*names, *more], common.tolist(), strict=True) if kept]
    begins = profiles.begins[order]
    found: list[DriftPoint] = []
    stretches = [(0, begins.size, settings.level)]
    searched = 0
    while stretches and len(found) < MOST_CHANGES:
        low, high, level = stretches.pop(0)
        if report is not None:
            report(searched, None)
        searched += 1
        if high - low < LEAST_CASES:
            continue
        cut, p = _strongest(table[low:high], settings.permutations, level, generator)
        if p is None:
            continue
        place = low + cut
        found.append(_point(begins, (low, place, high), p, _shifts(names, table[low:place], table[place:high])))
        stretches += [(low, place, level / 2), (place, high, level / 2)]
    return DriftReport(
        points=tuple(sorted(found, key=lambda each: each.at)),
        cases=int(begins.size),
        left_out=left_out,
        features=len(names),
        level=settings.level,
        permutations=enough_permutations(settings.permutations, settings.level),
        seed=settings.seed,
    )


def _uncut_cases(profiles: CaseProfiles) -> NDArray[np.int64]:
    """The cases that the ends of the log hardly cut off; all, where that would leave fewer than half of them.

    How long cases take is told by those that began in the first half of the time, fewer of which are cut off.
    """
    everything = np.arange(profiles.cases)
    begins, durations = profiles.begins, profiles.durations_s * MICROSECONDS_PER_SECOND
    ends = begins + durations
    first, last = int(begins.min()), float(ends.max())
    is_early = begins <= (first + last) / 2
    lasting = _stretch(durations[is_early], (last - first) / 2, 1)
    silence = _stretch(profiles.transition_s * MICROSECONDS_PER_SECOND, last - first, FEW_CUT)
    ending = {profiles.variants[code][-1] for code in distinct(profiles.variant[is_early]).tolist()}
    has_ended = np.array([variant[-1] in ending for variant in profiles.variants])[profiles.variant]
    is_whole = has_ended | (ends < last - silence)
    kept = np.flatnonzero((begins >= first + silence) & (begins <= last - lasting) & is_whole)
    return kept if kept.size >= max(LEAST_CASES, LEAST_KEPT * profiles.cases) else everything


def _stretch(lengths: Numbers, span: float, cut: float) -> float:
    """How long before an instant intervals must begin so that at most *cut* are expected to be cut by the instant.

    lengths: of intervals that begin evenly over *span*. At least h before the instant, the sum of (length - h) over
    those longer than h, divided by the span, is cut by it.
    """
    ordered = np.sort(lengths)[::-1]
    excess = np.cumsum(ordered) - ordered * np.arange(1, ordered.size + 1)  # by length h: the sum over longer ones
    return float(ordered[excess <= cut * span].min()) if ordered.size else 0.0


def _strongest(
    table: Numbers, permutations: int, level: float, generator: np.random.Generator
) -> tuple[int, float | None]:
    """The place of the greatest difference, and the probability of one as great in a random order.

    None where that is over *level*, which is often seen after few of the permutations.
    """
    statistic = _differences(table)
    cut = int(statistic.argmax())
    greatest = statistic[cut]
    number = enough_permutations(permutations, level)
    reached = 0
    for _ in range(number):
        reached += bool(_differences(table[generator.permutation(len(table))]).max() >= greatest - 1e-9)
        if 1 + reached > level * (1 + number):
            return cut + LEAST_SIDE, None
    return cut + LEAST_SIDE, (1 + reached) / (1 + number)


def _differences(table: Numbers) -> Numbers:
    """Per place from LEAST_SIDE on: the greatest standardised difference of the means before and after it."""
    size = len(table)
    spread = table.std(axis=0)
    varies = spread > 0
    if not varies.any():
        return np.zeros(size - 2 * LEAST_SIDE + 1)
    centred = (table[:, varies] - table[:, varies].mean(axis=0)) / spread[varies]
    place = np.arange(LEAST_SIDE, size - LEAST_SIDE + 1)
    sums = np.abs(np.cumsum(centred, axis=0)[place - 1])
    return np.asarray((sums / np.sqrt(place * (size - place) / size)[:, None]).max(axis=1), dtype=np.float64)


def _shifts(names: list[tuple[str, ...]], before: Numbers, after: Numbers) -> tuple[Shift, ...]:
    one, other = before.mean(axis=0), after.mean(axis=0)
    strongest = np.argsort(-np.abs(other - one), kind="stable")[:MOST_SHIFTS].tolist()
    return tuple(Shift(name=names[i], before=float(one[i]), after=float(other[i])) for i in strongest)


def _point(begins: NDArray[np.int64], places: tuple[int, int, int], p: float, shifts: tuple[Shift, ...]) -> DriftPoint:
    low, place, high = places
    return DriftPoint(
        at=EPOCH + timedelta(microseconds=int(begins[place])),
        earliest=EPOCH + timedelta(microseconds=int(begins[place - 1])),
        p=p,
        cases_before=place - low,
        cases_after=high - place,
        shifts=shifts,
    )
