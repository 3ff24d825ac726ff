# SPDX-License-Identifier: Apache-2.0
"""Which steps follow which, for all rows of a part at once.

For a step of the target only one candidate counts: the latest step of the source that is far enough before it. Any
other candidate is farther away and has more steps in between, so if this one fails, all do.
"""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.filters.case_conditions import FollowRule, Follows
from taktloom.mining.filters.log_filter import KeepBetween, LastRule
from taktloom.mining.filters.rows import CaseRows, Mask

NONE = -1


def cases_following(rows: CaseRows, condition: Follows) -> Mask:
    """By case whether *condition* holds."""
    source, target = rows.has(condition.source), np.flatnonzero(rows.has(condition.target))
    if condition.rule is FollowRule.DIRECTLY:
        candidate = np.where(target > 0, target - 1, 0)
        candidate = np.where((target > 0) & source[candidate], candidate, NONE)
    else:
        candidate = _latest_before(rows, source, target, condition.at_least)
    holds = _in_case(rows, candidate, target)
    gap = rows.occurred_at[target] - rows.occurred_at[candidate]
    if condition.at_least is not None:
        holds &= gap >= _us(condition.at_least)
    if condition.at_most is not None:
        holds &= gap <= _us(condition.at_most)
    if condition.without:
        holds &= _previous(rows.has(condition.without), target) <= candidate
    found = np.zeros(rows.case.size, dtype=np.bool_)
    found[target[holds]] = True
    return rows.count(found) > 0


def rows_between(rows: CaseRows, step: KeepBetween) -> Mask:
    """By row whether it lies in the stretch of its case."""
    begins, ends = rows.has(step.begin), rows.has(step.end)
    size = rows.case.size
    number = np.arange(size)
    first = np.minimum.reduceat(np.where(begins, number, size), rows.starts) if rows.starts.size else rows.starts
    first_by_row = np.repeat(first, rows.lengths)
    closing = ends & (number > first_by_row)
    if step.until is LastRule.FIRST:
        last = np.minimum.reduceat(np.where(closing, number, size), rows.starts) if rows.starts.size else rows.starts
        last = np.where(last == size, NONE, last)
    else:
        last = np.maximum.reduceat(np.where(closing, number, NONE), rows.starts) if rows.starts.size else rows.starts
    last_by_row = np.repeat(last, rows.lengths)
    between: Mask = (number >= first_by_row) & (number <= last_by_row)
    return between


def _latest_before(
    rows: CaseRows, source: Mask, target: NDArray[np.int64], at_least: timedelta | None
) -> NDArray[np.int64]:
    """For each row of *target* the latest row of *source* before it, at least so long before it; NONE without any."""
    if at_least is None or at_least <= timedelta(0):
        return _previous(source, target)
    origin = np.flatnonzero(source)
    case = np.concatenate([rows.case[origin], rows.case[target]])
    at = np.concatenate([rows.occurred_at[origin], rows.occurred_at[target] - _us(at_least)])
    is_query = np.concatenate([np.zeros(origin.size, dtype=np.bool_), np.ones(target.size, dtype=np.bool_)])
    order = np.lexsort((is_query, at, case))  # at one instant sources stand before the question for them
    row = np.concatenate([origin, np.full(target.size, NONE)])[order]
    latest = np.maximum.accumulate(row) if row.size else row  # rows grow with case and time, so the highest is the last
    answers = np.empty(order.size, dtype=np.int64)
    answers[order] = latest
    return answers[origin.size :]


def _previous(marked: Mask, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of *places* the last marked row before it; NONE without any."""
    last = np.maximum.accumulate(np.where(marked, np.arange(marked.size), NONE)) if marked.size else marked.astype(int)
    before = np.append(NONE, last)  # the entry of a row is what holds before it
    return before[places]


def _in_case(rows: CaseRows, candidate: NDArray[np.int64], target: NDArray[np.int64]) -> Mask:
    """Whether there is a candidate, in the target's own case."""
    same_case: Mask = rows.case[candidate] == rows.case[target]
    same_case &= candidate != NONE
    return same_case


def _us(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
