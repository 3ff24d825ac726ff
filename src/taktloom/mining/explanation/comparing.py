# SPDX-License-Identifier: Apache-2.0
"""Two logs, or two periods of one, compared: volume, activities, variants, flows and times.

Shares and times are compared as cohorts of cases (`cohorts`), each case watched equally long (`watched_sides`); where
it is known what ends a case, durations of whole cases are compared too, open ones as far as seen (`durations`). The
volume is the number of cases begun per week where
both sides have eight whole weeks, else per day where both have fourteen whole days; else it cannot be told. Weeks (or
days) and, for the events per case, cases are dealt anew at random; the two measures of volume are one family, adjusted
with Holm's method. Five families (six with durations) share the level (Bonferroni), so that of sides that do not differ
anything is told with probability *level* at most. Dealing takes the weeks as exchangeable: a trend within a side widens
what chance may do, a calendar that both share (holidays) does not.
Sources: Good, "Permutation, Parametric and Bootstrap Tests of Hypotheses", 2005, chapter 3; Holm, "A simple
sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979; van der Aalst, "Process
Mining", 2016, chapter 11 (comparative process mining).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.multiplicity import enough_permutations, holm
from taktloom.evidence.ranks import midranks
from taktloom.evidence.resampling import Interval, percentile_interval
from taktloom.mining.distinct import distinct
from taktloom.mining.explanation.cohorts import (
    LEAST_COHORT,
    CohortComparison,
    ComparisonSettings,
    Difference,
    DifferenceKind,
    compare_cohorts,
)
from taktloom.mining.explanation.durations import DurationComparison, compare_durations, lives_of
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.profiles import CaseProfiles, Codes, profile_cases
from taktloom.mining.explanation.watched_sides import SeenSide, WatchedSides, watch_sides
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays
from taktloom.mining.watching import heed

FAMILIES = 5
DAY_US = 86_400 * MICROSECONDS_PER_SECOND
WEEK_US = 7 * DAY_US
LEAST_WEEKS, LEAST_DAYS = 8, 14
REPLICATES = 200

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side in numbers. Times in µs UTC: the first and last event. median_s: of the cases' durations."""

    name: str
    cases: int
    events: int
    activities: int
    variants: int
    begin_us: int
    end_us: int
    median_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """A directly-follows edge in both: its frequency on each side."""

    source: str
    target: str
    first: int
    second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogComparison:
    """first_only, second_only: activities that the other side does not have. volume_unit: `week`, `day`, or None where
    the volume cannot be told. shared_cases: case ids on both sides; above 0 the sides are not independent. left_out:
    the cases that are too near to the ends of their log to be watched as long as all others, watched_s from their
    begin; cohorts are without them. is_start_doubtful: see `WatchedSides`. durations: of whole cases, where it is known
    what ends them."""

    first: Side
    second: Side
    first_only: tuple[str, ...]
    second_only: tuple[str, ...]
    volume_unit: str | None
    shared_cases: int
    left_out: int
    watched_s: float
    is_start_doubtful: bool
    durations: DurationComparison | None
    cohorts: CohortComparison
    flows: tuple[FlowRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One side to compare. window_us: the begins it was cut to, where it is a period; else its own first and last.

    seen_us: the first and the last event of the whole log that it is from; None: of its own.
    """

    name: str
    log: LogArrays
    window_us: tuple[int, int] | None = None
    seen_us: tuple[int, int] | None = None


def period_of(log: LogArrays, window_us: tuple[int, int], name: str) -> Part:
    """The cases of *log* that begin within the window, its end left out."""
    begins = log.occurred_at[log.starts]
    is_in = (begins >= window_us[0]) & (begins < window_us[1])
    rows = np.repeat(is_in, np.diff(np.append(log.starts, log.case.size)))
    return Part(
        name=name,
        log=LogArrays(
            activities=log.activities,
            resources=log.resources,
            roles=log.roles,
            case=log.case[rows],
            activity=log.activity[rows],
            resource=log.resource[rows],
            role=log.role[rows],
            occurred_at=log.occurred_at[rows],
            started_at=None if log.started_at is None else log.started_at[rows],
            has_start=log.has_start[rows],
            local=log.local[rows],
        ),
        window_us=window_us,
        seen_us=(int(log.occurred_at.min()), int(log.occurred_at.max())),
    )


def compare_logs(
    first: Part,
    second: Part,
    settings: ComparisonSettings,
    *,
    shared_cases: int = 0,
    ending: Collection[str] | None = None,
) -> LogComparison:
    """Compare two sides; differences are first minus second. ending: activities that end a case; None: not known.

    Raises TooFewCasesError where fewer than 20 cases of a side can be watched as long as the others.
    """
    if not first.log.case.size or not second.log.case.size:
        raise TooFewCasesError(0, LEAST_COHORT)
    settings = replace(settings, families=FAMILIES + (ending is not None))
    settings = replace(settings, permutations=enough_permutations(settings.permutations, settings.family_level))
    profiles = profile_cases(first.log), profile_cases(second.log)
    watched = watch_sides(
        *(SeenSide(profiles=each, seen_us=_seen(part)) for part, each in zip((first, second), profiles, strict=True))
    )
    cohorts = compare_cohorts(watched.first, watched.second, settings)
    unit, volume = _volume((first, second), profiles, watched, settings)
    durations = None if ending is None else _durations((first, second), watched, ending, settings)
    differences = sorted((*volume, *cohorts.differences), key=lambda each: (not each.is_told, each.p_family))
    names = set(_activities(first.log)), set(_activities(second.log))
    return LogComparison(
        first=_side(first, profiles[0]),
        second=_side(second, profiles[1]),
        first_only=tuple(sorted(names[0] - names[1])),
        second_only=tuple(sorted(names[1] - names[0])),
        volume_unit=unit,
        shared_cases=shared_cases,
        left_out=sum(each.cases for each in profiles) - watched.first.cases - watched.second.cases,
        watched_s=watched.seconds,
        is_start_doubtful=watched.is_start_doubtful,
        durations=durations,
        cohorts=replace(cohorts, differences=tuple(differences), tested=len(differences)),
        flows=_flows(*profiles),
    )


def _seen(part: Part) -> tuple[int, int]:
    return part.seen_us or (int(part.log.occurred_at.min()), int(part.log.occurred_at.max()))


def _durations(
    parts: tuple[Part, Part], watched: WatchedSides, ending: Collection[str], settings: ComparisonSettings
) -> DurationComparison:
    one, other = (
        lives_of(part.log, ending, from_us=begun, until_us=_seen(part)[1])
        for part, begun in zip(parts, watched.from_us, strict=True)
    )
    return compare_durations(one, other, level=settings.family_level)


def _activities(log: LogArrays) -> list[str]:
    return [log.activities[code] for code in distinct(log.activity).tolist()]


def _side(part: Part, profiles: CaseProfiles) -> Side:
    return Side(
        name=part.name,
        cases=profiles.cases,
        events=int(part.log.case.size),
        activities=len(_activities(part.log)),
        variants=int(distinct(profiles.variant).size),
        begin_us=int(part.log.occurred_at.min()),
        end_us=int(part.log.occurred_at.max()),
        median_s=float(np.median(profiles.durations_s)),
    )


def _flows(first: CaseProfiles, second: CaseProfiles) -> tuple[FlowRow, ...]:
    """Every edge of either side, most frequent together first."""
    counts = [
        dict(zip(each.edges, np.bincount(each.transition_edge, minlength=len(each.edges)).tolist(), strict=True))
        for each in (first, second)
    ]
    rows = [
        FlowRow(source=edge[0], target=edge[1], first=counts[0].get(edge, 0), second=counts[1].get(edge, 0))
        for edge in {**counts[0], **counts[1]}
    ]
    return tuple(sorted(rows, key=lambda row: (-row.first - row.second, row.source, row.target)))


def _volume(
    parts: tuple[Part, Part],
    profiles: tuple[CaseProfiles, CaseProfiles],
    watched: WatchedSides,
    settings: ComparisonSettings,
) -> tuple[str | None, list[Difference]]:
    lengths = [each.lengths.astype(np.float64) for each in (watched.first, watched.second)]
    measures = [(DifferenceKind.CASE_LENGTH, lengths[0], lengths[1])]
    windows = [
        _window(part, each.begins, begun) for part, each, begun in zip(parts, profiles, watched.from_us, strict=True)
    ]
    unit, length_us = _unit(windows)
    if unit is not None:
        counts = [begun_per(each.begins, window, length_us) for each, window in zip(profiles, windows, strict=True)]
        measures.append((DifferenceKind.VOLUME, counts[0], counts[1]))
    tests = [_permuted(one, other, settings) for _, one, other in measures]
    adjusted = holm(np.array([p for p, _ in tests])).tolist()
    return unit, [
        _volume_difference(measure, unit, p, interval, settings)
        for measure, p, (_, interval) in zip(measures, adjusted, tests, strict=True)
    ]


def _window(part: Part, begins: Codes, begun_us: int) -> tuple[int, int]:
    low, high = part.window_us or (int(begins.min()), int(begins.max()) + 1)
    return max(low, begun_us), high


def _unit(windows: Sequence[tuple[int, int]]) -> tuple[str | None, int]:
    shortest = min(end - begin for begin, end in windows)
    if shortest >= LEAST_WEEKS * WEEK_US:
        return "week", WEEK_US
    return ("day", DAY_US) if shortest >= LEAST_DAYS * DAY_US else (None, 0)


def begun_per(begins: Codes, window: tuple[int, int], length_us: int) -> Numbers:
    """Cases begun in each whole stretch of *length_us* from the window's begin; a rest at its end is left out."""
    whole = (window[1] - window[0]) // length_us
    place = (begins - window[0]) // length_us
    return np.bincount(place[(place >= 0) & (place < whole)], minlength=whole).astype(np.float64)


def _permuted(first: Numbers, second: Numbers, settings: ComparisonSettings) -> tuple[float, Interval | None]:
    """Two-sided probability of the rank sum by dealing anew, and a bootstrap interval of the difference of means."""
    generator = np.random.default_rng(settings.seed)
    ranks = midranks(np.concatenate([first, second]))
    ranks -= ranks.mean()
    observed = abs(ranks[: first.size].sum())
    as_great = 0
    for _ in range(settings.permutations):
        heed()
        as_great += int(abs(generator.permutation(ranks)[: first.size].sum()) >= observed - 1e-9)
    draws = np.empty(REPLICATES)
    for number in range(REPLICATES):
        heed()
        one = first[generator.integers(0, first.size, first.size)]
        draws[number] = one.mean() - second[generator.integers(0, second.size, second.size)].mean()
    return (1 + as_great) / (1 + settings.permutations), percentile_interval(draws)


def _volume_difference(
    measure: tuple[DifferenceKind, Numbers, Numbers],
    unit: str | None,
    p_family: float,
    interval: Interval | None,
    settings: ComparisonSettings,
) -> Difference:
    kind, one, other = measure
    return Difference(
        kind=kind,
        name=(unit,) if kind is DifferenceKind.VOLUME and unit is not None else (),
        first=float(one.mean()),
        second=float(other.mean()),
        first_n=one.size,
        second_n=other.size,
        difference=float(one.mean() - other.mean()),
        interval=interval,
        p_family=p_family,
        is_told=p_family <= settings.family_level,
    )
