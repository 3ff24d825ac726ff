# SPDX-License-Identifier: Apache-2.0
"""Survival: how long something lasts when part of it has not ended yet.

Kaplan–Meier's estimate counts an unended case up to the moment when it was last seen, and no further. Intervals are
Greenwood's on the log-log scale, which keeps them in 0..1.
Sources: Kaplan & Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958; Klein &
Moeschberger, "Survival Analysis", 2003, sections 4.2-4.5; Mantel, "Evaluation of survival data and two new rank order
statistics", Cancer Chemotherapy Reports 50, 1966 (log-rank).
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve:
    """times: ascending, where something ended; share still going after each, with its 95 % interval."""

    times: NDArray[np.float64]
    surviving: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def quantile(self, share: float) -> float | None:
        """The time by which *share* has ended; None where the observation is too short to tell."""
        return _first_at_most(self.times, self.surviving, 1 - share)

    def quantile_interval(self, share: float) -> tuple[float | None, float | None]:
        """The 95 % interval of `quantile`; None: it cannot be told."""
        return _first_at_most(self.times, self.low, 1 - share), _first_at_most(self.times, self.high, 1 - share)


def estimate_survival(durations: NDArray[np.float64], has_ended: NDArray[np.bool_]) -> SurvivalCurve:
    """The curve of durations >= 0; has_ended false: only known to last at least so long."""
    order = np.argsort(durations, kind="stable")
    times, ended = durations[order], has_ended[order]
    points, first = np.unique(times, return_index=True)
    ends = np.add.reduceat(ended.astype(np.int64), first) if times.size else np.empty(0, dtype=np.int64)
    at_risk = times.size - first
    kept = ends > 0
    points, ends, at_risk = points[kept], ends[kept], at_risk[kept]
    surviving: NDArray[np.float64] = np.cumprod(1 - ends / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(ends / (at_risk * (at_risk - ends)))
        spread = NORMAL_975 * np.sqrt(variance) / np.log(surviving)
        low, high = surviving ** np.exp(-spread), surviving ** np.exp(spread)
    certain = (surviving <= 0) | (surviving >= 1)
    return SurvivalCurve(
        times=points,
        surviving=surviving,
        low=np.where(certain, surviving, low),
        high=np.where(certain, surviving, high),
    )


Lives: TypeAlias = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""durations >= 0, and whether each has ended"""


def log_rank(first: Lives, second: Lives) -> float | None:
    """Two-sided probability of so different numbers of ends where both last equally long; None where nothing ended.

    At each end the ends of the first are held against their share of those still going (Mantel 1966); normal for more
    than a handful of ends. Each side may be cut off at other times, as long as that says nothing of the durations.
    """
    times, ended = (np.concatenate(both) for both in zip(first, second, strict=True))
    is_first = np.arange(times.size) < first[0].size
    order = np.argsort(times, kind="stable")
    points, begin = np.unique(times[order], return_index=True)
    if not points.size:
        return None
    ends, ends_first = (np.add.reduceat(each[order].astype(np.float64), begin) for each in (ended, ended & is_first))
    going = (times.size - begin).astype(np.float64)
    going_first = is_first.sum() - np.append(0, np.cumsum(is_first[order]))[begin]
    share = going_first / going
    variance = float((ends * share * (1 - share) * (going - ends) / np.maximum(going - 1, 1)).sum())
    if variance <= 0:
        return None
    return math.erfc(abs(float((ends_first - ends * share).sum())) / math.sqrt(2 * variance))


def restricted_mean(
    durations: NDArray[np.float64], has_ended: NDArray[np.bool_], *, until: float
) -> tuple[float, float]:
    """The mean duration where what lasts longer than *until* counts as *until*, and its standard error.

    The area under the curve of `estimate_survival` (Klein & Moeschberger 2003, section 4.5).
    """
    curve = estimate_survival(durations, has_ended)
    kept = curve.times < until
    points = curve.times[kept]
    areas = np.append(1.0, curve.surviving[kept]) * np.diff(np.concatenate([[0.0], points, [until]]))
    rest = np.cumsum(areas[::-1])[::-1][1:]  # by end: the area after it
    ended, every = np.sort(durations[has_ended]), np.sort(durations)
    ends = np.searchsorted(ended, points, side="right") - np.searchsorted(ended, points, side="left")
    going = every.size - np.searchsorted(every, points, side="left")
    still = np.maximum(going - ends, 1) * np.maximum(going, 1)
    return float(areas.sum()), float(np.sqrt((rest**2 * ends / still).sum()))


def _first_at_most(times: NDArray[np.float64], shares: NDArray[np.float64], limit: float) -> float | None:
    reached = np.flatnonzero(shares <= limit + 1e-12)
    return float(times[reached[0]]) if reached.size else None
