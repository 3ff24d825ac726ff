# SPDX-License-Identifier: Apache-2.0
"""How each kind of rule is checked, for all cases of a part at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.calendars.business import BusinessCalendar
from taktloom.mining.filters.case_tests import cases_meeting
from taktloom.mining.filters.rows import CaseRows, Mask
from taktloom.mining.rules.business_rules import BusinessRule, RuleKind
from taktloom.mining.rules.deadlines import NOT_YET, due_by

Places = NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """What is known beside the rows. is_open: by case; observed_until: the log's last instant, µs."""

    is_open: Mask
    observed_until: int
    calendar: BusinessCalendar | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """By case: broken_row (NOWHERE: not broken), whether there was something to check, whether it is kept whatever
    comes, whether it cannot be known. counted_from: by row the row from which its limit counts."""

    broken_row: Places
    is_activated: Mask
    is_settled: Mask
    is_unknown: Mask
    counted_from: Places | None = None


def _exists(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    met = rows.count(rows.has(rule.first)) >= rule.times
    broken = np.where(met | moment.is_open, NOWHERE, rows.ends)
    return Checked(broken_row=broken, is_activated=_every(rows), is_settled=met, is_unknown=_no(rows))


def _at_most(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    del moment
    times = 0 if rule.kind is RuleKind.ABSENCE else rule.times
    found = rows.has(rule.first)
    seen = np.cumsum(found)
    before: Places = np.repeat(seen[rows.starts] - found[rows.starts], rows.lengths)
    return Checked(
        broken_row=_first(rows, found & (seen - before == times + 1)),
        is_activated=_every(rows) if times == 0 else rows.count(found) > 0,
        is_settled=_no(rows),
        is_unknown=_no(rows),
    )


def _response(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    triggers = np.flatnonzero(rows.has(rule.first))
    answer = _next(rows, rows.has(rule.second), triggers)
    case = _case_number(rows)[triggers]
    due = _due(rows, rule, moment, triggers)
    is_late = np.where(answer == NOWHERE, False, rows.occurred_at[answer] > due)
    is_over = ~moment.is_open[case] | (due < moment.observed_until)
    broken = np.zeros(rows.case.size, dtype=np.bool_)
    broken[triggers[is_late | ((answer == NOWHERE) & is_over)]] = True
    return Checked(
        broken_row=_first(rows, broken),
        is_activated=rows.count(rows.has(rule.first)) > 0,
        is_settled=_no(rows),
        is_unknown=_no(rows),
        counted_from=np.arange(rows.case.size),
    )


def _precedence(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    first, followers = rows.has(rule.first), np.flatnonzero(rows.has(rule.second))
    cause = _previous(rows, first, followers)
    due = np.full(followers.size, NOT_YET)
    has_cause = cause != NOWHERE
    due[has_cause] = _due(rows, rule, moment, cause[has_cause])
    broken = np.zeros(rows.case.size, dtype=np.bool_)
    broken[followers[~has_cause | (rows.occurred_at[followers] > due)]] = True
    counted_from = np.full(rows.case.size, NOWHERE)
    counted_from[followers] = cause
    return Checked(
        broken_row=_first(rows, broken),
        is_activated=rows.count(rows.has(rule.second)) > 0,
        is_settled=_no(rows) if rule.within is not None else rows.count(first) > 0,
        is_unknown=_no(rows),
        counted_from=counted_from,
    )


def _not_together(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    del moment
    one, other = _first(rows, rows.has(rule.first)), _first(rows, rows.has(rule.second))
    both = (one != NOWHERE) & (other != NOWHERE)
    return Checked(
        broken_row=np.where(both, np.maximum(one, other), NOWHERE),
        is_activated=(one != NOWHERE) | (other != NOWHERE),
        is_settled=_no(rows),
        is_unknown=_no(rows),
    )


def _four_eyes(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    del moment
    one, other = rows.has(rule.first), rows.has(rule.second)
    is_known, number = rows.resource >= 0, _case_number(rows)
    doer = number * max(1, len(rows.log.resources)) + rows.resource
    broken = np.zeros(rows.case.size, dtype=np.bool_)
    shared, in_one, in_other = _common(doer, np.flatnonzero(one & is_known), np.flatnonzero(other & is_known))
    del shared
    broken[np.maximum(in_one, in_other)] = True
    return Checked(
        broken_row=_first(rows, broken),
        is_activated=(rows.count(one) > 0) & (rows.count(other) > 0),
        is_settled=_no(rows),
        is_unknown=_unknown_person(rows, one, other),
    )


def _common(doer: Places, one: Places, other: Places) -> tuple[Places, Places, Places]:
    """Doers that occur in both, and the first row of each in either."""
    first_one, at_one = np.unique(doer[one], return_index=True)
    first_other, at_other = np.unique(doer[other], return_index=True)
    shared, of_one, of_other = np.intersect1d(first_one, first_other, return_indices=True)
    return shared, one[at_one[of_one]], other[at_other[of_other]]


def _same_person(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    del moment
    one, other = rows.has(rule.first), rows.has(rule.second)
    concerned = (one | other) & (rows.resource >= 0)
    first = _first(rows, concerned)
    expected = np.repeat(np.where(first == NOWHERE, NOWHERE, rows.resource[first]), rows.lengths)
    return Checked(
        broken_row=_first(rows, concerned & (rows.resource != expected)),
        is_activated=(rows.count(one) > 0) & (rows.count(other) > 0),
        is_settled=_no(rows),
        is_unknown=_unknown_person(rows, one, other),
    )


def _unknown_person(rows: CaseRows, one: Mask, other: Mask) -> Mask:
    """By case whether it has steps of both, and one of them was done by nobody knows whom."""
    both = (rows.count(one) > 0) & (rows.count(other) > 0)
    unknown: Mask = both & (rows.count((one | other) & (rows.resource < 0)) > 0)
    return unknown


def _case_meets(rows: CaseRows, rule: BusinessRule, moment: Moment) -> Checked:
    assert rule.where is not None  # required for this kind
    met = cases_meeting(rows, rule.where)
    broken = np.where(met | moment.is_open, NOWHERE, rows.ends)
    return Checked(broken_row=broken, is_activated=_every(rows), is_settled=_no(rows), is_unknown=_no(rows))


CHECKS: Mapping[RuleKind, Callable[[CaseRows, BusinessRule, Moment], Checked]] = {
    RuleKind.EXISTS: _exists,
    RuleKind.ABSENCE: _at_most,
    RuleKind.AT_MOST: _at_most,
    RuleKind.RESPONSE: _response,
    RuleKind.PRECEDENCE: _precedence,
    RuleKind.NOT_TOGETHER: _not_together,
    RuleKind.FOUR_EYES: _four_eyes,
    RuleKind.SAME_PERSON: _same_person,
    RuleKind.CASE_MEETS: _case_meets,
}


def _due(rows: CaseRows, rule: BusinessRule, moment: Moment, begun: Places) -> Places:
    if rule.within is None:
        return np.full(begun.size, NOT_YET)
    return due_by(rows.occurred_at[begun], rule.within, moment.calendar, moment.observed_until)


def _first(rows: CaseRows, marked: Mask) -> Places:
    """By case its first marked row; NOWHERE without any."""
    none = marked.size
    first = np.minimum.reduceat(np.where(marked, np.arange(none), none), rows.starts)
    return np.where(first == none, NOWHERE, first)


def _next(rows: CaseRows, marked: Mask, places: Places) -> Places:
    """For each of *places* the first marked row after it in its case; NOWHERE without any."""
    none = marked.size
    upcoming = np.minimum.accumulate(np.where(marked, np.arange(none), none)[::-1])[::-1]
    after = np.append(upcoming, none)[places + 1]
    last = np.repeat(rows.ends, rows.lengths)[places]
    return np.where(after <= last, after, NOWHERE)


def _previous(rows: CaseRows, marked: Mask, places: Places) -> Places:
    """For each of *places* the last marked row before it in its case; NOWHERE without any."""
    latest = np.append(NOWHERE, np.maximum.accumulate(np.where(marked, np.arange(marked.size), NOWHERE)))[places]
    begin = np.repeat(rows.starts, rows.lengths)[places]
    return np.where(latest >= begin, latest, NOWHERE)


def _case_number(rows: CaseRows) -> Places:
    return np.repeat(np.arange(rows.starts.size), rows.lengths)


def _every(rows: CaseRows) -> Mask:
    return np.ones(rows.starts.size, dtype=np.bool_)


def _no(rows: CaseRows) -> Mask:
    return np.zeros(rows.starts.size, dtype=np.bool_)
