# SPDX-License-Identifier: Apache-2.0
"""Indicators as weighted counts per activity: with weight one per case they are the log's, with a bootstrap draw's
weights they are the draw's. One linear scan each; NaN where an activity has no observation.

Sources: standardisation by predecessor and successor entropy after Wanner et al., "Process selection in RPA projects",
ICIS 2019 (execution frequency, standardisation, stability, failure, automation rate); Shannon 1948 for entropy.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.indicators.names import IndicatorName
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays

Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

QUICK_S = 60
MONTH_S = 30.4375 * 86_400
HOUR_US = 3_600 * MICROSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndicatorSource:
    """A log prepared for many weighings.

    case_index: per row, 0 … cases-1. is_exception: per case, outside the common variants. actor: per resource code, 1
    system, 0 human, -1 cannot be told. already_held, recorded: per row, attribute values that the case already held and
    attribute values recorded; None when the log has no event attributes.
    """

    log: LogArrays
    case_index: Codes
    is_exception: NDArray[np.bool_]
    actor: Codes
    already_held: Numbers | None = None
    recorded: Numbers | None = None

    @property
    def cases(self) -> int:
        """Number of cases."""
        return int(self.is_exception.size)


def months_covered(log: LogArrays) -> float:
    """First to last event in months, at least one day's part."""
    if log.occurred_at.size == 0:
        return 0.0
    span = (log.occurred_at.max() - log.occurred_at.min()) / MICROSECONDS_PER_SECOND
    return max(float(span), 86_400.0) / MONTH_S


def measure_weighted(source: IndicatorSource, weights: Numbers) -> dict[IndicatorName, Numbers]:
    """Each indicator per activity code. weights: per case, >= 0. The determinism of decisions is not here."""
    return WeightedIndicators(source).measure(weights)


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


