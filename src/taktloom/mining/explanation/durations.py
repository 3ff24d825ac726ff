# SPDX-License-Identifier: Apache-2.0
"""How long the cases of two sides take from begin to end, where some are still open.

A case whose last activity does not end it counts as lasting at least until its log ends (Kaplan and Meier). Told beyond
chance by the log-rank test; how much: the difference of the mean time up to a horizon that both sides reach with at
least ten cases (restricted mean), since medians of heavily cut sides do not exist and means of open cases are too
small. Both take that a case is cut off whatever its duration would be, which the end of an export is; not that the
hazards are proportional, though the test sees crossing curves badly.
Sources: Kaplan & Meier, JASA 53, 1958; Mantel, "Evaluation of survival data and two new rank order statistics", Cancer
Chemotherapy Reports 50, 1966; Royston & Parmar, "Restricted mean survival time: an alternative to the hazard ratio",
BMC Medical Research Methodology 13, 2013.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.resampling import Interval
from taktloom.evidence.survival import NORMAL_975, estimate_survival, log_rank, restricted_mean
from taktloom.mining.performance.times import open_case_mask
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays

LEAST_AT_RISK = 10
LEVEL = 0.95

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lives:
    """Seconds per case, and whether it has ended; else it lasts at least so long."""

    seconds: Numbers
    has_ended: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideDurations:
    """median_s, its 95 % interval: None where too little has ended to tell. restricted_mean_s: up to the horizon."""

    cases: int
    open_cases: int
    median_s: float | None
    median_low_s: float | None
    median_high_s: float | None
    restricted_mean_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationComparison:
    """horizon_s: up to which both sides are seen, None: neither mean nor test. difference_s: of the restricted means,
    first minus second, with its 95 % interval. p: of the log-rank test, not adjusted."""

    first: SideDurations
    second: SideDurations
    horizon_s: float | None
    difference_s: float | None
    interval: Interval | None
    p: float | None
    is_told: bool


def lives_of(log: LogArrays, ending: Collection[str], *, from_us: int, until_us: int) -> Lives:
    """The cases of *log* that begin at *from_us* or later, seen until *until_us*."""
    begins = log.occurred_at[log.starts]
    is_open = open_case_mask(log, ending)
    lasting = np.where(is_open, np.maximum(until_us, log.occurred_at[log.ends]), log.occurred_at[log.ends]) - begins
    kept = begins >= from_us
    return Lives(seconds=lasting[kept] / MICROSECONDS_PER_SECOND, has_ended=~is_open[kept])


def compare_durations(first: Lives, second: Lives, *, level: float) -> DurationComparison:
    """Compare two sides. level: below which p is told."""
    horizon = _horizon(first, second)
    p = difference = interval = None
    means: list[float | None] = [None, None]
    if horizon is not None:
        (one, one_error), (other, other_error) = (
            restricted_mean(each.seconds, each.has_ended, until=horizon) for each in (first, second)
        )
        means, difference = [one, other], one - other
        margin = NORMAL_975 * float(np.hypot(one_error, other_error))
        interval = Interval(low=difference - margin, high=difference + margin, level=LEVEL)
        p = log_rank((first.seconds, first.has_ended), (second.seconds, second.has_ended))
    return DurationComparison(
        first=_side(first, means[0]),
        second=_side(second, means[1]),
        horizon_s=horizon,
        difference_s=difference,
        interval=interval,
        p=p,
        is_told=p is not None and p <= level,
    )


def _horizon(first: Lives, second: Lives) -> float | None:
    """The longest time after which both sides still had ten cases in sight, or had seen all of theirs end."""
    reached = []
    for each in (first, second):
        if each.seconds.size < LEAST_AT_RISK or not each.has_ended.any():
            return None
        ordered = np.sort(each.seconds)
        reached.append(float(ordered[-1] if each.has_ended.all() else ordered[-LEAST_AT_RISK]))
    return min(reached) or None


def _side(lives: Lives, mean: float | None) -> SideDurations:
    curve = estimate_survival(lives.seconds, lives.has_ended)
    low, high = curve.quantile_interval(0.5)
    return SideDurations(
        cases=lives.seconds.size,
        open_cases=int((~lives.has_ended).sum()),
        median_s=curve.quantile(0.5),
        median_low_s=low,
        median_high_s=high,
        restricted_mean_s=mean,
    )
