# SPDX-License-Identifier: Apache-2.0
"""Indicators as weighted counts per activity: with weight one per case they are the log's, with a bootstrap draw's
weights they are the draw's. One linear scan each; NaN where an activity has no observation. Formulas and sources are in
`names`.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.indicators.names import IndicatorName
from taktloom.mining.indicators.regularity import Codes, Concentration, Numbers, Periods, equal_periods, ratio
from taktloom.mining.indicators.schedules import timer_regularity
from taktloom.mining.indicators.source import IndicatorSource, neighbours
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.mining.watching import heed

Measured: TypeAlias = dict[IndicatorName, Numbers]

QUICK_S = 60
MIDDLE = 0.5
MONTH_S = 30.4375 * 86_400
HOUR_US = 3_600 * MICROSECONDS_PER_SECOND


def months_covered(log: LogArrays) -> float:
    """First to last event in months, at least one day's part."""
    if log.occurred_at.size == 0:
        return 0.0
    span = (log.occurred_at.max() - log.occurred_at.min()) / MICROSECONDS_PER_SECOND
    return max(float(span), 86_400.0) / MONTH_S


def measure_weighted(source: IndicatorSource, weights: Numbers) -> Measured:
    """Each indicator per activity code. weights: per case, >= 0. The determinism of decisions is not here."""
    return WeightedIndicators(source).measure(weights)


