# SPDX-License-Identifier: Apache-2.0
"""Conversion and boolean functions, `is()`, the constructors of dates, times and durations (10.3.4.1, .2, .8)."""

import re
from decimal import Decimal

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    FeelValue,
    YearsMonths,
    decimal_of,
    plain_text,
)
from taktloom.feel.operators import identical
from taktloom.feel.runtime import Run
from taktloom.feel.temporal import NANOS_PER_DAY, NANOS_PER_SECOND
from taktloom.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

__all__ = ["FUNCTIONS"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)


def _number(run: Run, text: str, grouping: str | None = None, point: str | None = None) -> FeelValue:
    if (
        grouping not in {None, " ", ",", "."}
        or point not in {None, ".", ","}
        or (grouping == point and point is not None)
    ):
        return None
    run.require_characters(len(text))
    if grouping is not None:
        text = text.replace(grouping, "")
    if point is not None:
        if point != "." and "." in text:
            return None
        text = text.replace(point, ".")
    return decimal_of(text) if _NUMBER.fullmatch(text) else None


def _string(run: Run, value: FeelValue) -> FeelValue:
    if value is None:
        return None
    _count(run, value)
    text = plain_text(value)
    run.require_characters(len(text))
    return text


def _count(run: Run, value: FeelValue) -> None:
    """Charge for every part before the text is made: shared parts are written as often as they occur."""
    pending, characters = [value], 0
    while pending:
        current = pending.pop()
        run.step()
        if isinstance(current, str):
            characters += len(current)
            run.require_characters(characters)
        elif isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            pending.extend(current.values())


def _not(run: Run, value: FeelValue) -> FeelValue:
    return not value if isinstance(value, bool) else None


def _is(run: Run, left: FeelValue, right: FeelValue) -> FeelValue:
    return identical(left, right, run.step)


def _date_of_text(run: Run, text: str) -> FeelValue:
    return parse_date(text)


def _date_of_moment(run: Run, value: FeelDateTime) -> FeelValue:
    return value.date


def _date_of_date(run: Run, value: FeelDate) -> FeelValue:
    return value


def _date_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> FeelValue:
    if any(part != part.to_integral_value() for part in (year, month, day)):
        return None
    try:
        return FeelDate(int(year), int(month), int(day))
    except ValueError:
        return None


def _time_of_text(run: Run, text: str) -> FeelValue:
    return parse_time(text)


def _time_of_moment(run: Run, value: FeelDateTime) -> FeelValue:
    return value.time


def _time_of_time(run: Run, value: FeelTime) -> FeelValue:
    return value


def _time_of_date(run: Run, value: FeelDate) -> FeelValue:
    return FeelTime(0, 0, 0, 0, 0)


def _time_of_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None
) -> FeelValue:
    if any(part != part.to_integral_value() for part in (hour, minute)):
        return None
    nanos = second * NANOS_PER_SECOND
    if not 0 <= nanos < 60 * NANOS_PER_SECOND:
        return None
    whole, fraction = divmod(int(nanos), NANOS_PER_SECOND)
    try:
        return FeelTime(int(hour), int(minute), whole, fraction, None if offset is None else offset.seconds)
    except ValueError:
        return None


def _moment_of_text(run: Run, text: str) -> FeelValue:
    day = parse_date(text)
    return parse_date_time(text) if day is None else FeelDateTime(day, FeelTime(0, 0, 0))


def _moment_of_parts(run: Run, day: FeelDate | FeelDateTime, clock: FeelTime) -> FeelValue:
    return FeelDateTime(day.date if isinstance(day, FeelDateTime) else day, clock)


def _moment_of_numbers(run: Run, *parts: FeelValue) -> FeelValue:
    """Year to second, then nothing, an offset, or the name of a zone."""
    year, month, day_number, hour, minute, second = (part for part in parts[:6] if isinstance(part, Decimal))
    day = _date_of_parts(run, year, month, day_number)
    clock = _time_of_parts(run, hour, minute, second)
    if not isinstance(day, FeelDate) or not isinstance(clock, FeelTime):
        return None
    last = parts[6] if len(parts) > 6 else None
    offset = last.seconds if isinstance(last, DaysTime) else None
    try:
        zoned = FeelTime.of_nanos(clock.nanos, offset, last if isinstance(last, str) else None)
    except ValueError:
        return None
    return FeelDateTime(day, zoned)


def _moment_of_moment(run: Run, value: FeelDateTime) -> FeelValue:
    return value


def _duration(run: Run, text: str) -> FeelValue:
    return parse_duration(text)


def _duration_of_duration(run: Run, value: DaysTime | YearsMonths) -> FeelValue:
    return value


def _months_between(run: Run, start: FeelDate | FeelDateTime, end: FeelDate | FeelDateTime) -> FeelValue:
    first = start.date if isinstance(start, FeelDateTime) else start
    last = end.date if isinstance(end, FeelDateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    first_rest, last_rest = (first.day, _clock_nanos(start)), (last.day, _clock_nanos(end))
    if months > 0 and last_rest < first_rest:
        months -= 1
    elif months < 0 and last_rest > first_rest:
        months += 1
    return YearsMonths(months)


def _clock_nanos(value: FeelDate | FeelDateTime) -> int:
    return value.time.nanos % NANOS_PER_DAY if isinstance(value, FeelDateTime) else 0


_DATE_TIME_PARTS = "year: number, month: number, day: number, hour: number, minute: number, second: number"

FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("number", _number, "from: string, [grouping separator: string?], [decimal separator: string?]"),
    declare("string", _string, "from: Any"),
    declare("not", _not, "negand: Any"),
    declare("is", _is, "value1: Any, value2: Any"),
    declare("date", _date_of_text, "from: string"),
    declare("date", _date_of_date, "from: date"),
    declare("date", _date_of_moment, "from: date and time"),
    declare("date", _date_of_parts, "year: number, month: number, day: number"),
    declare("time", _time_of_text, "from: string"),
    declare("time", _time_of_time, "from: time"),
    declare("time", _time_of_date, "from: date"),
    declare("time", _time_of_moment, "from: date and time"),
    declare("time", _time_of_parts, "hour: number, minute: number, second: number, [offset: days and time duration?]"),
    declare("date and time", _moment_of_text, "from: string"),
    declare("date and time", _moment_of_moment, "from: date and time"),
    declare("date and time", _moment_of_parts, "date: date, time: time"),
    declare("date and time", _moment_of_parts, "date: date and time, time: time"),
    declare("date and time", _moment_of_numbers, _DATE_TIME_PARTS),
    declare("date and time", _moment_of_numbers, f"{_DATE_TIME_PARTS}, offset: days and time duration"),
    declare("date and time", _moment_of_numbers, f"{_DATE_TIME_PARTS}, timezone: string"),
    declare("duration", _duration, "from: string"),
    declare("duration", _duration_of_duration, "from: duration"),
    declare("years and months duration", _months_between, "from: date, to: date"),
    declare("years and months duration", _months_between, "from: date and time, to: date and time"),
)