class WeightedIndicators:
    """A source with its groups found once, so that each weighing is a few weighted counts."""

    def __init__(self, source: IndicatorSource) -> None:
        log = source.log
        self._source, self._log, self._count = source, log, len(log.activities)
        key = source.case_index * self._count + log.activity
        self._first_rows = np.unique(key, return_index=True)[1]  # of each activity in each case
        self._into = log.activity[log.follows]
        self._quick = log.gap_us < QUICK_S * MICROSECONDS_PER_SECOND
        before = np.full(log.activity.size, self._count, dtype=np.int64)  # the count stands for begin and end
        after = before.copy()
        before[log.follows] = log.activity[log.follows - 1]
        after[log.follows - 1] = log.activity[log.follows]
        self._before = _Groups(log.activity, before, self._count)
        self._after = _Groups(log.activity, after, self._count)
        self._months = months_covered(log)

    def measure_unnamed(self, weights: Numbers) -> dict[IndicatorName, Numbers]:
        """The indicators that do not look at who did it, nor at hours: what the score is made of."""
        weight = weights[self._source.case_index]
        events = self._total(self._log.activity, weight)
        rows = self._first_rows
        first = self._total(self._log.activity[rows], weight[rows])
        odd = self._source.is_exception[self._source.case_index[rows]]
        into = weight[self._log.follows]
        entropies = self._before.normalised_entropy(weight) + self._after.normalised_entropy(weight)
        return {
            IndicatorName.EVENTS_PER_MONTH: events / self._months if self._months else events,
            IndicatorName.CASE_FREQUENCY: first / max(float(weights.sum()), 1.0),
            IndicatorName.STANDARDISATION: np.where(events > 0, 1 - entropies / 2, np.nan),
            IndicatorName.REWORK: _ratio(events - first, events),
            IndicatorName.EXCEPTION_SHARE: _ratio(self._total(self._log.activity[rows], weight[rows] * odd), first),
            IndicatorName.QUICK_SHARE: _ratio(
                self._total(self._into, into * self._quick), self._total(self._into, into)
            ),
            IndicatorName.DATA_DETERMINISM: self._data_determinism(weight),
        }

    def measure(self, weights: Numbers) -> dict[IndicatorName, Numbers]:
        """All indicators."""
        weight = weights[self._source.case_index]
        return {**self.measure_unnamed(weights), **self._resources(weight), **self._times(weight)}

    def _total(self, activity: Codes, weight: Numbers) -> Numbers:
        return np.bincount(activity, weights=weight, minlength=self._count).astype(np.float64)

    def _resources(self, weight: Numbers) -> dict[IndicatorName, Numbers]:
        log = self._log
        resource, giver = log.resource[log.follows], log.resource[log.follows - 1]
        into = weight[log.follows]
        both = (resource != NOBODY) & (giver != NOBODY)
        same = both & (resource == giver)
        stamped = _ratio(self._total(self._into, into * (self._quick & same)), self._total(self._into, into))
        known = log.resource != NOBODY
        told, system = self._told(known)
        activity, who = log.activity[known], log.resource[known]
        spread = np.exp(_Groups(activity, who, self._count).entropy(weight[known])[0])
        return {
            IndicatorName.RUBBER_STAMP_SHARE: stamped if log.resources else np.full(self._count, np.nan),
            IndicatorName.HAND_OFF_SHARE: _ratio(
                self._total(self._into, into * (both & ~same)), self._total(self._into, into * both)
            ),
            IndicatorName.RESOURCE_SPREAD: np.where(self._total(activity, weight[known]) > 0, spread, np.nan),
            IndicatorName.AUTOMATION_RATE: _ratio(
                self._total(log.activity, weight * system), self._total(log.activity, weight * told)
            ),
        }

    def _told(self, known: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Per row: its resource could be told as human or system; it is a system."""
        if not self._source.actor.size:
            return known, np.zeros(known.size, dtype=bool)
        actor = self._source.actor[np.where(known, self._log.resource, 0)]
        return known & (actor >= 0), known & (actor == 1)

    def _times(self, weight: Numbers) -> dict[IndicatorName, Numbers]:
        log = self._log
        started = log.occurred_at if log.started_at is None else log.started_at
        waited = np.maximum(started[log.follows] - log.occurred_at[log.follows - 1], 0) / HOUR_US
        hours = np.full(self._count, np.nan)
        if log.started_at is not None:
            known = weight * log.has_start
            took = (log.occurred_at - log.started_at) / HOUR_US
            hours = _ratio(self._total(log.activity, took * known), self._total(log.activity, known))
        into = weight[log.follows]
        return {
            IndicatorName.WAITING_HOURS: _ratio(self._total(self._into, into * waited), self._total(self._into, into)),
            IndicatorName.PROCESSING_HOURS: hours,
        }

    def _data_determinism(self, weight: Numbers) -> Numbers:
        held, recorded = self._source.already_held, self._source.recorded
        if held is None or recorded is None:
            return np.full(self._count, np.nan)
        return _ratio(
            self._total(self._log.activity, weight * held), self._total(self._log.activity, weight * recorded)
        )


class _Groups:
    """Pairs of (group, value), numbered once."""

    def __init__(self, group: Codes, value: Codes, groups: int) -> None:
        size = int(value.max()) + 1 if value.size else 1
        pairs, self._inverse = np.unique(group * size + value, return_inverse=True)
        self._owner = pairs // size
        self._groups = groups

    def entropy(self, weight: Numbers) -> tuple[Numbers, Numbers]:
        """Entropy (nats) of the values within each group, and how many distinct values have weight."""
        owner, groups = self._owner, self._groups
        counts = np.bincount(self._inverse, weights=weight, minlength=owner.size)
        totals = np.bincount(owner, weights=counts, minlength=groups)
        share = counts / np.where(totals[owner] > 0, totals[owner], 1)
        terms = np.where(share > 0, -share * np.log(np.where(share > 0, share, 1)), 0)
        distinct = np.bincount(owner, weights=(counts > 0).astype(np.float64), minlength=groups)
        entropy = np.bincount(owner, weights=terms, minlength=groups)
        return entropy.astype(np.float64), distinct.astype(np.float64)

    def normalised_entropy(self, weight: Numbers) -> Numbers:
        """Entropy divided by the greatest that as many values could have; 0 for one value."""
        entropy, distinct = self.entropy(weight)
        return entropy / np.log(np.maximum(distinct, 2))
