# SPDX-License-Identifier: Apache-2.0
"""Conditions on cases, evaluated for all cases of a part at once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.filters.case_conditions import (
    CaseAll,
    CaseAny,
    CaseAttribute,
    CaseCondition,
    CaseDuration,
    CaseIn,
    CaseLength,
    CaseNot,
    EndsWith,
    EveryEvent,
    Follows,
    FourEyes,
    Having,
    Lacking,
    Period,
    PeriodRule,
    Repeats,
    Sample,
    SeparationRule,
    SomeEvent,
    StartsWith,
    TopVariants,
    VariantCoverage,
    VariantIn,
)
from taktloom.mining.filters.event_tests import ALWAYS, NEVER, events_meeting, microseconds
from taktloom.mining.filters.paths import cases_following
from taktloom.mining.filters.rows import CaseRows, Mask
from taktloom.mining.filters.value_tests import meets
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.variants import mix_codes

ROUNDING = 1e-9


def cases_meeting(rows: CaseRows, condition: CaseCondition) -> Mask:
    """By case whether it meets *condition*; raises UnknownAttributeError."""
    return CASE_TESTS[type(condition)](rows, condition)


def _period(rows: CaseRows, condition: Period) -> Mask:
    since, until = microseconds(condition.since, NEVER), microseconds(condition.until, ALWAYS)
    first, last = rows.begins, rows.occurred_at[rows.ends]
    if condition.rule is PeriodRule.ACTIVE:
        return rows.count((rows.occurred_at >= since) & (rows.occurred_at < until)) > 0
    if condition.rule is PeriodRule.INTERSECTING:
        return (first < until) & (last >= since)
    starts_inside, ends_inside = (first >= since) & (first < until), (last >= since) & (last < until)
    if condition.rule is PeriodRule.STARTED:
        return starts_inside
    return ends_inside if condition.rule is PeriodRule.ENDED else starts_inside & ends_inside


def _variants(rows: CaseRows, chosen: Mask) -> Mask:
    """By case whether its variant is one of the chosen; *chosen*: by place in the log's variant table."""
    table = rows.log.variants()
    place = np.searchsorted(table.case_codes, rows.codes)
    return chosen[table.case_variants[place]]


def _variant_in(rows: CaseRows, condition: VariantIn) -> Mask:
    wanted = set(condition.variants)
    return _variants(rows, np.array([each.id in wanted for each in rows.log.variants().variants], dtype=np.bool_))


def _top_variants(rows: CaseRows, condition: TopVariants) -> Mask:
    return _variants(rows, np.arange(len(rows.log.variants())) < condition.count)


def _variant_coverage(rows: CaseRows, condition: VariantCoverage) -> Mask:
    covered = np.cumsum([each.cases for each in rows.log.variants().variants])
    needed = condition.share * (covered[-1] if covered.size else 0)
    last = int(np.searchsorted(covered, needed - ROUNDING))
    return _variants(rows, np.arange(covered.size) <= last)


def _between(values: NDArray[np.int64], at_least: int | None, at_most: int | None) -> Mask:
    found = np.ones(values.size, dtype=np.bool_)
    if at_least is not None:
        found &= values >= at_least
    if at_most is not None:
        found &= values <= at_most
    return found


def _duration(rows: CaseRows, condition: CaseDuration) -> Mask:
    def us(bound: timedelta | None) -> int | None:
        return None if bound is None else bound // timedelta(microseconds=1)

    return _between(rows.occurred_at[rows.ends] - rows.begins, us(condition.at_least), us(condition.at_most))


def _repeats(rows: CaseRows, condition: Repeats) -> Mask:
    number = np.repeat(np.arange(rows.starts.size), rows.lengths)
    key = number * max(1, len(rows.log.activities)) + rows.activity
    if condition.activities:
        key = key[rows.has(condition.activities)]
    key = np.sort(key)
    later = condition.at_least - 1
    repeated = key[later:][key[later:] == key[: key.size - later]] if key.size > later else key[:0]
    found = np.zeros(rows.starts.size, dtype=np.bool_)
    found[repeated // max(1, len(rows.log.activities))] = True
    return found


def _four_eyes(rows: CaseRows, condition: FourEyes) -> Mask:
    number = np.repeat(np.arange(rows.starts.size), rows.lengths)
    is_known, people = rows.resource >= 0, max(1, len(rows.log.resources))
    first, second = (rows.has(each) & is_known for each in (condition.first, condition.second))
    doers = number * people + rows.resource
    same = np.zeros(rows.starts.size, dtype=np.bool_)
    same[np.intersect1d(doers[first], doers[second]) // people] = True
    if condition.rule is SeparationRule.SAME:
        return same
    return (rows.count(first) > 0) & (rows.count(second) > 0) & ~same


def _sample(rows: CaseRows, condition: Sample) -> Mask:
    drawn = mix_codes(rows.codes, condition.seed)
    if condition.share is not None:
        return drawn < np.uint64(min(2**64 - 1, int(condition.share * 2**64))) if condition.share < 1 else drawn >= 0
    assert condition.count is not None
    return drawn <= _highest_drawn(rows.log, condition.count, condition.seed)


def _highest_drawn(log: CanonicalLog, count: int, seed: int) -> np.uint64:
    """The number up to which cases are drawn, so that there are *count* of them; no two cases share a number."""
    drawn = mix_codes(np.flatnonzero(log.kept_cases).astype(np.uint32), seed)
    if drawn.size <= count:
        return np.uint64(2**64 - 1)
    return np.uint64(np.partition(drawn, count - 1)[count - 1])


def _all(rows: CaseRows, condition: CaseAll) -> Mask:
    masks = (cases_meeting(rows, each) for each in condition.conditions)
    return reduce(np.logical_and, masks, np.ones(rows.starts.size, dtype=np.bool_))


def _any(rows: CaseRows, condition: CaseAny) -> Mask:
    masks = (cases_meeting(rows, each) for each in condition.conditions)
    return reduce(np.logical_or, masks, np.zeros(rows.starts.size, dtype=np.bool_))


CASE_TESTS: Mapping[type[CaseCondition], Callable[..., Mask]] = {
    Period: _period,
    StartsWith: lambda rows, condition: rows.has(condition.activities)[rows.starts],
    EndsWith: lambda rows, condition: rows.has(condition.activities)[rows.ends],
    CaseIn: lambda rows, condition: rows.case_ids().is_in(list(condition.cases)).to_numpy(),
    VariantIn: _variant_in,
    TopVariants: _top_variants,
    VariantCoverage: _variant_coverage,
    CaseAttribute: lambda rows, condition: meets(rows.case_column(condition.column), condition.test),
    SomeEvent: lambda rows, condition: rows.count(events_meeting(rows, condition.where)) >= condition.at_least,
    EveryEvent: lambda rows, condition: rows.count(~events_meeting(rows, condition.where)) == 0,
    Having: lambda rows, condition: rows.count(rows.has(condition.activities)) > 0,
    Lacking: lambda rows, condition: rows.count(rows.has(condition.activities)) == 0,
    Follows: cases_following,
    CaseDuration: _duration,
    CaseLength: lambda rows, condition: _between(rows.lengths, condition.at_least, condition.at_most),
    Repeats: _repeats,
    FourEyes: _four_eyes,
    Sample: _sample,
    CaseAll: _all,
    CaseAny: _any,
    CaseNot: lambda rows, condition: ~cases_meeting(rows, condition.condition),
}
