# SPDX-License-Identifier: Apache-2.0
"""Case durations: from the first start (or completion, where starts are unknown) to the last completion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays, TimeSummary, summarise

BINS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBin:
    """Cases whose duration is in [from_s, until_s); the last bin includes its end."""

    from_s: float
    until_s: float
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDurations:
    """Durations of all cases. The bins are of equal width up to the 95th percentile; the last takes the rest."""

    summary: TimeSummary
    shortest_s: float
    longest_s: float
    histogram: tuple[HistogramBin, ...]


def measure_case_durations(log: LogArrays) -> CaseDurations:
    """Durations of the cases of *log*, which has at least one."""
    return describe_durations(case_durations_us(log))


def describe_durations(durations: NDArray[np.int64]) -> CaseDurations:
    """The summary of *durations* in µs, at least one."""
    summary = summarise(durations)
    return CaseDurations(
        summary=summary,
        shortest_s=float(durations.min() / MICROSECONDS_PER_SECOND),
        longest_s=float(durations.max() / MICROSECONDS_PER_SECOND),
        histogram=_histogram(durations / MICROSECONDS_PER_SECOND, summary.p95_s or 0.0),
    )


def case_durations_us(log: LogArrays) -> NDArray[np.int64]:
    """Duration per case in order of case code."""
    begins = log.occurred_at if log.started_at is None else log.started_at
    return log.occurred_at[log.ends] - np.minimum.reduceat(begins, log.starts)


def _histogram(durations_s: NDArray[np.float64], p95_s: float) -> tuple[HistogramBin, ...]:
    longest = float(durations_s.max())
    if p95_s <= 0:
        return (HistogramBin(from_s=0.0, until_s=longest, cases=int(durations_s.size)),)
    edges = np.linspace(0.0, p95_s, BINS + 1)
    if longest > p95_s:
        edges = np.append(edges, longest)
    counts, _ = np.histogram(durations_s, bins=edges)
    return tuple(
        HistogramBin(from_s=float(low), until_s=float(high), cases=int(count))
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    )
