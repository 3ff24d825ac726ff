# SPDX-License-Identifier: Apache-2.0
"""Functions on dates, and the two that read the clock the caller handed in (DMN 1.5, 10.3.4.7 and .10)."""

from decimal import Decimal

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelDate, FeelDateTime, FeelValue
from taktloom.feel.runtime import Run
from taktloom.feel.temporal import days_of_civil

__all__ = ["FUNCTIONS"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _day(value: FeelDate | FeelDateTime) -> FeelDate:
    return value.date if isinstance(value, FeelDateTime) else value


def _day_of_year(run: Run, value: FeelDate | FeelDateTime) -> FeelValue:
    day = _day(value)
    return Decimal(day.days - days_of_civil(day.year, 1, 1) + 1)


def _day_of_week(run: Run, value: FeelDate | FeelDateTime) -> FeelValue:
    return _DAYS[_day(value).weekday - 1]


def _month_of_year(run: Run, value: FeelDate | FeelDateTime) -> FeelValue:
    return _MONTHS[_day(value).month - 1]


def _week_of_year(run: Run, value: FeelDate | FeelDateTime) -> FeelValue:
    """ISO 8601: the week belongs to the year that has its Thursday."""
    day = _day(value)
    thursday = FeelDate.of_days(day.days - day.weekday + 4)
    return Decimal((thursday.days - days_of_civil(thursday.year, 1, 1)) // 7 + 1)


def _now(run: Run) -> FeelValue:
    if run.now is None:
        run.warn(WarningKind.NO_CLOCK, "No time was given for this evaluation.")
    return run.now


def _today(run: Run) -> FeelValue:
    now = _now(run)
    if not isinstance(now, FeelDateTime):
        return None
    if run.zone is not None and not now.is_local:
        now = FeelDateTime.of_instant(now.instant_nanos, zone=run.zone)
    return now.date


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("day of year", _day_of_year, "date: date"),
    declare("day of year", _day_of_year, "date: date and time"),
    declare("day of week", _day_of_week, "date: date"),
    declare("day of week", _day_of_week, "date: date and time"),
    declare("month of year", _month_of_year, "date: date"),
    declare("month of year", _month_of_year, "date: date and time"),
    declare("week of year", _week_of_year, "date: date"),
    declare("week of year", _week_of_year, "date: date and time"),
    declare("now", _now, ""),
    declare("today", _today, ""),
)
