# SPDX-License-Identifier: Apache-2.0
"""Conditions on events, evaluated for all rows of a part at once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce

import numpy as np

from taktloom.mining.filters.event_conditions import (
    ActivityIn,
    CompletedIn,
    EventAll,
    EventAny,
    EventAttribute,
    EventCondition,
    EventNot,
)
from taktloom.mining.filters.rows import CaseRows, Mask
from taktloom.mining.filters.value_tests import meets

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
NEVER, ALWAYS = -(2**62), 2**62


def events_meeting(rows: CaseRows, condition: EventCondition) -> Mask:
    """By row whether it meets *condition*; raises UnknownAttributeError."""
    return EVENT_TESTS[type(condition)](rows, condition)


def microseconds(instant: datetime | None, default: int) -> int:
    """µs since 1970 UTC, exactly; *default* for none."""
    return default if instant is None else (instant - EPOCH) // MICROSECOND


def _completed_in(rows: CaseRows, condition: CompletedIn) -> Mask:
    since, until = microseconds(condition.since, NEVER), microseconds(condition.until, ALWAYS)
    return (rows.occurred_at >= since) & (rows.occurred_at < until)


def _all(rows: CaseRows, condition: EventAll) -> Mask:
    masks = (events_meeting(rows, each) for each in condition.conditions)
    return reduce(np.logical_and, masks, np.ones(rows.case.size, dtype=np.bool_))


def _any(rows: CaseRows, condition: EventAny) -> Mask:
    masks = (events_meeting(rows, each) for each in condition.conditions)
    return reduce(np.logical_or, masks, np.zeros(rows.case.size, dtype=np.bool_))


EVENT_TESTS: Mapping[type[EventCondition], Callable[..., Mask]] = {
    ActivityIn: lambda rows, condition: rows.has(condition.activities),
    CompletedIn: _completed_in,
    EventAttribute: lambda rows, condition: meets(rows.event_column(condition.column), condition.test),
    EventAll: _all,
    EventAny: _any,
    EventNot: lambda rows, condition: ~events_meeting(rows, condition.condition),
}
