# SPDX-License-Identifier: Apache-2.0
"""Temporal profiles: the usual time from one activity to a later one, and the cases where it was not.

For every pair of activities that follow each other in a case, directly or not: mean and standard deviation of the time
between their completions. A case deviates where a time is more than `zeta` deviations off. Computed lag by lag over the
canonical rows: no pair is ever stored, so memory stays at a few columns.
Source: Stertz, Mangler & Rinderle-Ma, "Temporal conformance checking at runtime based on time-infused process models",
2020.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays
from taktloom.mining.watching import step, tell
from taktloom.model.errors import LimitExceededError

MAX_PROFILE_ACTIVITIES = 2_000
DEVIATIONS_LISTED = 1_000


class ProfileTooLargeError(LimitExceededError):
    """The log has more activities than a temporal profile can hold pairs of."""

    code = "TL-2164"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTime:
    """count: how often *second* came after *first*; seconds; deviation_s of the population (divided by count)."""

    first: str
    second: str
    count: int
    mean_s: float
    deviation_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalProfile:
    """Pairs in order of names."""

    pairs: tuple[PairTime, ...]

    def by_names(self) -> Mapping[tuple[str, str], PairTime]:
        """The pairs by their names."""
        return {(pair.first, pair.second): pair for pair in self.pairs}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalDeviation:
    """A time between two events of a case that is z deviations off. case: code in the log."""

    case: int
    first: str
    second: str
    elapsed_s: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalConformance:
    """Cases without and with deviations; the farthest off, at most DEVIATIONS_LISTED."""

    cases: int
    deviating_cases: int
    deviations: tuple[TemporalDeviation, ...]


def discover_temporal_profile(log: LogArrays) -> TemporalProfile:
    """The profile of all rows. Raises ProfileTooLargeError.

    Cost: the pairs of rows within each case, so it grows with the square of a case's length; tells whoever listens.
    """
    count = len(log.activities)
    _require_few(count)
    seen = np.zeros(count * count, dtype=np.int64)
    total, squares = np.zeros(count * count), np.zeros(count * count)
    with step("pairs", 0, 2):
        for _, pair, elapsed_s in _pairs(log):
            seen += np.bincount(pair, minlength=seen.size)
            total += np.bincount(pair, weights=elapsed_s, minlength=seen.size)
    mean = np.divide(total, seen, out=np.zeros_like(total), where=seen > 0)
    with step("pairs", 1, 2):  # a second pass: squares of differences, not differences of squares
        for _, pair, elapsed_s in _pairs(log):
            squares += np.bincount(pair, weights=(elapsed_s - mean[pair]) ** 2, minlength=seen.size)
    return TemporalProfile(
        pairs=tuple(
            PairTime(
                first=log.activities[code // count],
                second=log.activities[code % count],
                count=int(seen[code]),
                mean_s=float(mean[code]),
                deviation_s=float(np.sqrt(squares[code] / seen[code])),
            )
            for code in np.flatnonzero(seen).tolist()
        )
    )


def check_temporal_profile(log: LogArrays, profile: TemporalProfile, *, zeta: float = 6.0) -> TemporalConformance:
    """The times that are more than *zeta* deviations from the profile's mean; pairs it does not know are no deviation.

    A pair whose times never differed deviates with any other time (z infinite).
    """
    known, count = profile.by_names(), len(log.activities)
    _require_few(count)
    mean, deviation = np.full(count * count, np.nan), np.zeros(count * count)
    for at, first in enumerate(log.activities):
        for to, second in enumerate(log.activities):
            pair = known.get((first, second))
            if pair is not None:
                mean[at * count + to], deviation[at * count + to] = pair.mean_s, pair.deviation_s
    found: list[tuple[float, int, int, float]] = []
    deviating = np.zeros(int(log.case.max()) + 1 if log.case.size else 0, dtype=bool)
    with step("checking", 0, 1):
        for rows, pairs, elapsed_s in _pairs(log):
            off = np.abs(elapsed_s - mean[pairs])
            with np.errstate(divide="ignore", invalid="ignore"):
                z = np.where(off > 0, off / deviation[pairs], 0.0)
            bad = np.flatnonzero(z > zeta)  # nan, for unknown pairs, compares false
            deviating[log.case[rows[bad]]] = True
            worst = bad[np.argsort(-z[bad], kind="stable")[:DEVIATIONS_LISTED]]
            columns = (z[worst], log.case[rows[worst]], pairs[worst], elapsed_s[worst])
            found += list(zip(*(column.tolist() for column in columns), strict=True))
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return TemporalConformance(
        cases=log.starts.size,
        deviating_cases=int(deviating.sum()),
        deviations=tuple(
            TemporalDeviation(
                case=case, first=log.activities[pair // count], second=log.activities[pair % count], elapsed_s=s, z=z
            )
            for z, case, pair, s in found[:DEVIATIONS_LISTED]
        ),
    )


def _pairs(log: LogArrays) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Per lag: the rows that have a row that far behind in their case, the pair's code, and the seconds between."""
    count, size = len(log.activities), log.case.size
    rows = np.arange(size, dtype=np.int64)
    last = np.repeat(log.ends, log.ends - log.starts + 1) if size else rows
    lengths = log.ends - log.starts + 1
    lag, done, total = 0, 0, int((lengths * (lengths - 1) // 2).sum())
    while True:
        tell("pairs", done, total)
        lag += 1
        rows = rows[rows + lag <= last[rows]]
        if rows.size == 0:
            return
        done += rows.size
        later = rows + lag
        elapsed = (log.occurred_at[later] - log.occurred_at[rows]) / MICROSECONDS_PER_SECOND
        yield rows, log.activity[rows] * count + log.activity[later], elapsed


def _require_few(activities: int) -> None:
    if activities > MAX_PROFILE_ACTIVITIES:
        raise ProfileTooLargeError(
            f"The log has {activities} activities.",
            remedy=f"Filter to at most {MAX_PROFILE_ACTIVITIES}: a profile holds every pair of them.",
            parameters={"activities": str(activities), "limit": str(MAX_PROFILE_ACTIVITIES)},
        )
