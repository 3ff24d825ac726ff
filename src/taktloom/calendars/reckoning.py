# SPDX-License-Identifier: Apache-2.0
"""The instant that a rule gives by a business calendar.

A rule is an ISO 8601 duration, a cron expression after `cron:`, or empty:

- Of a duration, months and weeks go by the wall calendar, days are open days (see add_business_days), and what follows
  the T is open time: `P2D` are two business days, `PT16H` are sixteen hours of opening, `P1W` is the same weekday of
  the next week. The result is always an instant that is open, or the end of the span in which the open time ran out.
- Of a cron expression the instants that are not open are left out.
- The empty rule moves the anchor to the next opening.
"""

from datetime import datetime, timedelta

from taktloom.calendars.business import (
    BusinessCalendar,
    NoOpeningError,
    add_business_days,
    add_business_time,
    is_open,
    next_opening,
)
from taktloom.calendars.cron import parse_cron
from taktloom.calendars.durations import Interval, add_months, parse_interval
from taktloom.calendars.local_time import instant_of, local_of

__all__ = ["CRON_RULE", "due_by_calendar", "later_by_calendar"]

CRON_RULE = "cron:"
_MISSED_COUNTED = 1_000
_CRON_LOOKED_AT = 10_000  # instants that may be closed one after the other: a week of minutes


def due_by_calendar(calendar: BusinessCalendar, anchor: datetime, rule: str) -> datetime:
    """The instant (UTC) that *rule* gives after the aware *anchor*; see the module.

    Raises NoOpeningError where there is none, TimeTextError for a rule that is none, OverflowError.
    """
    if not rule:
        return next_opening(calendar, anchor)
    if not rule.startswith(CRON_RULE):
        return _after(calendar, anchor, parse_interval(rule))
    instants = parse_cron(rule.removeprefix(CRON_RULE)).instants(anchor)
    for _, instant in zip(range(_CRON_LOOKED_AT), instants, strict=False):
        if is_open(calendar, instant):
            return instant
    raise NoOpeningError(calendar.zone)


def later_by_calendar(calendar: BusinessCalendar, anchor: datetime, rule: str, after: datetime) -> tuple[datetime, int]:
    """The first instant of a cycle by *rule* that is later than *after*, and how many lie between it and *anchor*.

    The cycle begins anew at *after* where more were missed than are counted, so that a long stop stalls nobody.
    Raises as due_by_calendar.
    """
    due, missed = due_by_calendar(calendar, anchor, rule), 0
    while due <= after:
        missed += 1
        due = due_by_calendar(calendar, due if missed < _MISSED_COUNTED else max(due, after), rule)
    return due, missed


def _after(calendar: BusinessCalendar, anchor: datetime, interval: Interval) -> datetime:
    moment = anchor
    if interval.months or interval.weeks:
        local = add_months(local_of(calendar.zone, anchor), interval.months) + timedelta(weeks=interval.weeks)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        moment = next_opening(calendar, instant_of(calendar.zone, local.date(), local - midnight))
    if interval.days:
        moment = add_business_days(calendar, moment, interval.days)
    if interval.time or not (interval.days or interval.months or interval.weeks):
        moment = add_business_time(calendar, moment, interval.time)
    return moment
