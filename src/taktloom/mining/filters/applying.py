# SPDX-License-Identifier: Apache-2.0
"""A filter applied to a log: a view of it, read part by part, each column that a step needs once.

Nothing is copied or sorted; the view holds one bit of memory's byte per case, and per event where a step drops events.
"""

from dataclasses import dataclass

import numpy as np

from taktloom.mining.filters.case_tests import cases_meeting
from taktloom.mining.filters.event_tests import events_meeting
from taktloom.mining.filters.log_filter import FilterStep, KeepBetween, KeepCases, LogFilter
from taktloom.mining.filters.paths import rows_between
from taktloom.mining.filters.rows import CaseRows, Mask
from taktloom.mining.logs.canonical import CanonicalLog


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterReach:
    """What is left after one step, of what the step was given. Events are activity instances."""

    cases: int
    cases_before: int
    events: int
    events_before: int


def apply_filter(log: CanonicalLog, condition: LogFilter) -> CanonicalLog:
    """The part of *log* (or view) that passes *condition*: every statistic takes it as it takes a log.

    Raises UnknownAttributeError when the log lacks an attribute. Activities, variants and cases that the log does not
    have match nothing.
    """
    for step in condition.steps:
        log = _apply(log, step)
    return log


def measure_filter(log: CanonicalLog, condition: LogFilter) -> tuple[FilterReach, ...]:
    """How much each step leaves, in their order."""
    reach = []
    cases, events = _size(log)
    for step in condition.steps:
        log = _apply(log, step)
        left_cases, left_events = _size(log)
        reach.append(FilterReach(cases=left_cases, cases_before=cases, events=left_events, events_before=events))
        cases, events = left_cases, left_events
    return tuple(reach)


def _size(log: CanonicalLog) -> tuple[int, int]:
    return int(log.kept_cases.sum()), sum(part.numbers.size for part in log.parts())


def _apply(log: CanonicalLog, step: FilterStep) -> CanonicalLog:
    cases = np.zeros(log.case_count, dtype=np.bool_)
    if isinstance(step, KeepCases):
        for part in log.parts():
            rows = CaseRows(log, part)
            cases[rows.codes[cases_meeting(rows, step.where)]] = True
        return log.keep(cases)
    kept = np.zeros(log.metadata.counts.activity_instances, dtype=np.bool_)
    for part in log.parts():
        rows = CaseRows(log, part)
        marks = _events(rows, step)
        kept[part.numbers[marks]] = True
        cases[rows.case[marks]] = True
    return log.keep(cases, kept)


def _events(rows: CaseRows, step: FilterStep) -> Mask:
    if isinstance(step, KeepBetween):
        return rows_between(rows, step)
    assert not isinstance(step, KeepCases)
    return events_meeting(rows, step.where)
