# SPDX-License-Identifier: Apache-2.0
"""Cycle times now against a baseline: medians, and whether they differ.

The ratio of medians gets a percentile interval by resampling both sides (Efron & Tibshirani 1993, chapter 13). Shorter
or longer is said only when the whole 95 % interval lies on one side of 1 and both sides have at least NEEDED cases;
else the answer is "cannot tell", with what it would need. Durations are seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

NEEDED = 20
REPLICATES = 400
LEVEL = 0.95
BINS = 20
_SAMPLE = 20_000  # of a long list: the median's interval is narrow by then

Numbers = NDArray[np.float64]


class Verdict(StrEnum):
    """What can be said of two sets of cycle times."""

    SHORTER = "shorter"
    LONGER = "longer"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationBin:
    """Cases with a cycle time in [from_s, to_s); the last bin takes the rest, its end included."""

    from_s: float
    to_s: float
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleTimes:
    """A summary of n cycle times; medians are None without any."""

    n: int
    median_s: float | None
    p95_s: float | None
    histogram: tuple[DurationBin, ...]

    @property
    def enough_data(self) -> bool:
        """Whether a comparison may be made."""
        return self.n >= NEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """median_ratio: median now / median of the baseline. needs: what is missing when nothing can be told."""

    median_ratio: float | None
    interval: tuple[float, float] | None
    verdict: Verdict
    needs: str


def summarise_cycle_times(durations_s: Sequence[float] | Numbers) -> CycleTimes:
    """Summary and histogram: bins of equal width up to the 95th percentile."""
    values = np.sort(np.asarray(durations_s, dtype=np.float64))
    if values.size == 0:
        return CycleTimes(n=0, median_s=None, p95_s=None, histogram=())
    p95 = float(np.quantile(values, 0.95))
    return CycleTimes(
        n=int(values.size), median_s=float(np.median(values)), p95_s=p95, histogram=_histogram(values, p95)
    )


def compare_cycle_times(
    now_s: Sequence[float] | Numbers, baseline_s: Sequence[float] | Numbers, *, seed: int = 1
) -> Difference:
    """Whether cases now take shorter or longer than in the baseline; deterministic for a seed."""
    now, baseline = np.asarray(now_s, dtype=np.float64), np.asarray(baseline_s, dtype=np.float64)
    if now.size < NEEDED or baseline.size < NEEDED:
        missing = "finished-cases" if now.size < NEEDED else "baseline-cases"
        return Difference(median_ratio=_ratio(now, baseline), interval=None, verdict=Verdict.CANNOT_TELL, needs=missing)
    ratios = _resampled_ratios(now[:_SAMPLE], baseline[:_SAMPLE], np.random.default_rng(seed))
    if ratios.size < 10:
        return Difference(median_ratio=None, interval=None, verdict=Verdict.CANNOT_TELL, needs="baseline-durations")
    tail = (1 - LEVEL) / 2
    low, high = (float(value) for value in np.quantile(ratios, [tail, 1 - tail]))
    verdict = Verdict.SHORTER if high < 1 else Verdict.LONGER if low > 1 else Verdict.CANNOT_TELL
    return Difference(
        median_ratio=_ratio(now, baseline),
        interval=(low, high),
        verdict=verdict,
        needs="more-cases" if verdict is Verdict.CANNOT_TELL else "",
    )


def _resampled_ratios(now: Numbers, baseline: Numbers, generator: np.random.Generator) -> Numbers:
    ratios = np.empty(REPLICATES)
    for index in range(REPLICATES):
        upper = np.median(generator.choice(now, size=now.size))
        lower = np.median(generator.choice(baseline, size=baseline.size))
        ratios[index] = upper / lower if lower > 0 else np.nan
    return ratios[~np.isnan(ratios)]


def _ratio(now: Numbers, baseline: Numbers) -> float | None:
    if now.size == 0 or baseline.size == 0 or np.median(baseline) <= 0:
        return None
    return float(np.median(now) / np.median(baseline))


def _histogram(values: Numbers, p95: float) -> tuple[DurationBin, ...]:
    if p95 <= 0:
        return (DurationBin(from_s=0.0, to_s=float(values[-1]), cases=int(values.size)),)
    edges = np.append(np.linspace(0.0, p95, BINS), values[-1]) if values[-1] > p95 else np.linspace(0.0, p95, BINS + 1)
    counts, edges = np.histogram(values, bins=edges)
    return tuple(
        DurationBin(from_s=float(begin), to_s=float(end), cases=int(count))
        for begin, end, count in zip(edges[:-1], edges[1:], counts, strict=True)
    )