class WeightedIndicators:
    """A source with its groups found once, so that each weighing is a few weighted counts."""

    def __init__(self, source: IndicatorSource) -> None:
        log = source.log
        self._source, self._log, self._count = source, log, len(log.activities)
        keys, self._first_rows, self._key = np.unique(
            source.case_index * self._count + log.activity, return_index=True, return_inverse=True
        )
        self._key_case, self._key_activity = keys // self._count, keys % self._count
        self._into = log.activity[log.follows]
        self._quick = log.gap_us < QUICK_S * MICROSECONDS_PER_SECOND
        self._gaps = self._logarithms(source.own_time_us)
        self._work = self._logarithms(source.worked_us[log.has_start])
        before, after = neighbours(log)
        self._before = _Groups(log.activity, before, self._count)
        self._after = _Groups(log.activity, after, self._count)
        self._months = months_covered(log)
        periods = equal_periods(log.occurred_at, MONTH_S * MICROSECONDS_PER_SECOND)
        self._periods = Periods(log.activity, (before, after), periods, self._count)
        self._variants = Concentration(self._key_case, self._key_activity, source.case_variants, self._count)
        self._known = log.resource != NOBODY
        self._who = _Groups(log.activity[self._known], log.resource[self._known], self._count)
        self._has_role = log.role != NOBODY
        self._roles = _Groups(log.activity[self._has_role], log.role[self._has_role], self._count)
        self._told, self._system = self._tell_actors()

    def measure(self, weights: Numbers, unseen: Numbers | None = None) -> Measured:
        """All indicators. unseen: per activity, where the times lie that the log's clock does not show, from a second
        (0) to one tick (1) by their logarithms; None for the middle."""
        weight = weights[self._source.case_index]
        found = {
            **self._counts(weights, weight),
            **self._context(weights, weight),
            **self._resources(weight),
            **self._times(weight),
            **self._typical_times(weight, np.full(self._count, MIDDLE) if unseen is None else unseen),
            **self._schedules(weight),
        }
        manual = found[IndicatorName.EVENTS_PER_MONTH] * found[IndicatorName.PROCESSING_HOURS]
        automated = np.nan_to_num(found[IndicatorName.AUTOMATION_RATE], nan=0.0)
        return {**found, IndicatorName.MANUAL_HOURS: manual * (1 - automated)}

    def _total(self, activity: Codes, weight: Numbers) -> Numbers:
        return np.bincount(activity, weights=weight, minlength=self._count).astype(np.float64)

    def _share(self, marks: NDArray[np.bool_] | None, weight: Numbers) -> Numbers:
        """Share of each activity's events with the mark; NaN where there are no marks."""
        if marks is None:
            return np.full(self._count, np.nan)
        return ratio(self._total(self._log.activity, weight * marks), self._total(self._log.activity, weight))

    def _counts(self, weights: Numbers, weight: Numbers) -> Measured:
        events = self._total(self._log.activity, weight)
        first = self._total(self._key_activity, weights[self._key_case])
        return {
            IndicatorName.EVENTS_PER_MONTH: events / self._months if self._months else events,
            IndicatorName.CASE_FREQUENCY: first / max(float(weights.sum()), 1.0),
            IndicatorName.REWORK: ratio(events - first, events),
            IndicatorName.FAILURE_RATE: self._failure_rate(weights, first),
            IndicatorName.DATA_DETERMINISM: self._data_determinism(weight),
        }

    def _context(self, weights: Numbers, weight: Numbers) -> Measured:
        events = self._total(self._log.activity, weight)
        entropies = self._before.normalised_entropy(weight) + self._after.normalised_entropy(weight)
        into = weight[self._log.follows]
        return {
            IndicatorName.STANDARDISATION: np.where(events > 0, 1 - entropies / 2, np.nan),
            IndicatorName.ORDERING: self._source.ordering.measure(weights),
            IndicatorName.PERIOD_STABILITY: self._periods.measure(weight),
            IndicatorName.VARIANT_CONCENTRATION: self._variants.measure(weights),
            IndicatorName.EXCEPTION_SHARE: self._share(self._source.is_exception, weight),
            IndicatorName.QUICK_SHARE: ratio(
                self._total(self._into, into * self._quick), self._total(self._into, into)
            ),
            IndicatorName.SYSTEM_SWITCH_SHARE: self._system_switches(into),
        }

    def _failure_rate(self, weights: Numbers, cases: Numbers) -> Numbers:
        failed = self._source.has_failed
        if failed is None:
            return np.full(self._count, np.nan)
        in_case = np.bincount(self._key[failed], minlength=self._key_case.size) > 0
        return ratio(self._total(self._key_activity, weights[self._key_case] * in_case), cases)

    def _system_switches(self, into: Numbers) -> Numbers:
        system = self._source.system
        if system is None:
            return np.full(self._count, np.nan)
        here, there = system[self._log.follows], system[self._log.follows - 1]
        both = (here >= 0) & (there >= 0)
        return ratio(self._total(self._into, into * (both & (here != there))), self._total(self._into, into * both))

    def _resources(self, weight: Numbers) -> Measured:
        log = self._log
        resource, giver = log.resource[log.follows], log.resource[log.follows - 1]
        into = weight[log.follows]
        both = (resource != NOBODY) & (giver != NOBODY)
        same = both & (resource == giver)
        stamped = ratio(self._total(self._into, into * (self._quick & same)), self._total(self._into, into))
        return {
            IndicatorName.RUBBER_STAMP_SHARE: stamped if log.resources else np.full(self._count, np.nan),
            IndicatorName.HAND_OFF_SHARE: ratio(
                self._total(self._into, into * (both & ~same)), self._total(self._into, into * both)
            ),
            IndicatorName.PING_PONG_SHARE: self._ping_pong(weight),
            IndicatorName.RESOURCE_SPREAD: self._spread(self._who, self._known, weight),
            IndicatorName.ROLE_SPREAD: self._spread(self._roles, self._has_role, weight),
            IndicatorName.AUTOMATION_RATE: ratio(
                self._total(log.activity, weight * self._system), self._total(log.activity, weight * self._told)
            ),
        }

    def _ping_pong(self, weight: Numbers) -> Numbers:
        log = self._log
        third = log.follows[np.isin(log.follows - 1, log.follows, assume_unique=True)]
        here, between, before = (log.resource[third - back] for back in range(3))
        known = (here != NOBODY) & (between != NOBODY) & (before != NOBODY)
        returns = known & (here == before) & (here != between)
        into, activity = weight[third], log.activity[third]
        return ratio(self._total(activity, into * returns), self._total(activity, into * known))

    def _spread(self, groups: "_Groups", known: NDArray[np.bool_], weight: Numbers) -> Numbers:
        spread = np.exp(groups.entropy(weight[known])[0])
        return np.where(self._total(self._log.activity[known], weight[known]) > 0, spread, np.nan)

    def _tell_actors(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Per row: its resource could be told as human or system; it is a system."""
        if not self._source.actor.size:
            return self._known, np.zeros(self._known.size, dtype=bool)
        actor = self._source.actor[np.where(self._known, self._log.resource, 0)]
        return self._known & (actor >= 0), self._known & (actor == 1)

    def _times(self, weight: Numbers) -> Measured:
        log = self._log
        started = log.occurred_at if log.started_at is None else log.started_at
        waited = np.maximum(started[log.follows] - log.occurred_at[log.follows - 1], 0) / HOUR_US
        mean, stability = np.full((2, self._count), np.nan)
        if log.started_at is not None:
            known = weight * log.has_start
            took = self._source.worked_us / HOUR_US
            seen = self._total(log.activity, known)
            mean = ratio(self._total(log.activity, took * known), seen)
            distance = took - np.nan_to_num(mean)[log.activity]
            deviation = np.sqrt(ratio(self._total(log.activity, distance * distance * known), seen))
            stability = ratio(mean, mean + deviation)
        into = weight[log.follows]
        return {
            IndicatorName.WAITING_HOURS: ratio(self._total(self._into, into * waited), self._total(self._into, into)),
            IndicatorName.PROCESSING_HOURS: mean,
            IndicatorName.TIME_STABILITY: stability,
        }

    def _typical_times(self, weight: Numbers, unseen: Numbers) -> Measured:
        log = self._log
        return {
            IndicatorName.TYPICAL_TIME_S: self._typical_s(self._gaps, self._into, weight[log.follows], unseen),
            IndicatorName.TYPICAL_WORK_S: self._typical_s(
                self._work, log.activity[log.has_start], weight[log.has_start], unseen
            ),
        }

    def _logarithms(self, times_us: Codes) -> tuple[Numbers, Numbers]:
        """Of the times in seconds that the clock shows, else 0; and of one tick for those that it does not, else 0."""
        tick_us = self._source.tick_us
        shown = np.log(np.maximum(times_us, tick_us) / MICROSECONDS_PER_SECOND)
        is_shown = times_us >= tick_us
        return np.where(is_shown, shown, 0.0), np.where(is_shown, 0.0, shown)

    def _typical_s(self, times: tuple[Numbers, Numbers], activity: Codes, weight: Numbers, unseen: Numbers) -> Numbers:
        """Geometric mean in seconds, each at least one; what the clock does not show is as *unseen* says."""
        shown, ticks = times
        total = self._total(activity, weight * shown)
        if ticks.any():
            total += unseen * self._total(activity, weight * ticks)
        typical: Numbers = np.exp(ratio(total, self._total(activity, weight)))
        return typical

    def _schedules(self, weight: Numbers) -> Measured:
        source, activity = self._source, self._log.activity
        batched, told = (
            self._total(activity, weight * source.in_batch),
            self._total(activity, weight * source.batch_told),
        )
        return {
            IndicatorName.BATCH_SHARE: ratio(batched, told),
            IndicatorName.TIMER_REGULARITY: timer_regularity(source.phases, weight, activity, self._count),
        }

    def _data_determinism(self, weight: Numbers) -> Numbers:
        held, comparable = self._source.already_held, self._source.comparable
        if held is None or comparable is None:
            return np.full(self._count, np.nan)
        activity = self._log.activity
        return ratio(self._total(activity, weight * held), self._total(activity, weight * comparable))


class _Groups:
    """Pairs of (group, value), numbered once."""

    def __init__(self, group: Codes, value: Codes, groups: int) -> None:
        heed()
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
