# SPDX-License-Identifier: Apache-2.0
"""What drift is looked for in: per case which flows and variants it has, how long its flows take, and who did what.

The ends of an export cut cases off, which would look like a change there. At the first event: cases that begin in a
first stretch are left out, such that of the cases that ran before it hardly any is expected to begin, for us, later
(their silences are known). At the last event: every case is watched equally long from its begin, and cases that begin
so close to the end that they could not be are left out. Then being cut off is the same for all, however long the
longest cases take.
Sources: Anderson, Cain & Gelber, "Analysis of survival by tumor response", J. Clin. Oncol. 1, 1983 (landmark: equal
watching); Wu & Zhao, "Inference of trends in time series", JRSS B 69, 2007 (long-run variance from differences of
neighbouring blocks); Bose et al., "Handling concept drift in process mining", CAiSE 2011 (features of the process).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.ranks import midranks
from taktloom.mining.explanation.profiles import CaseProfiles
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND

LEAST_CASES = 40
FEW_CUT = 0.5
LONGEST_FIRST, LONGEST_WATCH = 1 / 4, 1 / 3  # of the log's time: what the ends may cost
CHEAP_WATCH = 1 / 20  # to see the ends of the longest cases
LEAST_SHARE, LEAST_MARKED = 0.04, 10  # what fewer cases have, or lack, tells more of single cases than of the process
MOST_FEATURES = 40
BLOCKS = {
    80: 0.757,
    40: 0.617,
    20: 0.422,
}  # parts of the log; fluctuations shorter than the longest of them are no change
LEAST_BLOCK = 3

Numbers = NDArray[np.float64]


class ShiftKind(StrEnum):
    """What a feature tells: how cases go, how long it takes, who does it."""

    FLOW = "flow"
    VARIANT = "variant"
    TIME = "time"
    WORK = "work"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriftFeatures:
    """Cases in order of their begin (µs). table: cases x features; marks 0 or 1, times as centred ranks, 0 where the
    case has none. seconds: per feature the times, NaN where there is none; None for marks. inflation: by how much
    neighbouring cases that are alike widen the variance of a mean, at least 1."""

    begins: NDArray[np.int64]
    table: Numbers
    kinds: tuple[ShiftKind, ...]
    names: tuple[tuple[str, ...], ...]
    seconds: tuple[Numbers | None, ...]
    inflation: Numbers

    def level_of(self, feature: int, low: int, high: int) -> float:
        """Share of the cases low ... high - 1 with the feature, or their median seconds; 0 where none has it."""
        seconds = self.seconds[feature]
        if seconds is None:
            return float(self.table[low:high, feature].mean())
        known = seconds[low:high][~np.isnan(seconds[low:high])]
        return float(np.median(known)) if known.size else 0.0


def find_features(profiles: CaseProfiles) -> DriftFeatures:
    """The features of cases that are watched equally long."""
    order = np.argsort(profiles.begins, kind="stable")
    columns: list[tuple[ShiftKind, tuple[str, ...], Numbers, Numbers | None]] = []
    marked = (
        (ShiftKind.FLOW, profiles.edge_marks(MOST_FEATURES)),
        (ShiftKind.VARIANT, profiles.variant_marks(MOST_FEATURES)),
        (ShiftKind.WORK, profiles.work_marks(MOST_FEATURES)),
    )
    least = max(LEAST_MARKED, LEAST_SHARE * profiles.cases)
    for kind, (names, marks) in marked:
        for name, column in zip(names, marks[order].astype(np.float64).T, strict=True):
            if least <= column.sum() <= column.size - least:
                columns.append((kind, name, column, None))
    for name, times in profiles.edge_times(MOST_FEATURES):
        seconds = times[order]
        known = ~np.isnan(seconds)
        if known.sum() >= least:
            columns.append((ShiftKind.TIME, name, _centred_ranks(seconds, known), seconds))
    table = np.column_stack([column for _, _, column, _ in columns]) if columns else np.zeros((profiles.cases, 0))
    return DriftFeatures(
        begins=profiles.begins[order],
        table=table,
        kinds=tuple(each[0] for each in columns),
        names=tuple(each[1] for each in columns),
        seconds=tuple(each[3] for each in columns),
        inflation=_inflation(table),
    )


def _centred_ranks(seconds: Numbers, known: NDArray[np.bool_]) -> Numbers:
    ranks = midranks(seconds[known])
    column = np.zeros(seconds.size)
    column[known] = ranks - ranks.mean()
    return column


def _inflation(table: Numbers) -> Numbers:
    """Per feature: the variance of a mean of neighbours against that of as many cases drawn at random.

    From squared differences of neighbouring blocks, of which the greatest four are left out, where changes of the
    process may lie. BLOCKS: what the mean of the others then is, of a chi-squared number of 1 degree of freedom. The
    greatest over the lengths of blocks, each divided by what chance alone reaches.
    """
    found = np.ones(table.shape[1])
    variance = table.var(axis=0)
    varies = variance > 0
    for blocks, lower_mean in BLOCKS.items():
        length = len(table) // blocks
        if length < LEAST_BLOCK:
            continue
        means = table[: length * blocks, varies].reshape(blocks, length, -1).mean(axis=1)
        squares = np.sort((means[1:] - means[:-1]) ** 2 / 2, axis=0)
        ratio = length * squares[:-4].mean(axis=0) / (lower_mean * variance[varies])
        found[varies] = np.maximum(found[varies], ratio / (1 + np.sqrt(2 / blocks)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualWatch:
    """Begins (µs) between which cases are neither cut off by the first event nor by the last while they are watched."""

    from_us: float
    until_us: float
    seconds: float

    def of(self, profiles: CaseProfiles) -> CaseProfiles:
        """The cases that begin so, each as it stood equally long after its begin."""
        kept = np.flatnonzero((profiles.begins >= self.from_us) & (profiles.begins <= self.until_us))
        return profiles.only(kept).watched(self.seconds)


def equal_watch(profiles: CaseProfiles) -> EqualWatch:
    """How long each case of a log can be watched. The ends cost a quarter and a third of its time at most."""
    durations_us = profiles.durations_s * MICROSECONDS_PER_SECOND
    first, last = int(profiles.begins.min()), float((profiles.begins + durations_us).max())
    span = last - first
    silence = min(stretch(profiles.transition_s * MICROSECONDS_PER_SECOND, span, FEW_CUT), LONGEST_FIRST * span)
    is_early = profiles.begins <= first + span / 2
    cheap = min(float(durations_us.max()), CHEAP_WATCH * span)
    watch = min(max(stretch(durations_us[is_early], span / 2, 1), cheap), LONGEST_WATCH * span)
    return EqualWatch(from_us=first + silence, until_us=last - watch, seconds=watch / MICROSECONDS_PER_SECOND)


def watch_equally(profiles: CaseProfiles) -> CaseProfiles:
    """The cases that can be watched equally long; all as they are, where that would leave fewer than 40."""
    watched = equal_watch(profiles).of(profiles)
    return watched if watched.cases >= LEAST_CASES else profiles


def stretch(lengths: Numbers, span: float, cut: float) -> float:
    """How long before an instant intervals must begin so that at most *cut* are expected to be cut by the instant.

    lengths: of intervals that begin evenly over *span*. At least h before the instant, the sum of (length - h) over
    those longer than h, divided by the span, is cut by it.
    """
    ordered = np.sort(lengths)[::-1]
    excess = np.cumsum(ordered) - ordered * np.arange(1, ordered.size + 1)  # by length h: the sum over longer ones
    return float(ordered[excess <= cut * span].min()) if ordered.size else 0.0
