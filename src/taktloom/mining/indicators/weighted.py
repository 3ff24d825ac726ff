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
    """Each indicator per activity code. weights: per case, >= 0. The two determinisms of decisions are not here."""
    scan = _Scan(source, weights)
    return {
        IndicatorName.EVENTS_PER_MONTH: scan.events / months_covered(source.log) if scan.events.size else scan.events,
        IndicatorName.CASE_FREQUENCY: scan.first / max(float(weights.sum()), 1.0),
        IndicatorName.STANDARDISATION: scan.standardisation(),
        IndicatorName.REWORK: _ratio(scan.events - scan.first, scan.events),
        IndicatorName.EXCEPTION_SHARE: scan.exception_share(),
        **scan.speeds(),
        **scan.resources(),
        **scan.times(),
        IndicatorName.DATA_DETERMINISM: scan.data_determinism(),
    }


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


class _Scan:
    def __init__(self, source: IndicatorSource, weights: Numbers) -> None:
        log = source.log
        self.source, self.log, self.count = source, log, len(log.activities)
        self.weight = weights[source.case_index]
        self.case_weight = weights
        self.events = self.total(log.activity, self.weight)
        key = source.case_index * self.count + log.activity
        self._pair_rows = np.unique(key, return_index=True)[1]
        self.first = self.total(log.activity[self._pair_rows], self.weight[self._pair_rows])
        self.into, self.into_weight = log.activity[log.follows], self.weight[log.follows]

    def total(self, activity: Codes, weight: Numbers) -> Numbers:
        return np.bincount(activity, weights=weight, minlength=self.count).astype(np.float64)

    def standardisation(self) -> Numbers:
        before = np.full(self.log.activity.size, self.count, dtype=np.int64)
        after = before.copy()
        before[self.log.follows] = self.log.activity[self.log.follows - 1]
        after[self.log.follows - 1] = self.log.activity[self.log.follows]
        entropies = _normalised_entropy(self.log.activity, before, self.weight, self.count)
        entropies = entropies + _normalised_entropy(self.log.activity, after, self.weight, self.count)
        return np.where(self.events > 0, 1 - entropies / 2, np.nan)

    def exception_share(self) -> Numbers:
        rows = self._pair_rows
        odd = self.source.is_exception[self.source.case_index[rows]]
        return _ratio(self.total(self.log.activity[rows], self.weight[rows] * odd), self.first)

    def speeds(self) -> dict[IndicatorName, Numbers]:
        quick = self.log.gap_us < QUICK_S * MICROSECONDS_PER_SECOND
        seen = self.total(self.into, self.into_weight)
        shares = {IndicatorName.QUICK_SHARE: _ratio(self.total(self.into, self.into_weight * quick), seen)}
        resource, giver = self.log.resource[self.log.follows], self.log.resource[self.log.follows - 1]
        same = (resource != NOBODY) & (resource == giver)
        stamped = _ratio(self.total(self.into, self.into_weight * (quick & same)), seen)
        shares[IndicatorName.RUBBER_STAMP_SHARE] = stamped if self.log.resources else np.full(self.count, np.nan)
        return shares

    def resources(self) -> dict[IndicatorName, Numbers]:
        resource, giver = self.log.resource[self.log.follows], self.log.resource[self.log.follows - 1]
        both = (resource != NOBODY) & (giver != NOBODY)
        handed = self.total(self.into, self.into_weight * (both & (resource != giver)))
        known = self.log.resource != NOBODY
        told = known.copy()
        system = np.zeros(known.size, dtype=bool)
        if self.source.actor.size:
            actor = self.source.actor[np.where(known, self.log.resource, 0)]
            told, system = known & (actor >= 0), known & (actor == 1)
        activity, who = self.log.activity[known], self.log.resource[known]
        spread = np.exp(_entropy(activity, who, self.weight[known], self.count)[0])
        return {
            IndicatorName.HAND_OFF_SHARE: _ratio(handed, self.total(self.into, self.into_weight * both)),
            IndicatorName.RESOURCE_SPREAD: np.where(self.total(activity, self.weight[known]) > 0, spread, np.nan),
            IndicatorName.AUTOMATION_RATE: _ratio(
                self.total(self.log.activity, self.weight * system), self.total(self.log.activity, self.weight * told)
            ),
        }

    def times(self) -> dict[IndicatorName, Numbers]:
        log = self.log
        started = log.occurred_at if log.started_at is None else log.started_at
        waited = np.maximum(started[log.follows] - log.occurred_at[log.follows - 1], 0) / HOUR_US
        hours = np.full(self.count, np.nan)
        if log.started_at is not None:
            took = (log.occurred_at - log.started_at) / HOUR_US
            known = self.weight * log.has_start
            hours = _ratio(self.total(log.activity, took * known), self.total(log.activity, known))
        return {
            IndicatorName.WAITING_HOURS: _ratio(
                self.total(self.into, self.into_weight * waited), self.total(self.into, self.into_weight)
            ),
            IndicatorName.PROCESSING_HOURS: hours,
        }

    def data_determinism(self) -> Numbers:
        held, recorded = self.source.already_held, self.source.recorded
        if held is None or recorded is None:
            return np.full(self.count, np.nan)
        return _ratio(
            self.total(self.log.activity, self.weight * held), self.total(self.log.activity, self.weight * recorded)
        )


def _entropy(group: Codes, value: Codes, weight: Numbers, groups: int) -> tuple[Numbers, Numbers]:
    """Entropy (nats) of *value* within each group, and how many distinct values it has."""
    size = int(value.max()) + 1 if value.size else 1
    pairs, inverse = np.unique(group * size + value, return_inverse=True)
    counts = np.bincount(inverse, weights=weight, minlength=pairs.size)
    owner = pairs // size
    totals = np.bincount(owner, weights=counts, minlength=groups)
    share = counts / np.where(totals[owner] > 0, totals[owner], 1)
    terms = np.where(share > 0, -share * np.log(np.where(share > 0, share, 1)), 0)
    distinct = np.bincount(owner, weights=(counts > 0).astype(np.float64), minlength=groups)
    return np.bincount(owner, weights=terms, minlength=groups).astype(np.float64), distinct.astype(np.float64)


def _normalised_entropy(group: Codes, value: Codes, weight: Numbers, groups: int) -> Numbers:
    entropy, distinct = _entropy(group, value, weight, groups)
    return entropy / np.log(np.maximum(distinct, 2))
