# SPDX-License-Identifier: Apache-2.0
"""The performance spectrum and the dotted chart: every case's time as a line or a dot, before anything is averaged.

A segment is a step from one activity to the next; each of its occurrences is a line from its begin to its end, in one
of four classes by the quartiles of the segment's times. A dotted chart puts each event at its time, a line per case.
Large logs are thinned evenly, by row number, and say so.
Sources: Denisov, Fahland & van der Aalst, "Unbiased, fine-grained description of processes performance from event
data", BPM 2018; Song & van der Aalst, "Supporting process mining by showing events at a glance", WITS 2007.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import LogArrays

MARKS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """Occurrences of one step: begin and end (µs), quartile class 0 (fastest) … 3. occurrences: before thinning."""

    source: str
    target: str
    occurrences: int
    begins_us: NDArray[np.int64]
    ends_us: NDArray[np.int64]
    quartile: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DottedChart:
    """Events as dots: line (case by its first event), time (µs), activity code. events: before thinning."""

    activities: tuple[str, ...]
    cases: int
    events: int
    line: NDArray[np.int64]
    at_us: NDArray[np.int64]
    activity: NDArray[np.int64]


def performance_spectrum(log: LogArrays, *, segments: int = 12, marks: int = MARKS) -> tuple[Segment, ...]:
    """The most frequent segments, with at most *marks* lines together."""
    count, rows = len(log.activities), log.follows
    pair = log.activity[rows - 1] * count + log.activity[rows]
    codes, frequency = np.unique(pair, return_counts=True)
    chosen = codes[np.argsort(-frequency, kind="stable")[:segments]]
    return tuple(_segment(log, int(code), rows[pair == code], max(1, marks // max(1, chosen.size))) for code in chosen)


def dotted_chart(log: LogArrays, *, marks: int = MARKS) -> DottedChart:
    """All events, or every n-th where there are more than *marks*."""
    order = np.argsort(log.occurred_at[log.starts], kind="stable")
    line_of_case = np.empty(order.size, dtype=np.int64)
    line_of_case[order] = np.arange(order.size)
    line = np.repeat(line_of_case, log.ends - log.starts + 1)
    kept = _thinned(log.case.size, marks)
    return DottedChart(
        activities=tuple(log.activities),
        cases=log.starts.size,
        events=log.case.size,
        line=line[kept],
        at_us=log.occurred_at[kept],
        activity=log.activity[kept],
    )


def _segment(log: LogArrays, code: int, rows: NDArray[np.int64], marks: int) -> Segment:
    count = len(log.activities)
    begins, ends = log.occurred_at[rows - 1], log.occurred_at[rows]
    limits = np.quantile(ends - begins, (0.25, 0.5, 0.75))
    kept = _thinned(rows.size, marks)
    return Segment(
        source=log.activities[code // count],
        target=log.activities[code % count],
        occurrences=rows.size,
        begins_us=begins[kept],
        ends_us=ends[kept],
        quartile=np.searchsorted(limits, (ends - begins)[kept], side="left"),
    )


def _thinned(size: int, marks: int) -> NDArray[np.int64]:
    step = max(1, -(-size // marks))
    return np.arange(0, size, step, dtype=np.int64)
